import { extensionPoint, type May, type TicketContext, type View } from 'tracts';

/** A piece of the ticket page: `aside` beside the properties, `below` after the history. Its template gets `panel.data`. */
export type Panel = View & { readonly title: string; readonly place: 'aside' | 'below'; readonly order?: number };

/**
 * Adds panels to the page of a stored ticket.
 *
 * Called: for each page of a ticket. Combined: all. Ordered by: the panel's `order`. If it throws: the panel is left out
 * and the log says so.
 */
export interface ITicketPanelProvider {
  getTicketPanels(ctx: TicketContext): May<readonly Panel[]>;
}
export const ITicketPanelProvider = extensionPoint<ITicketPanelProvider>('ITicketPanelProvider', {
  doc: 'Adds panels to the ticket page.',
});
