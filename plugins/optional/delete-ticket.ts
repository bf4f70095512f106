import { component, ITicketActionController, ITicketService } from 'tracts';

/**
 * Offers “delete” to holders of TICKET_DELETE; the ticket goes with its whole history.
 *
 * Enable: `[components] delete-ticket.* = enabled`; with a `[ticket] workflow` line, add DeleteTicket to it.
 */
export const DeleteTicket = component({
  doc: 'Offers the action “delete” to holders of TICKET_DELETE.',
  implements: [ITicketActionController],
  uses: { tickets: ITicketService },
  permissions: { TICKET_DELETE: 'Delete tickets together with their history.' },
  includes: { TICKET_ADMIN: ['TICKET_DELETE'] },
  create: ({ tickets }) => ({
    getTicketActions: (ctx) =>
      ctx.ticket.exists && ctx.can('TICKET_DELETE')
        ? [
            {
              name: 'delete',
              label: 'delete',
              weight: -100,
              hint: 'The ticket and its history will be gone for good.',
              confirm: `Delete ticket #${ctx.ticket.id} and its whole history? This cannot be undone.`,
              outcome: 'gone',
              sideEffect: () => tickets.delete(ctx),
            },
          ]
        : [],
  }),
});
