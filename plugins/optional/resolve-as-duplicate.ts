import { component, ITicketFieldProvider, ITicketManipulator } from 'tracts';

/**
 * Takes “duplicate” out of the resolve action and offers “resolve as duplicate of #N” instead, to whoever may resolve.
 *
 * Enable: `[components] resolve-as-duplicate.* = enabled`.
 */
export const ResolveAsDuplicate = component({
  doc: 'Offers “resolve as duplicate of #N” in place of the resolution “duplicate”.',
  implements: [ITicketFieldProvider, ITicketManipulator],
  create: () => ({
    getTicketFields: () => [{ name: 'duplicate_of', type: 'ticket', label: 'Duplicate of', visible: true, editable: false }],

    prepareTicket(_ctx, form) {
      const resolution = form.input('resolve', 'resolution');
      if (!resolution) return;
      resolution.options = resolution.options.filter((name) => name !== 'duplicate');
      form.offer({
        name: 'resolve_as_duplicate',
        label: 'resolve as duplicate of',
        inputs: [{ name: 'ticket', type: 'ticket', label: 'Ticket', required: true }],
        changes: ({ ticket }) => ({ status: 'closed', resolution: 'duplicate', duplicate_of: ticket }),
      });
    },

    *validateTicket({ ticket }, { after }) {
      if (ticket.exists && after['duplicate_of'] === ticket.id)
        yield { field: 'action_resolve_as_duplicate_ticket', message: 'A ticket cannot be a duplicate of itself.' };
    },
  }),
});
