import { component, ITicketManipulator } from 'tracts';

/**
 * A ticket may be put into a milestone only by who may: TICKET_CHG_MILESTONE on that milestone, which whoever may view it has
 * (PM-02, PM-07). Trac asks this for the page alone and stores whatever is posted.
 */
export const MilestoneRights = component({
  doc: 'Offers only the milestones that a person may put tickets into.',
  implements: [ITicketManipulator],
  create: () => ({
    prepareTicket(ctx, form) {
      const field = form.fields.get('milestone');
      if (!field?.editable) return;
      const before = field.value;
      field.options = field.options.filter((id) => id === before || ctx.can('TICKET_CHG_MILESTONE', { realm: 'milestone', id }));
    },
  }),
});
