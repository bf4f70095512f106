import { component, IRequestFilter, type OperationContext, type Outcome, type WebRequest } from 'tracts';
import { answerFeed, formatIn } from './answer.ts';
import type { FeedFormat } from './feed.ts';
import { FEED_USES, type FeedNeeds, queryFeed, queryText, ticketFeed } from './tickets.ts';

export { PrivateFeeds } from './private.ts';

const TICKET = /^\/ticket\/([1-9]\d{0,9})\/?$/;
const LISTS: ReadonlySet<string> = new Set(['/', '/query']);

async function feedFor(
  needs: FeedNeeds,
  ctx: OperationContext,
  request: WebRequest,
  format: FeedFormat,
): Promise<Outcome | undefined> {
  const { query, path } = request;
  const href = (to: string): string => request.origin + request.href(to);
  const id = TICKET.exec(path)?.[1];
  if (id !== undefined) {
    const place = { href, self: href(`/ticket/${id}?format=${format}`) };
    return answerFeed(await ticketFeed(needs, ctx, Number(id), place), format, request);
  }
  if (!LISTS.has(path)) return undefined;
  const place = { href, self: href(`/query${queryText(query, { format })}`), link: href(`/query${queryText(query)}`) };
  return answerFeed(await queryFeed(needs, ctx, query, place), format, request);
}

/** The query without fields that are hidden from the person: the page takes no notice of them either. */
async function seenBy({ fields }: FeedNeeds, ctx: OperationContext, query: WebRequest['query']): Promise<WebRequest['query']> {
  const seen = new Set((await fields.visible(ctx)).map(({ name }) => name));
  const hidden = new Set((await fields.all(ctx)).map(({ name }) => name).filter((name) => !seen.has(name)));
  return Object.fromEntries(Object.entries(query).filter(([name]) => !hidden.has(name)));
}

/** Where the page's feeds are, as pages link to them. */
function alternatesOf({ path, query, href }: WebRequest) {
  const id = TICKET.exec(path)?.[1];
  const address = (format: FeedFormat): string =>
    href(id === undefined ? `/query${queryText(query, { format })}` : `/ticket/${id}?format=${format}`);
  const title = id === undefined ? 'These tickets' : `Ticket #${id}`;
  return [
    { rel: 'alternate', type: 'application/atom+xml', title: `${title} (Atom)`, label: 'Atom feed', href: address('atom') },
    { rel: 'alternate', type: 'application/rss+xml', title: `${title} (RSS)`, label: 'RSS feed', href: address('rss') },
  ];
}

const PAGES: ReadonlySet<string> = new Set(['ticket/ticket.njk', 'query/list.njk']);

/** Answers for the pages of tickets and of lists where a feed is asked for, and leads feed readers there. */
export const TicketFeeds = component({
  doc: 'Feeds of a ticket and of a query: ?format=rss and ?format=atom.',
  implements: [IRequestFilter],
  uses: FEED_USES,
  create: (needs: FeedNeeds) => ({
    async preProcessRequest(ctx, request) {
      const format = request.method === 'GET' || request.method === 'HEAD' ? formatIn(request.query) : undefined;
      return format && feedFor(needs, ctx, request, format);
    },
    async postProcessRequest(ctx, request, outcome) {
      if (!('template' in outcome) || !PAGES.has(outcome.template) || (outcome.status ?? 200) !== 200) return outcome;
      const query = TICKET.test(request.path) ? request.query : await seenBy(needs, ctx, request.query);
      return { ...outcome, data: { ...outcome.data, alternates: alternatesOf({ ...request, query }) } };
    },
  }),
});
