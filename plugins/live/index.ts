import {
  changeLines,
  component,
  firstValue,
  type HistoryEntry,
  IContexts,
  ILog,
  IRouteProvider,
  ISessionService,
  ITicketChangeListener,
  ITicketFields,
  ITicketService,
  NotFoundError,
  type OperationContext,
  type Outcome,
  option,
  PermissionError,
  type TicketContext,
  type WebRequest,
} from 'tracts';
import { hideAddresses, IAddressPrivacy } from 'tracts/addresses';
import { ITicketPanelProvider } from 'tracts/ticket-web';
import { type TicketNews, TicketWatch } from './watch.ts';

interface Needs {
  readonly tickets: ITicketService;
  readonly fields: ITicketFields;
  readonly privacy: IAddressPrivacy;
}

const MOST_ENTRIES = 20;

/** One entry in words. */
interface EntryNews {
  readonly number: number;
  readonly by: string;
  readonly commented: boolean;
  /** A line for each changed field. */
  readonly changes: readonly string[];
}

async function describe(
  { fields, privacy }: Needs,
  open: TicketContext,
  entries: readonly HistoryEntry[],
): Promise<readonly EntryNews[]> {
  const hide = privacy.mayRead(open) ? (text: string): string => text : hideAddresses;
  const wording = { fields: await fields.all(open), typeOf: fields.type, timeZone: open.timeZone, hide };
  return entries.map((entry) => ({
    number: entry.number,
    by: hide(open.directory.people.get(entry.author)?.fullName || entry.author || 'anonymous'),
    commented: entry.comment !== '',
    changes: changeLines(entry, wording),
  }));
}

/** What became of the ticket, as far as this person may see it. */
async function newsOf(needs: Needs, ctx: OperationContext, ticket: number, since: number): Promise<TicketNews | undefined> {
  try {
    const open = await needs.tickets.open(ctx, ticket);
    const entries = await needs.tickets.history(open, { since });
    return { version: open.ticket.version, entries: await describe(needs, open, entries.slice(-MOST_ENTRIES)) };
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof PermissionError) return undefined;
    throw error;
  }
}

/** A browser that comes back says what it got last; a page that was just loaded, what it shows. */
function sinceOf({ headers, query }: WebRequest, version: number): number {
  const text = headers['last-event-id'] || firstValue(query['since']);
  const since = /^\d{1,9}$/.test(text) ? Number(text) : version;
  return Math.min(since, version);
}

async function listen(needs: Needs, watch: TicketWatch, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const { id = '' } = request.params;
  const { ticket } = await needs.tickets.open(ctx, /^[1-9]\d{0,9}$/.test(id) ? Number(id) : 0);
  const since = sinceOf(request, ticket.version);
  const { user } = ctx;
  const { sessionId } = request;
  return { events: (connection) => watch.add({ ticket: ticket.id ?? 0, user, sessionId, connection }, since) };
}

/** Tells open ticket pages of changes, without a reload. */
export const LiveTickets = component({
  doc: 'Tells open ticket pages of changes, by server-sent events.',
  implements: [IRouteProvider, ITicketPanelProvider, ITicketChangeListener],
  uses: {
    contexts: IContexts,
    sessions: ISessionService,
    tickets: ITicketService,
    fields: ITicketFields,
    privacy: IAddressPrivacy,
    log: ILog,
  },
  options: {
    interval: option.float(
      'live',
      'interval',
      1,
      'Seconds between two looks for changes that another process stored; those of this one are told at once.',
    ),
  },
  create: ({ contexts, sessions, log, options, ...needs }) => {
    const interval = Math.max(options.interval, 0.05) * 1000;
    const news = (ctx: OperationContext, ticket: number, since: number) => newsOf(needs, ctx, ticket, since);
    const watch = new TicketWatch({ contexts, sessions, log, news, interval });
    const heard = (ctx: OperationContext): void => ctx.afterCommit(() => watch.look());
    return {
      getRoutes: () => [
        { method: 'GET', path: '/ticket/:id/events', handle: (ctx, request) => listen(needs, watch, ctx, request) },
      ],
      getTicketPanels: ({ ticket }) => [
        {
          template: 'live/head.njk',
          macro: 'head',
          title: '',
          place: 'head',
          data: { path: `/ticket/${ticket.id}/events?since=${ticket.version}` },
        },
      ],
      ticketChanged: heard,
      ticketDeleted: heard,
      valueReplaced: heard,
      dispose: () => watch.close(),
    };
  },
});
