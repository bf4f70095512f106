import { createHash, randomBytes } from 'node:crypto';
import {
  component,
  formText,
  IContexts,
  IRouteProvider,
  NotFoundError,
  type OperationContext,
  type Outcome,
  type WebRequest,
} from 'tracts';
import { IPreferencePageProvider } from 'tracts/prefs';
import { answerFeed, formatIn } from './answer.ts';
import type { Feed } from './feed.ts';
import { FEED_USES, type FeedNeeds, queryFeed, queryText, ticketFeed } from './tickets.ts';

interface Needs extends FeedNeeds {
  readonly contexts: IContexts;
}

const HOME = '/prefs/feeds';
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Feed readers do not log in: a secret in the address says for whom they ask. It opens feeds and nothing else. */
export const PrivateFeeds = component({
  doc: 'Feeds for feed readers, which cannot log in: /prefs/feeds gives everybody a secret address.',
  implements: [IRouteProvider, IPreferencePageProvider],
  uses: { ...FEED_USES, contexts: IContexts },
  create: (needs: Needs) => ({
    getPreferencePages: () => [{ label: 'Feeds', href: HOME }],
    getRoutes: () => [
      { method: 'GET', path: '/feed/:token/ticket/:id', handle: (ctx, request) => answer(needs, ctx, request, oneTicket) },
      { method: 'GET', path: '/feed/:token/query', handle: (ctx, request) => answer(needs, ctx, request, oneQuery) },
      { method: 'GET', path: HOME, handle: (ctx, request) => ownOnly(ctx, () => show(ctx, request)) },
      { method: 'POST', path: HOME, handle: (ctx, request) => ownOnly(ctx, () => submit(ctx, request)) },
    ],
  }),
});

type FeedMaker = (needs: FeedNeeds, ctx: OperationContext, request: WebRequest, href: (path: string) => string) => Promise<Feed>;

const oneTicket: FeedMaker = (needs, ctx, request, href) => {
  const { id = '', token = '' } = request.params;
  const number = /^[1-9]\d{0,9}$/.test(id) ? Number(id) : 0;
  const shown = queryText(request.query, { format: formatIn(request.query) ?? 'atom' });
  return ticketFeed(needs, ctx, number, { href, self: href(`/feed/${token}/ticket/${number}${shown}`) });
};

const oneQuery: FeedMaker = (needs, ctx, { query, params }, href) => {
  const { token = '' } = params;
  const self = href(`/feed/${token}/query${queryText(query, { format: formatIn(query) ?? 'atom' })}`);
  return queryFeed(needs, ctx, query, { href, self, link: href(`/query${queryText(query)}`) });
};

/** Whoever holds the address sees what its owner may see now; an account that may not log in has none. */
async function answer(needs: Needs, ctx: OperationContext, request: WebRequest, make: FeedMaker): Promise<Outcome> {
  const row = (await ctx
    .db('feed_token')
    .where({ token_hash: hashOf(request.params['token'] ?? '') })
    .first('account')) as { account: string } | undefined;
  const person = row && ctx.directory.people.get(row.account);
  if (!person || person.disabled) throw new NotFoundError('There is no such feed. Get a new address under Preferences, Feeds.');
  const href = (path: string): string => request.origin + request.href(path);
  const asker = { user: { name: person.name, authenticated: true }, via: 'web', now: ctx.now } as const;
  return needs.contexts.read(asker, async (own) =>
    answerFeed(await make(needs, own, request, href), formatIn(request.query) ?? 'atom', request),
  );
}

function ownOnly(ctx: OperationContext, handle: () => Promise<Outcome>): Outcome | Promise<Outcome> {
  return ctx.user.authenticated ? handle() : { redirect: '/login?referer=%2Fprefs%2Ffeeds' };
}

/** `token`: just made, and shown this once. */
async function show({ db, user }: OperationContext, { origin, href }: WebRequest, token = ''): Promise<Outcome> {
  const row = (await db('feed_token').where({ account: user.name }).first('created')) as { created: number } | undefined;
  return {
    template: 'feeds/prefs.njk',
    data: {
      since: row ? new Date(row.created / 1000) : null,
      base: token === '' ? '' : `${origin}${href(`/feed/${token}/`)}`,
      formHref: href(HOME),
    },
  };
}

async function submit(ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const account = ctx.user.name;
  await ctx.db('feed_token').where({ account }).delete();
  if (formText(request, 'step') !== 'make')
    return { redirect: HOME, notice: { kind: 'notice', text: 'The address works no longer.' } };
  const token = randomBytes(32).toString('base64url');
  await ctx.db('feed_token').insert({ account, token_hash: hashOf(token), created: ctx.now.getTime() * 1000 });
  return show(ctx, request, token);
}
