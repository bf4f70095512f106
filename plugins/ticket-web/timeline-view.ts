import type { HistoryEntry, HistoryWindow, ITicketService, TicketContext, WebRequest } from 'tracts';
import type { EntryView } from './history-view.ts';
import { firstOf } from './submission.ts';

/** In which order the page shows a ticket's history; `threaded`: answers below what they answer. */
export type TimelineOrder = 'oldest' | 'newest' | 'threaded';
const ORDERS: readonly TimelineOrder[] = ['oldest', 'newest', 'threaded'];
const LABELS: Readonly<Record<TimelineOrder, string>> = { oldest: 'Oldest first', newest: 'Newest first', threaded: 'Threads' };

/** A part of the history that is not on the page. */
export interface GapView {
  readonly gap: {
    readonly from: number;
    readonly to: number;
    readonly count: number;
    /** The page with more of it, and with all of it. */
    readonly moreHref: string;
    readonly allHref: string;
    /** Where scripts fetch entries: `?from=…&to=…` is added. */
    readonly source: string;
    /** How many are fetched at a time. */
    readonly step: number;
  };
}

/** The history as the page shows it, from top to bottom. */
export interface TimelineView {
  readonly items: readonly (EntryView | GapView)[];
  /** Something is left out. */
  readonly isCut: boolean;
  readonly order: TimelineOrder;
  readonly orders: readonly { readonly label: string; readonly href: string; readonly current: boolean }[];
}

/** So many of the newest changes stand on a ticket's page: a thousand comments cost what twenty do. The rest is a click away. */
export const LATEST = 20;
/** That many more with each click. */
const STEP = 50;
/** Entries before and after one that was asked for by its number. */
const AROUND = 10;
/** A history that is only a little longer than the latest part is shown whole. */
const WHOLE = LATEST + AROUND;
const GREATEST_NUMBER = 2_147_483_647;

const numberIn = (text: string): number => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0);

/** Remembers the order that a person chose last, in the browser. */
export const ORDER_COOKIE = 'ticket_comments_order';

const orderNamed = (name: string | undefined): TimelineOrder | undefined => ORDERS.find((one) => one === name);

function orderIn(cookies: string | undefined): TimelineOrder | undefined {
  const [, name] = cookies?.includes(ORDER_COOKIE) ? (/(?:^|;\s*)ticket_comments_order=(\w+)/.exec(cookies) ?? []) : [];
  return orderNamed(name);
}

/** How somebody wants to see the history: `?comments=newest` for now and from then on, `?history=all`, `?comment=3`. */
export interface TimelineWish {
  readonly order: TimelineOrder;
  /** The order was chosen with this request. */
  readonly isChosen: boolean;
  /** From this number on; 0: the newest ones. */
  readonly from: number;
  /** This one too, with those around it; 0: none. */
  readonly comment: number;
}

export const NO_WISH: TimelineWish = { order: 'oldest', isChosen: false, from: 0, comment: 0 };

/** What the address and the browser's cookie say. */
export function timelineWish({ query, headers }: WebRequest): TimelineWish {
  const chosen = orderNamed(firstOf(query, 'comments'));
  const history = firstOf(query, 'history');
  return {
    order: chosen ?? orderIn(headers['cookie']) ?? 'oldest',
    isChosen: chosen !== undefined,
    from: history === 'all' ? 1 : numberIn(history),
    comment: numberIn(firstOf(query, 'comment')),
  };
}

/** Loads the part of the history that is wanted: one query, and another for a comment that is far from the newest. */
export async function loadTimeline(
  tickets: ITicketService,
  ctx: TicketContext,
  { from, comment }: TimelineWish,
): Promise<readonly HistoryEntry[]> {
  const last = ctx.ticket.version <= WHOLE ? WHOLE : LATEST;
  const window: HistoryWindow = from > 0 ? { numbers: [from, GREATEST_NUMBER] } : { last };
  const newest = await tickets.history(ctx, window);
  const first = newest[0]?.number ?? 1;
  if (comment === 0 || comment >= first) return newest;
  const isNear = comment + 2 * AROUND >= first;
  const numbers = [Math.max(1, comment - AROUND), isNear ? first - 1 : comment + AROUND] as const;
  return [...(await tickets.history(ctx, { numbers })), ...newest];
}

