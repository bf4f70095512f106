import { component, INavigationContributor, IRouteProvider, ITicketFields, ITicketService, type WebRequest } from 'tracts';
import { IAddressPrivacy } from 'tracts/addresses';
import { ITicketPanelProvider } from './api.ts';
import { isSubmit, type PageNeeds, postNewTicket, postTicket, showNewTicket, showStoredTicket } from './pages.ts';

/** A preview only reads. */
const modeOf = (request: WebRequest): 'read' | 'write' => (isSubmit(request) ? 'write' : 'read');

/** The pages on which tickets are filed, read and changed. */
export const TicketPages = component({
  doc: 'Serves /newticket and /ticket/N.',
  implements: [IRouteProvider, INavigationContributor],
  uses: { tickets: ITicketService, fields: ITicketFields, privacy: IAddressPrivacy, panels: ITicketPanelProvider },
  create: (needs: PageNeeds) => ({
    getRoutes: () => [
      // No permission is asked for here: an action may let in who lacks TICKET_CREATE, and the ticket service knows.
      {
        method: 'GET',
        path: '/newticket',
        handle: (ctx, request) => showNewTicket(needs, ctx, request),
      },
      {
        method: 'POST',
        path: '/newticket',
        mode: modeOf,
        handle: (ctx, request) => postNewTicket(needs, ctx, request),
      },
      { method: 'GET', path: '/ticket/:id', handle: (ctx, request) => showStoredTicket(needs, ctx, request) },
      { method: 'POST', path: '/ticket/:id', mode: modeOf, handle: (ctx, request) => postTicket(needs, ctx, request) },
    ],
    getNavigationItems: (ctx) =>
      ctx.can('TICKET_CREATE') ? [{ menu: 'main', name: 'newticket', label: 'New Ticket', href: '/newticket', order: 20 }] : [],
  }),
});
