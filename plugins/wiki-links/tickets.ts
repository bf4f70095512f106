import {
  type ITicketService,
  isClosedStatus,
  type LinkResolver,
  mayViewField,
  type OperationContext,
  type ResolvedLink,
  type TextLink,
  type TextScope,
  type TicketContext,
} from 'tracts';
import { encodeValue, splitTarget, ticketId, ticketRanges } from './targets.ts';

/** Tickets looked up for one page; links to further ones stand without a target. */
const MOST_TICKETS = 1000;
const MISSING: ResolvedLink = { classes: 'missing ticket' };

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const asClass = (status: string): string => status.replace(/[^\p{L}\p{N}_-]+/gu, '-');

/** What somebody may know of a ticket from a link to it. */
interface Shown {
  readonly classes: string;
  /** `defect: Summary (closed: fixed)`, without what the person may not see. */
  readonly summary: string;
}

/** Tells of a ticket what a link to it shows. */
export function showTicket(open: TicketContext, scope: TextScope): Shown {
  const { values } = open.ticket;
  const shown = (name: string): string => (mayViewField(open, name, open.ticket) ? textOf(values[name]) : '');
  const status = shown('status');
  const classes = [asClass(status), isClosedStatus(status) && status !== 'closed' ? 'closed' : '', 'ticket'];
  const states = [status, shown('resolution')].filter(Boolean).join(': ');
  const text = [shown('type'), scope.hide(shown('summary'))].filter(Boolean).join(': ');
  return { classes: classes.filter(Boolean).join(' '), summary: states === '' ? text : `${text} (${states})` };
}

/** Those of the tickets that the person may view. */
async function openTickets(
  tickets: ITicketService,
  ctx: OperationContext,
  ids: Iterable<number>,
): Promise<ReadonlyMap<number, TicketContext>> {
  const wanted = [...new Set(ids)].slice(0, MOST_TICKETS);
  const opened = wanted.length === 0 ? [] : await tickets.openAll(ctx, wanted);
  return new Map(opened.map((open) => [open.ticket.id ?? 0, open]));
}

/** One ticket, or several as a list. */
type Wish = { readonly id: number; readonly rest: string } | { readonly list: string; readonly rest: string } | undefined;

function readWish(target: string): Wish {
  const { path, query, fragment } = splitTarget(target);
  const ranges = ticketRanges(path);
  const [first, second] = ranges ?? [];
  if (first === undefined) return undefined;
  if (second === undefined && first[0] === first[1]) {
    const id = ticketId(String(first[0]));
    return id === undefined ? undefined : { id, rest: query + fragment };
  }
  const list = (ranges ?? []).map(([low, high]) => (low === high ? `${low}` : `${low}-${high}`)).join(',');
  return { list, rest: query.replace('?', '&') };
}

/** `#1`, `ticket:1#comment:2`, `#1,3-5`. */
export function ticketLinks(tickets: ITicketService): LinkResolver {
  return {
    namespaces: ['ticket', 'bug', 'issue'],
    async resolve(ctx, links, scope) {
      const wishes = links.map(({ target }) => readWish(target));
      const opened = await openTickets(
        tickets,
        ctx,
        wishes.flatMap((wish) => (wish !== undefined && 'id' in wish ? [wish.id] : [])),
      );
      const shown = new Map([...opened].map(([id, open]) => [id, showTicket(open, scope)]));
      return wishes.map((wish, index): ResolvedLink => {
        if (wish === undefined) return MISSING;
        if ('list' in wish) {
          const href = scope.href(`/query?id=${encodeValue(wish.list)}${wish.rest}`);
          // Long lists of numbers may break behind a comma.
          const label = (links[index]?.label ?? '').replaceAll(',', ',\u200b');
          return { href, classes: 'query', title: `Tickets ${wish.list.replaceAll(',', ', ')}`, label };
        }
        const known = shown.get(wish.id);
        if (known === undefined) return MISSING;
        return {
          href: scope.href(`/ticket/${wish.id}${wish.rest}`),
          classes: known.classes,
          title: `#${wish.id}: ${known.summary}`,
        };
      });
    },
  };
}

interface CommentWish {
  readonly ticket: number;
  /** `description`: what the ticket was filed with. */
  readonly comment: number | 'description';
}

