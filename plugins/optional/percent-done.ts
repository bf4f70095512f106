import { component, ITicketFieldProvider } from 'tracts';

/**
 * A field “Done” from 0 to 100 %, drawn as a bar. Whatever else is wanted of it goes into trac.ini, as for any field.
 *
 *     [components]
 *     percent-done.* = enabled
 *     [ticket-custom]
 *     percent_done.step = 10
 *     percent_done.visible_if = status!=new
 */
export const PercentDone = component({
  doc: 'Adds the field “Done”: a percentage, drawn as a bar.',
  implements: [ITicketFieldProvider],
  create: () => ({
    getTicketFields: () => [{ name: 'percent_done', type: 'percent', label: 'Done', title: 'How much of the work is done.' }],
  }),
});
