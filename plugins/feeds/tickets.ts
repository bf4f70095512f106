import {
  changeLines,
  escapeHtml,
  type HistoryEntry,
  ISiteOptions,
  ITexts,
  ITicketFields,
  ITicketService,
  mayViewField,
  type OperationContext,
  PermissionError,
  type TextScope,
  type TicketContext,
  type WebRequest,
} from 'tracts';
import { hideAddresses, IAddressPrivacy } from 'tracts/addresses';
import { ITicketQueries } from 'tracts/query';
import type { Feed, FeedEntry } from './feed.ts';

/** What every feed is made from. */
export const FEED_USES = {
  tickets: ITicketService,
  fields: ITicketFields,
  privacy: IAddressPrivacy,
  texts: ITexts,
  queries: ITicketQueries,
  site: ISiteOptions,
} as const;

/** What making feeds takes. */
export interface FeedNeeds {
  readonly tickets: ITicketService;
  readonly fields: ITicketFields;
  readonly privacy: IAddressPrivacy;
  readonly texts: ITexts;
  readonly queries: ITicketQueries;
  readonly site: ISiteOptions;
}

/** Whose address a feed is got from, and whole addresses of this site. */
export interface FeedPlace {
  readonly self: string;
  href(path: string): string;
}

/** Entries of a feed; readers that ask often enough miss none. */
const MOST_ENTRIES = 50;

const scopeOf = ({ privacy }: FeedNeeds, open: TicketContext, { href }: FeedPlace): TextScope => ({
  resource: { realm: 'ticket', id: open.ticket.id, object: open.ticket },
  href,
  hide: privacy.mayRead(open) ? (text) => text : hideAddresses,
});

const seenText = (open: TicketContext, name: string): string => {
  const value = mayViewField(open, name, open.ticket) ? open.ticket.values[name] : '';
  return typeof value === 'string' ? value : '';
};

const seenTime = (open: TicketContext, name: string): Date => {
  const value = mayViewField(open, name, open.ticket) ? open.ticket.values[name] : undefined;
  return value instanceof Date ? value : new Date(0);
};

const fullNameOf = ({ directory }: OperationContext, name: string): string =>
  directory.people.get(name)?.fullName || name || 'anonymous';

const headingOf = (open: TicketContext, hide: (text: string) => string): string =>
  hide(`#${open.ticket.id}: ${seenText(open, 'summary') || '(no summary)'}`);

function verbOf({ comment, fields, deleted }: HistoryEntry): string {
  if (deleted) return 'comment deleted';
  return comment !== '' && fields.length === 0 ? 'commented' : 'changed';
}

/** One change: its fields as a list, then the comment. */
async function changeEntries(
  needs: FeedNeeds,
  open: TicketContext,
  history: readonly HistoryEntry[],
  place: FeedPlace,
): Promise<readonly FeedEntry[]> {
  const scope = scopeOf(needs, open, place);
  const wording = {
    fields: await needs.fields.all(open),
    typeOf: needs.fields.type,
    timeZone: open.timeZone,
    hide: scope.hide,
  };
  const comments = await needs.texts.render(
    open,
    history.map(({ comment, format }) => ({ source: comment, format })),
    scope,
  );
  return history.map((entry, index): FeedEntry => {
    const lines = changeLines(entry, wording);
    const author = scope.hide(fullNameOf(open, entry.author));
    const link = place.href(`/ticket/${open.ticket.id}#comment:${entry.number}`);
    const list = lines.length > 0 ? `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>` : '';
    return {
      id: link,
      link,
      title: lines.length > 0 ? `${author}: ${lines.join('; ')}` : `${author} ${verbOf(entry)}`,
      author,
      published: entry.time,
      updated: entry.deleted?.time ?? entry.edited?.time ?? entry.time,
      html: list + (comments[index] ?? ''),
    };
  });
}

/** The filing of tickets, each with its description. */
async function filedEntry(needs: FeedNeeds, open: TicketContext, place: FeedPlace, updated: Date): Promise<FeedEntry> {
  const scope = scopeOf(needs, open, place);
  const format = open.ticket.descriptionFormat ?? needs.texts.current;
  const [html = ''] = await needs.texts.render(open, [{ source: seenText(open, 'description'), format }], scope);
  const link = place.href(`/ticket/${open.ticket.id}`);
  const status = seenText(open, 'status');
  return {
    id: link,
    link,
    title: `${headingOf(open, scope.hide)}${status === '' ? '' : ` (${status})`}`,
    author: scope.hide(fullNameOf(open, seenText(open, 'reporter'))),
    published: seenTime(open, 'time'),
    updated,
    html,
  };
}

const latest = (entries: readonly FeedEntry[]): Date => new Date(Math.max(0, ...entries.map(({ updated }) => updated.getTime())));

/** What happened to a ticket, newest first, as the person may see it. */
export async function ticketFeed(needs: FeedNeeds, ctx: OperationContext, id: number, place: FeedPlace): Promise<Feed> {
  const open = await needs.tickets.open(ctx, id);
  const history = await needs.tickets.history(open, { last: MOST_ENTRIES });
  const changes = await changeEntries(needs, open, history, place);
  const filed = open.ticket.version <= MOST_ENTRIES ? [await filedEntry(needs, open, place, seenTime(open, 'time'))] : [];
  const entries = [...changes.toReversed(), ...filed];
  const { hide } = scopeOf(needs, open, place);
  return {
    id: place.href(`/ticket/${id}`),
    self: place.self,
    link: place.href(`/ticket/${id}`),
    title: headingOf(open, hide),
    updated: latest(entries),
    siteName: needs.site.projectName,
    entries,
  };
}

/** The tickets that a query finds; asked for no order, those that changed last stand first. */
export async function queryFeed(
  needs: FeedNeeds,
  ctx: OperationContext,
  query: WebRequest['query'],
  place: FeedPlace & { readonly link: string },
): Promise<Feed> {
  if (!ctx.can('TICKET_VIEW', { realm: 'ticket' })) throw new PermissionError('TICKET_VIEW', 'see lists of tickets');
  const order = Object.hasOwn(query, 'order') ? {} : { order: 'changetime', desc: '1' };
  const found = await needs.queries.find(ctx, { ...query, ...order, page: '1', max: String(MOST_ENTRIES) });
  const entries: FeedEntry[] = [];
  for (const open of await needs.tickets.openAll(ctx, found.ids))
    entries.push(await filedEntry(needs, open, place, seenTime(open, 'changetime')));
  const hide = needs.privacy.mayRead(ctx) ? (text: string): string => text : hideAddresses;
  return {
    id: place.link,
    self: place.self,
    link: place.link,
    title: hide(found.description === '' ? 'Tickets' : `Tickets: ${found.description}`),
    updated: latest(entries),
    siteName: needs.site.projectName,
    entries,
  };
}

/** The query of an address, without what only says how it is shown. */
export function queryText(query: WebRequest['query'], more: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams();
  for (const [name, values] of Object.entries(query))
    if (name !== 'format' && name !== 'page') for (const value of [values].flat()) text.append(name, value);
  for (const [name, value] of Object.entries(more)) text.set(name, value);
  const written = text.toString();
  return written === '' ? '' : `?${written}`;
}