const readComment = (text: string): CommentWish['comment'] | undefined => (text === 'description' ? text : ticketId(text));

/** `3`, `description`, `3:ticket:12`, and in Trac's old order `ticket:12:3`. */
function readCommentWish({ target }: TextLink, here: number | undefined): CommentWish | undefined {
  const [first = '', second, third] = target.split(':');
  const old = second !== undefined && /^(?:ticket|bug|issue)$/.test(first);
  const [number, realm, id] = old ? [third ?? '', first, second] : [first, second, third];
  if (realm !== undefined && !/^(?:ticket|bug|issue)$/.test(realm)) return undefined;
  const ticket = realm === undefined ? here : ticketId(id ?? '');
  const comment = readComment(number);
  return ticket === undefined || comment === undefined ? undefined : { ticket, comment };
}

const keyOf = (ticket: number, comment: number): string => `${ticket}:${comment}`;

/** The comments among those wanted that are stored and that the person may see, as `ticket:number`. */
async function findComments(
  ctx: OperationContext,
  wishes: readonly CommentWish[],
  opened: ReadonlyMap<number, TicketContext>,
): Promise<ReadonlySet<string>> {
  const numbered = wishes.filter(({ ticket, comment }) => comment !== 'description' && opened.has(ticket));
  if (numbered.length === 0) return new Set();
  const ids = [...new Set(numbered.map(({ ticket }) => ticket))];
  const numbers = [...new Set(numbered.flatMap(({ comment }) => (comment === 'description' ? [] : [comment])))];
  const rows = (await ctx
    .db('ticket_change')
    .whereIn('ticket', ids)
    .whereIn('number', numbers.slice(0, MOST_TICKETS))
    .select('ticket', 'number', 'internal')) as { ticket: number; number: number; internal: boolean | number }[];
  const visible = rows.filter(({ ticket, internal }) => !internal || opened.get(ticket)?.can('TICKET_VIEW_INTERNAL'));
  return new Set(visible.map(({ ticket, number }) => keyOf(ticket, number)));
}

/** The ticket that the text stands in, where it is loaded already: answers to comments are on most pages. */
function ownTicket(ctx: OperationContext, id: number | undefined): TicketContext | undefined {
  if (id === undefined || !('ticket' in ctx)) return undefined;
  const open = ctx as TicketContext;
  return open.ticket.id === id && open.can('TICKET_VIEW') ? open : undefined;
}

/** `comment:3`, `comment:3:ticket:12`, `comment:description`. */
export function commentLinks(tickets: ITicketService): LinkResolver {
  return {
    namespaces: ['comment'],
    async resolve(ctx, links, scope) {
      const { realm, id } = scope.resource ?? {};
      const here = realm === 'ticket' && id !== undefined ? ticketId(String(id)) : undefined;
      const wishes = links.map((link) => readCommentWish(link, here));
      const known = wishes.filter((wish) => wish !== undefined);
      const atHand = ownTicket(ctx, here);
      const others = known.map(({ ticket }) => ticket).filter((ticket) => atHand === undefined || ticket !== here);
      const opened = new Map(await openTickets(tickets, ctx, others));
      if (atHand !== undefined && here !== undefined) opened.set(here, atHand);
      const comments = await findComments(ctx, known, opened);
      return wishes.map((wish): ResolvedLink => {
        const open = wish && opened.get(wish.ticket);
        if (wish === undefined || open === undefined) return MISSING;
        const { ticket, comment } = wish;
        if (comment === 'description' || comments.has(keyOf(ticket, comment))) return toComment(wish, open, here, scope);
        return { ...MISSING, title: `There is no comment ${comment}.` };
      });
    },
  };
}

function toComment(
  { ticket, comment }: CommentWish,
  open: TicketContext,
  here: number | undefined,
  scope: TextScope,
): ResolvedLink {
  const name = comment === 'description' ? 'Description' : `Comment ${comment}`;
  const href = scope.href(`/ticket/${ticket}#comment:${comment}`);
  if (ticket === here) return { href, classes: 'ticket', title: name };
  const { classes, summary } = showTicket(open, scope);
  return { href, classes, title: `${name} of #${ticket}: ${summary}` };
}
