import {
  type ITicketService,
  type ITicketSimilarityDetector,
  mayViewField,
  type OperationContext,
  type TicketContext,
  type TicketDraft,
} from 'tracts';
import { hideAddresses, type IAddressPrivacy } from 'tracts/addresses';

/** What finding and showing similar tickets takes. */
export interface OfferNeeds {
  readonly detector: ITicketSimilarityDetector;
  readonly tickets: ITicketService;
  readonly privacy: IAddressPrivacy;
}

/** How many are shown, and how long is waited for them. */
export interface OfferLimits {
  readonly offered: number;
  /** Milliseconds. */
  readonly patience: number;
}

/** A stored ticket as it is offered to somebody who is about to file the same. */
export interface SimilarOffer {
  readonly id: number;
  readonly summary: string;
  /** Status, and resolution where there is one: `closed: fixed`. */
  readonly status: string;
  readonly score: number;
  readonly reason: string;
}

/** Asked for beyond what is shown, in place of tickets that the person may not view. */
const ASKED_FOR = 50;
/** What a detector may compare: who may not see one of these on a ticket must not learn what it says by way of a likeness. */
const COMPARED = ['summary', 'description'] as const;

/** The answer, or undefined when it takes too long. Nobody waits for what comes later, and if that fails nobody minds. */
async function inTime<T>(work: Promise<T>, patience: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patience);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function statusOf(open: TicketContext): string {
  const { ticket } = open;
  const shown = (name: string): string => (mayViewField(open, name, ticket) ? textOf(ticket.values[name]) : '');
  return [shown('status'), shown('resolution')].filter(Boolean).join(': ');
}

async function findOffers(
  needs: OfferNeeds,
  ctx: OperationContext,
  draft: TicketDraft,
  most: number,
): Promise<readonly SimilarOffer[]> {
  const hits = await needs.detector.findSimilar(ctx, draft, ASKED_FOR);
  const byId = new Map(hits.map((hit) => [hit.id, hit]));
  const opened = await needs.tickets.openAll(ctx, [...byId.keys()]);
  return opened
    .filter((open) => COMPARED.every((name) => mayViewField(open, name, open.ticket)))
    .slice(0, most)
    .map((open): SimilarOffer => {
      const { id = 0, values } = open.ticket;
      const summary = textOf(values['summary']);
      return {
        id,
        summary: needs.privacy.mayRead(open) ? summary : hideAddresses(summary),
        status: statusOf(open),
        score: byId.get(id)?.score ?? 0,
        reason: byId.get(id)?.reason ?? '',
      };
    });
}

/**
 * Stored tickets that may say what a draft says, best first, as far as the person may view them. It is advice: whatever goes
 * wrong, and whatever takes too long, gives none.
 */
export async function offerSimilar(
  needs: OfferNeeds,
  ctx: OperationContext,
  draft: TicketDraft,
  { offered, patience }: OfferLimits,
): Promise<readonly SimilarOffer[]> {
  if (offered < 1 || draft.summary.trim() === '') return [];
  try {
    const found = await inTime(findOffers(needs, ctx, draft, offered), patience);
    if (!found) ctx.log.warn('similar tickets were not found in time', { patience });
    return found ?? [];
  } catch (error) {
    ctx.log.error('similar tickets could not be found', { error: String(error) });
    return [];
  }
}
