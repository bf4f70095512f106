import type { Knex } from 'knex';
import { fromMicros } from '../db/instants.ts';
import { BadRequestError } from '../kernel/errors.ts';
import type { OperationContext } from '../security/context.ts';
import { mayViewInternal } from './comment-rights.ts';
import { mayViewField } from './field-rights.ts';
import { loadEntries } from './history.ts';
import { type HistoryRights, visibleHistory } from './notes.ts';
import { statusesInUse } from './statuses.ts';
import type { HistoryEntry, RecentChange, RecentChangesQuery, TicketContext } from './types.ts';

/** What finding recent changes needs beside the question. */
export interface RecentNeeds extends HistoryRights {
  openAll(ids: readonly number[]): Promise<readonly TicketContext[]>;
}

/**
 * Where to go on. Changes come by time and id, filed tickets by number: they have no index by time alone, and numbers grow with
 * time.
 */
interface Cursor {
  readonly time: number;
  readonly change: number;
  readonly ticket: number;
}
/** Ids end here: the columns hold no more. */
const GREATEST_ID = 2 ** 31 - 1;
const START: Cursor = { time: Number.MAX_SAFE_INTEGER, change: GREATEST_ID, ticket: GREATEST_ID };

/** Something that happened, not yet looked at. */
interface Candidate {
  readonly time: number;
  readonly ticket: number;
  /** Id of the change; undefined: the ticket was filed. */
  readonly change: number | undefined;
}

/** One answer reads so many times what it may give at most: where a person may see little, it goes on with the next. */
const ROUNDS = 5;
const GREATEST_LIMIT = 200;

function readCursor(text: string | undefined): Cursor {
  if (!text) return START;
  const [, time, change, ticket] = /^(\d{1,16})\.(\d{1,10})\.(\d{1,10})$/.exec(text) ?? [];
  if (time === undefined)
    throw new BadRequestError(`There is no place “${text.slice(0, 60)}” in the list of changes. Start at its beginning.`);
  const id = (digits: string | undefined): number => Math.min(Number(digits), GREATEST_ID);
  return { time: Math.min(Number(time), Number.MAX_SAFE_INTEGER), change: id(change), ticket: id(ticket) };
}
const writeCursor = ({ time, change, ticket }: Cursor): string => `${time}.${change}.${ticket}`;

const advance = (cursor: Cursor, { time, ticket, change }: Candidate): Cursor =>
  change === undefined ? { ...cursor, ticket } : { ...cursor, time, change };

async function findChanges(db: Knex, author: string | undefined, cursor: Cursor, limit: number): Promise<Candidate[]> {
  const query = db('ticket_change')
    .where('time', '<=', cursor.time)
    .where((later) => later.where('time', '<', cursor.time).orWhere('id', '<', cursor.change))
    .orderBy([
      { column: 'time', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(limit)
    .select('time', 'ticket', { change: 'id' });
  return (await (author === undefined ? query : query.where({ author }))) as Candidate[];
}

async function findFiled(db: Knex, author: string | undefined, cursor: Cursor, limit: number): Promise<Candidate[]> {
  const newest = (tickets: Knex.QueryBuilder): Knex.QueryBuilder =>
    tickets.where('id', '<', cursor.ticket).orderBy('id', 'desc').limit(limit).select('time', { ticket: 'id' });
  if (author === undefined) return (await newest(db('ticket'))) as Candidate[];
  // The index by reporter begins with the status: each status gives its own newest ones, and those are merged.
  const found: Candidate[] = [];
  for (const status of await statusesInUse(db))
    found.push(...((await newest(db('ticket').where({ status, reporter: author }))) as Candidate[]));
  return found.sort((a, b) => b.ticket - a.ticket).slice(0, limit);
}

const isWanted = (entry: HistoryEntry, kinds: RecentChangesQuery['kinds']): boolean =>
  kinds === undefined ||
  (kinds.includes('commented') && (entry.comment !== '' || entry.deleted !== undefined)) ||
  (kinds.includes('changed') && entry.fields.length > 0);

/** Turns candidates into what the person may see of them; undefined for what he may not. */
async function look(
  ctx: OperationContext,
  candidates: readonly Candidate[],
  { author, kinds }: RecentChangesQuery,
  needs: RecentNeeds,
): Promise<readonly (RecentChange | undefined)[]> {
  const opened = new Map(
    (await needs.openAll([...new Set(candidates.map(({ ticket }) => ticket))])).map((open) => [open.ticket.id, open]),
  );
  const entries = await loadEntries(
    ctx.db,
    candidates.flatMap(({ change }) => change ?? []),
    (ticket) => {
      const open = opened.get(ticket);
      return open !== undefined && mayViewInternal(open);
    },
  );
  return candidates.map(({ ticket, change, time }) => {
    const open = opened.get(ticket);
    if (!open) return undefined;
    if (change === undefined) return filed(open, time, author, needs.judgesFields);
    const stored = entries.get(change);
    const [entry] = stored ? visibleHistory(open, [stored], open.ticket, needs) : [];
    return entry && isWanted(entry, kinds) ? { ctx: open, time: entry.time, author: entry.author, entry } : undefined;
  });
}

function filed(ctx: TicketContext, time: number, asked: string | undefined, judgesFields: boolean): RecentChange | undefined {
  const seen = (name: string): boolean => !judgesFields || mayViewField(ctx, name, ctx.ticket);
  if (!seen('time') || (asked !== undefined && !seen('reporter'))) return undefined;
  const author = seen('reporter') ? String(ctx.ticket.values['reporter'] ?? '') : '';
  return { ctx, time: fromMicros(time), author, entry: undefined };
}

/** The next candidates of both kinds, newest first. Never beyond what was read of either. */
async function findCandidates(
  { db }: OperationContext,
  { author, kinds }: RecentChangesQuery,
  cursor: Cursor,
  limit: number,
): Promise<readonly Candidate[]> {
  const changed = !kinds || kinds.some((kind) => kind !== 'created') ? await findChanges(db, author, cursor, limit) : [];
  const filed = !kinds || kinds.includes('created') ? await findFiled(db, author, cursor, limit) : [];
  return [...changed, ...filed].sort((a, b) => b.time - a.time).slice(0, limit);
}

/** What happened to all tickets, newest first, as far as the person may see it; a bounded number of rows of an index is read. */
export async function findRecent(
  ctx: OperationContext,
  query: RecentChangesQuery,
  needs: RecentNeeds,
): Promise<{ readonly changes: readonly RecentChange[]; readonly next: string | undefined }> {
  const limit = Math.min(Math.max(query.limit, 1), GREATEST_LIMIT);
  const changes: RecentChange[] = [];
  let cursor = readCursor(query.after);
  for (let round = 0; round < ROUNDS; round++) {
    const candidates = await findCandidates(ctx, query, cursor, limit);
    const seen = await look(ctx, candidates, query, needs);
    for (const [index, candidate] of candidates.entries()) {
      const change = seen[index];
      if (change && changes.length === limit) return { changes, next: writeCursor(cursor) };
      cursor = advance(cursor, candidate);
      if (change) changes.push(change);
    }
    if (candidates.length < limit) return { changes, next: undefined };
  }
  return { changes, next: writeCursor(cursor) };
}
