import { LRUCache } from 'lru-cache';
import { IGenerations } from '../db/generation.ts';
import { fromMicros, toMicros } from '../db/instants.ts';
import { component } from '../kernel/component.ts';
import { option } from '../kernel/option.ts';
import { nameClient } from './client-name.ts';
import type { Directory, OperationContext } from './context.ts';
import { IContexts } from './contexts.ts';
import { type Account, ISessionService, type Session } from './extension-points.ts';
import { hashSecret, newSecret } from './secrets.ts';
import { findAccount } from './users.ts';

interface SessionRow {
  readonly token_hash: string;
  readonly account: string;
  readonly form_token: string;
  readonly client: string;
  readonly created: number;
  readonly last_seen: number;
  readonly expires: number;
}

const DAY = 86_400_000;
/** A session that nobody used for so long is over, whatever its age. */
const IDLE = 14 * DAY;
const OLDEST = 90 * DAY;
/** `last_seen` is that exact: a write for each page would cost more than the page. */
const SEEN_STEP = 60_000;
const CLIENT_LENGTH = 300;
/** The generation that moves when a session is ended before its time. */
const SESSIONS = 'sessions';
const SESSIONS_KEPT = 5000;

/** A session that was looked up; good while nobody ended a session or changed an account. */
interface Kept {
  session: Session;
  readonly account: Account;
  readonly directory: Directory;
}

const isAlive = ({ expires, lastSeen }: Session, now: Date): boolean =>
  expires > now && lastSeen.getTime() > now.getTime() - IDLE;

const toSession = (row: SessionRow): Session => ({
  id: row.token_hash,
  account: row.account,
  formToken: row.form_token,
  client: nameClient(row.client),
  created: fromMicros(row.created),
  lastSeen: fromMicros(row.last_seen),
  expires: fromMicros(row.expires),
});

const before = (now: Date, span: number): number => toMicros(new Date(now.getTime() - span));

const hashesOf = (rows: readonly SessionRow[]): ReadonlySet<string> => new Set(rows.map((row) => row.token_hash));

/** Those that are not over. */
const current = (ctx: OperationContext) =>
  ctx.db<SessionRow>('session').where('expires', '>', toMicros(ctx.now)).where('last_seen', '>', before(ctx.now, IDLE));

/** Keeps the logins in the database; of a cookie's value only a hash is stored. */
export const SessionSystem = component({
  doc: 'Keeps the logins.',
  implements: [ISessionService],
  uses: { contexts: IContexts, generations: IGenerations },
  options: {
    lifetime: option.int(
      'trac',
      'auth_cookie_lifetime',
      0,
      'Seconds after which a login ends, used or not. 0: after 90 days. One that is not used ends after 14 days.',
    ),
  },
  create: ({ contexts, generations, options }) => {
    const kept = generations.cached(SESSIONS, async () => new LRUCache<string, Kept>({ max: SESSIONS_KEPT }));
    const lifetime = options.lifetime > 0 ? Math.min(options.lifetime * 1000, 10 * 365 * DAY) : OLDEST;

    const see = ({ user, via, now }: OperationContext, token_hash: string): Promise<void> =>
      contexts.write({ user, via, now }, async (ctx) => {
        await ctx
          .db('session')
          .where({ token_hash })
          .update({ last_seen: toMicros(now) });
      });

    const look = async (ctx: OperationContext, token_hash: string): Promise<Kept | undefined> => {
      const row = await current(ctx).where({ token_hash }).first();
      const found = row && (await findAccount(ctx.db, row.account));
      if (!row || !found || found.account.disabled) return undefined;
      return { session: toSession(row), account: found.account, directory: ctx.directory };
    };

    return {
      async find(ctx, token) {
        const hash = hashSecret(token);
        const cache = kept.peek(ctx.db) ?? (await kept.get(ctx.db));
        const known = cache.get(hash);
        const found = known?.directory === ctx.directory && isAlive(known.session, ctx.now) ? known : await look(ctx, hash);
        if (!found) return undefined;
        cache.set(hash, found);
        if (found.session.lastSeen.getTime() < ctx.now.getTime() - SEEN_STEP) {
          found.session = { ...found.session, lastSeen: ctx.now };
          ctx.afterCommit(() => see(ctx, hash));
        }
        return found;
      },
      async open(ctx, account, client) {
        const token = newSecret();
        const now = toMicros(ctx.now);
        const row: SessionRow = {
          token_hash: hashSecret(token),
          account,
          form_token: newSecret(),
          client: client.replaceAll('\0', '').slice(0, CLIENT_LENGTH),
          created: now,
          last_seen: now,
          expires: before(ctx.now, -lifetime),
        };
        await ctx.db('session').insert(row);
        return { token, session: toSession(row) };
      },
      alive: async (ctx, ids) => hashesOf(await current(ctx).whereIn('token_hash', [...ids])),
      async list(ctx, account) {
        return (await current(ctx).where({ account }).orderBy('last_seen', 'desc')).map(toSession);
      },
      async revoke(ctx, account, id) {
        await ctx.db('session').where({ account, token_hash: id }).delete();
        await generations.bump(ctx, SESSIONS);
      },
      async revokeOthers(ctx, account, id) {
        await ctx
          .db('session')
          .where({ account })
          .whereNot({ token_hash: id ?? '' })
          .delete();
        await generations.bump(ctx, SESSIONS);
      },
      async purge(ctx) {
        await ctx
          .db('session')
          .where('expires', '<=', toMicros(ctx.now))
          .orWhere('last_seen', '<=', before(ctx.now, IDLE))
          .delete();
      },
    };
  },
});
