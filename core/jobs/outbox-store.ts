import type { Knex } from 'knex';
import { fromMicros, toMicros } from '../db/instants.ts';
import type { IOutboxQueue, OutboxMessage, OutboxOptions, OutboxPayload, QueuedMessage } from './outbox-points.ts';

/** What became of a message that was under way. `later` with `uncounted`: the attempt was nobody's fault and does not count. */
export type Settlement = { readonly id: number } & (
  | { readonly became: 'sent' | 'untried' }
  | { readonly became: 'dead'; readonly error: string }
  | { readonly became: 'later'; readonly error: string; readonly next: Date; readonly uncounted?: boolean }
);

interface Row {
  readonly id: number;
  readonly channel: string;
  readonly state: 'waiting' | 'dead';
  readonly next: number;
  readonly attempt: number;
  readonly created: number;
  readonly error: string;
  readonly payload: string;
}

const CHUNK = 500;
const isPostgres = (db: Knex): boolean => db.client.dialect === 'postgresql';

const toMessage = ({ id, channel, attempt, created, payload }: Row): OutboxMessage => ({
  id,
  channel,
  payload: JSON.parse(payload) as OutboxPayload,
  attempt,
  created: fromMicros(created),
});

function* chunks(ids: readonly number[]): Generator<readonly number[]> {
  for (let start = 0; start < ids.length; start += CHUNK) yield ids.slice(start, start + CHUNK);
}

/** Stores a message; one whose key an untried message of the channel has already is dropped. */
export async function insertMessage(
  db: Knex,
  channel: string,
  payload: OutboxPayload,
  { now, notBefore = now, key }: OutboxOptions & { readonly now: Date },
): Promise<void> {
  const row = { channel, payload: JSON.stringify(payload), created: toMicros(now), next: toMicros(notBefore) };
  if (key === undefined) await db('outbox').insert(row);
  else
    await db('outbox')
      .insert({ ...row, key })
      .onConflict(['channel', 'key'])
      .ignore();
}

/** True when a message of the channel is due; costs one look into an index. */
export async function isDue(db: Knex, channel: string, now: Date): Promise<boolean> {
  const due = db('outbox').where({ channel, state: 'waiting' }).where('next', '<=', toMicros(now));
  return (await due.first('id')) !== undefined;
}

/** Takes messages that are due, longest due first, for `claim` until `lease`; nobody else gets them before. */
export async function claimMessages(
  db: Knex,
  channel: string,
  { now, lease, claim, limit, held }: { now: Date; lease: Date; claim: string; limit: number; held: readonly number[] },
): Promise<readonly OutboxMessage[]> {
  const due = db('outbox')
    .where({ channel, state: 'waiting' })
    .where('next', '<=', toMicros(now))
    .whereNotIn('id', held)
    .orderBy(['next', 'id'])
    .limit(limit);
  const rows = (await (isPostgres(db) ? due.forUpdate().skipLocked() : due).select()) as Row[];
  if (rows.length === 0) return [];
  await db('outbox')
    .whereIn(
      'id',
      rows.map(({ id }) => id),
    )
    .update({ next: toMicros(lease), claim, key: null, attempt: db.raw('attempt + 1') });
  return rows.map((row) => toMessage({ ...row, attempt: row.attempt + 1 }));
}

/** Writes down what became of messages; those that somebody else has taken meanwhile are left to them. */
export async function settleMessages(db: Knex, claim: string, settlements: readonly Settlement[], now: Date): Promise<void> {
  const idsOf = (became: Settlement['became']): number[] =>
    settlements.filter((one) => one.became === became).map(({ id }) => id);
  const mine = (ids: readonly number[]) => db('outbox').where({ claim }).whereIn('id', ids);
  for (const ids of chunks(idsOf('sent'))) await mine(ids).delete();
  for (const ids of chunks(idsOf('untried')))
    await mine(ids).update({ claim: null, next: toMicros(now), attempt: db.raw('attempt - 1') });
  for (const one of settlements) {
    if (one.became === 'dead') await mine([one.id]).update({ claim: null, next: toMicros(now), state: 'dead', error: one.error });
    if (one.became !== 'later') continue;
    const uncounted = one.uncounted ? { attempt: db.raw('attempt - 1') } : {};
    await mine([one.id]).update({ claim: null, next: toMicros(one.next), error: one.error, ...uncounted });
  }
}

/** Keeps messages that are still under way from others for longer. */
export async function renewLease(db: Knex, claim: string, ids: readonly number[], lease: Date): Promise<void> {
  for (const some of chunks(ids))
    await db('outbox')
      .where({ claim })
      .whereIn('id', some)
      .update({ next: toMicros(lease) });
}

export const countMessages: IOutboxQueue['counts'] = async ({ db }) => {
  const rows = (await db('outbox')
    .groupBy('channel', 'state')
    .orderBy(['channel', 'state'])
    .select('channel', 'state')
    .count({ count: '*' })) as unknown as { channel: string; state: 'waiting' | 'dead'; count: number }[];
  return rows.map(({ channel, state, count }) => ({ channel, state, count: Number(count) }));
};

export const listMessages: IOutboxQueue['list'] = async ({ db }, { channel, state, limit, after = 0 }) => {
  const query = db('outbox').where('id', '>', after).orderBy('id').limit(limit);
  if (channel !== undefined) query.where({ channel });
  if (state !== undefined) query.where({ state });
  const rows = (await query.select()) as Row[];
  return rows.map(
    (row): QueuedMessage => ({ ...toMessage(row), state: row.state, next: fromMicros(row.next), lastError: row.error }),
  );
};

/** Lets messages be tried at once, with their attempts counted from the start. One under way stays with whoever has it. */
export async function retryMessages(db: Knex, ids: readonly number[], now: Date): Promise<number> {
  let count = 0;
  for (const some of chunks(ids))
    count += await db('outbox')
      .whereIn('id', some)
      .whereNull('claim')
      .update({ state: 'waiting', attempt: 0, next: toMicros(now) });
  return count;
}

export async function deleteMessages(db: Knex, ids: readonly number[]): Promise<number> {
  let count = 0;
  for (const some of chunks(ids)) count += await db('outbox').whereIn('id', some).delete();
  return count;
}