/** Is there anything before the first entry that is shown? Numbers before it may be of changes that the person may not see. */
function isCut(entries: readonly EntryView[], version: number, { from }: TimelineWish): boolean {
  const first = entries[0]?.number ?? 1;
  if (first <= 1 || from === 1) return false;
  return from > 1 || version > WHOLE || first > WHOLE || entries.length >= WHOLE;
}

interface Place {
  /** Of the ticket's page, with the prefix. */
  readonly path: string;
  readonly version: number;
}

const gapOf = (from: number, to: number, path: string): GapView => ({
  gap: {
    from,
    to,
    count: to - from + 1,
    moreHref: `${path}?history=${Math.max(from, to - STEP + 1)}#history`,
    allHref: `${path}?history=all#history`,
    source: `${path}/entries`,
    step: STEP,
  },
});

/** Puts a gap wherever numbers are left out on purpose: before the first entry, and after what was asked for by number. */
function withGaps(entries: readonly EntryView[], wish: TimelineWish, { path, version }: Place): (EntryView | GapView)[] {
  const items: (EntryView | GapView)[] = [];
  const first = entries[0]?.number ?? 1;
  if (isCut(entries, version, wish)) items.push(gapOf(1, first - 1, path));
  // What was asked for by its number ends here; the next entry is where the newest ones begin.
  let edge = wish.comment > 0 && wish.from === 0 ? wish.comment + AROUND : GREATEST_NUMBER;
  for (const entry of entries) {
    if (entry.number > edge) {
      if (entry.number > edge + 1) items.push(gapOf(edge + 1, entry.number - 1, path));
      edge = GREATEST_NUMBER;
    }
    items.push(entry);
  }
  return items;
}

const DEEPEST = 6;

/** Answers by what they answer; `''`: what answers nothing that is shown. */
function answersOf(entries: readonly EntryView[]): ReadonlyMap<string, readonly EntryView[]> {
  const shown = new Map(entries.map((entry) => [entry.anchor, entry]));
  const answers = new Map<string, EntryView[]>();
  for (const entry of entries) {
    const parent = shown.get(entry.replyTo?.href.slice(1) ?? '');
    // Whatever a database holds: an answer to a later comment must not go round in a circle.
    const key = parent && parent.number < entry.number ? parent.anchor : '';
    const known = answers.get(key);
    if (known) known.push(entry);
    else answers.set(key, [entry]);
  }
  return answers;
}

/** Answers below what they answer, the oldest first; an answer to what is not shown stands by itself. */
export function threaded(items: readonly (EntryView | GapView)[]): (EntryView | GapView)[] {
  const answers = answersOf(items.filter((item): item is EntryView => !('gap' in item)));
  const below = (anchor: string, depth: number) => (answers.get(anchor) ?? []).map((entry) => ({ entry, depth })).reverse();
  const ordered: EntryView[] = [];
  const open = below('', 0);
  for (let next = open.pop(); next; next = open.pop()) {
    const { entry, depth } = next;
    ordered.push(depth === 0 ? entry : { ...entry, depth: Math.min(depth, DEEPEST) });
    open.push(...below(entry.anchor, depth + 1));
  }
  return [...items.filter((item) => 'gap' in item), ...ordered];
}

/** Entries in the order that is wanted, with gaps where some are left out. */
export function viewTimeline(entries: readonly EntryView[], wish: TimelineWish, place: Place): TimelineView {
  const items = withGaps(entries, wish, place);
  const { order } = wish;
  return {
    isCut: items.length > entries.length,
    items: order === 'oldest' ? items : order === 'newest' ? items.reverse() : threaded(items),
    order,
    orders:
      entries.length < 2
        ? []
        : ORDERS.map((name) => ({
            label: LABELS[name],
            href: `${place.path}?comments=${name}#history`,
            current: name === order,
          })),
  };
}
