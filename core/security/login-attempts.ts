import { isIPv6 } from 'node:net';
import type { Knex } from 'knex';
import { fromMicros, toMicros } from '../db/instants.ts';
import type { OperationContext } from './context.ts';

interface AttemptRow {
  readonly key: string;
  readonly failures: number;
  readonly last: number;
}

/** After `free` failures each further one doubles the wait, from a second up to `most`. */
interface Limit {
  readonly free: number;
  readonly most: number;
}

const MINUTE = 60_000;
/** By account the wait stays short: it also hits the owner, whom a stranger could else keep out. */
const BY_ACCOUNT: Limit = { free: 5, most: 5 * MINUTE };
/** Many people may stand behind one address. */
const BY_ADDRESS: Limit = { free: 20, most: 15 * MINUTE };
const FORGOTTEN = 60 * MINUTE;

/** Who is counted: the name, whether or not it has an account, and the address; of IPv6 the network, since a host has them all. */
export function attemptKeys(name: string, address: string): readonly (readonly [string, Limit])[] {
  const network = isIPv6(address) && !address.includes('.') ? ipv6Network(address) : address;
  return [
    [`name:${name.toLowerCase().replaceAll('\0', '').slice(0, 64)}`, BY_ACCOUNT],
    [`address:${network.slice(0, 64)}`, BY_ADDRESS],
  ];
}

function ipv6Network(address: string): string {
  const [left = '', right] = address.toLowerCase().split('%')[0]?.split('::') ?? [];
  const head = left.split(':').filter(Boolean);
  const tail = right === undefined ? [] : right.split(':').filter(Boolean);
  const middle = right === undefined ? [] : Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return `${[...head, ...middle, ...tail].slice(0, 4).join(':')}::/64`;
}

const waitAfter = (failures: number, { free, most }: Limit): number =>
  failures < free ? 0 : Math.min(most, 1000 * 2 ** Math.min(failures - free, 20));

/**
 * Counts a try before it is judged, so that many at once count as many; gives the milliseconds to wait, 0 when it may be
 * judged now. A try that comes too early is not counted: whoever waits gets in.
 */
export async function countAttempt(ctx: OperationContext, name: string, address: string): Promise<number> {
  const keys = attemptKeys(name, address);
  for (const [key, limit] of keys) {
    const row = await recent(ctx.db, key, ctx.now);
    const wait = row ? fromMicros(row.last).getTime() + waitAfter(row.failures, limit) - ctx.now.getTime() : 0;
    if (wait > 0) return wait;
  }
  const since = toMicros(new Date(ctx.now.getTime() - FORGOTTEN));
  for (const [key] of keys)
    await ctx
      .db('login_attempt')
      .insert({ key, failures: 1, last: toMicros(ctx.now) })
      .onConflict('key')
      .merge({
        failures: ctx.db.raw('case when ?? > ? then ?? + 1 else 1 end', ['login_attempt.last', since, 'login_attempt.failures']),
        last: toMicros(ctx.now),
      });
  return 0;
}

const recent = (db: Knex, key: string, now: Date): Promise<AttemptRow | undefined> =>
  db<AttemptRow>('login_attempt')
    .where({ key })
    .where('last', '>', toMicros(new Date(now.getTime() - FORGOTTEN)))
    .forUpdate()
    .first() as Promise<AttemptRow | undefined>;

/**
 * Takes back what `countAttempt` counted for a try that was right. The name starts afresh; the address does not: somebody
 * with one account could else try others without end.
 */
export async function forgiveAttempt({ db }: OperationContext, name: string, address: string): Promise<void> {
  const [byName, byAddress] = attemptKeys(name, address);
  await db('login_attempt')
    .where({ key: byName?.[0] ?? '' })
    .delete();
  await db('login_attempt')
    .where({ key: byAddress?.[0] ?? '' })
    .where('failures', '>', 0)
    .decrement('failures');
}

/** Deletes counts that have no effect any more. */
export async function purgeAttempts({ db, now }: OperationContext): Promise<void> {
  await db('login_attempt')
    .where('last', '<=', toMicros(new Date(now.getTime() - FORGOTTEN)))
    .delete();
}
