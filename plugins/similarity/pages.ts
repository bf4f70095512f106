import {
  component,
  formText,
  IRouteProvider,
  ITicketService,
  ITicketSimilarityDetector,
  type OperationContext,
  type Outcome,
  option,
  type TicketDraft,
  type Values,
  type WebRequest,
} from 'tracts';
import { IAddressPrivacy } from 'tracts/addresses';
import { ITicketPanelProvider, type Panel } from 'tracts/ticket-web';
import { type OfferLimits, type OfferNeeds, offerSimilar } from './offers.ts';

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const draftOf = (values: Values): TicketDraft => ({
  summary: textOf(values['summary']),
  description: textOf(values['description']),
  values,
});

interface Needs extends OfferNeeds {
  readonly options: OfferLimits;
}

/** While somebody types. Who may not file a ticket is refused; a post, so that what is typed stands in no address. */
async function answer(needs: Needs, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const draft = await needs.tickets.draft(ctx);
  const typed = { summary: formText(request, 'summary'), description: formText(request, 'description') };
  const offers = await offerSimilar(needs, draft, draftOf(typed), needs.options);
  const similar = offers.map((offer) => ({ ...offer, href: request.href(`/ticket/${offer.id}`) }));
  return { json: { similar }, headers: { 'cache-control': 'private, no-store' } };
}

/**
 * In the form itself. A refused ticket is shown inside the transaction that was to store it: nothing is looked for then,
 * since a question that nobody waits for must not outlive it.
 */
async function panelFor(needs: Needs, ctx: OperationContext, typed: Values): Promise<Panel> {
  const offers = ctx.writable ? [] : await offerSimilar(needs, ctx, draftOf(typed), needs.options);
  return {
    template: 'similarity/panel.njk',
    title: 'Tickets that may say the same',
    place: 'aside',
    hidden: offers.length === 0,
    data: { offers },
  };
}

/** Shows tickets that say much the same to whoever is about to file one. */
export const SimilarTickets = component({
  doc: 'Offers similar tickets in previews of new tickets and while a summary is typed.',
  implements: [IRouteProvider, ITicketPanelProvider],
  uses: { detector: ITicketSimilarityDetector, tickets: ITicketService, privacy: IAddressPrivacy },
  options: {
    offered: option.int('similarity', 'offered', 5, 'Similar tickets shown to whoever files one, at most; 0 shows none.'),
    patience: option.int('similarity', 'patience', 300, 'Milliseconds after which similar tickets are not waited for.'),
  },
  create: (needs: Needs) => ({
    getRoutes: () => [{ method: 'POST', path: '/similar', mode: 'read', handle: (ctx, request) => answer(needs, ctx, request) }],
    getNewTicketPanels: async (ctx, typed) => (needs.options.offered < 1 ? [] : [await panelFor(needs, ctx, typed)]),
  }),
});
