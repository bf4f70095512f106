import type { Knex } from 'knex';
import { fixedQuery, insertRow } from '../db/fixed-query.ts';
import { fromMicros, toMicros } from '../db/instants.ts';
import { isColumn, TEXT_COLUMNS } from './values.ts';

/** One row of the ticket table with its custom values; texts as stored, `''` for NULL. */
export interface StoredTicket {
  readonly id: number;
  readonly version: number;
  readonly time: Date;
  readonly changetime: Date;
  /** What the description is written in. */
  readonly descriptionFormat: string;
  readonly columns: Readonly<Record<string, string>>;
  /** Only what is stored; a field added later is absent. */
  readonly custom: ReadonlyMap<string, string>;
}

interface TicketRow {
  readonly id: number;
  readonly row_version: number;
  readonly time: number;
  readonly changetime: number;
  readonly description_format: string;
  readonly [column: string]: unknown;
}

/** Trac stores empty texts as NULL (surprise 24); so do we, and read them back as empty. */
const toColumn = (text: string): string | null => (text === '' ? null : text);

/** How to load. */
export interface LoadOptions {
  /** Holds the row on PostgreSQL until the transaction ends; SQLite has one writer anyway. */
  readonly lock?: boolean;
  /** There are custom fields to read. */
  readonly custom?: boolean;
}

const plainRow = fixedQuery<TicketRow>((db, id = 0) => db('ticket').where({ id }), { keep: true });
const lockedRow = fixedQuery<TicketRow>((db, id = 0) => db('ticket').where({ id }).forUpdate());

/** Loads a ticket, its custom values too unless nobody could show them. */
export async function loadTicket(
  db: Knex,
  id: number,
  { lock = false, custom: hasCustom = true }: LoadOptions = {},
): Promise<StoredTicket | undefined> {
  const [row] = await (lock ? lockedRow(db, id) : plainRow(db, id));
  if (!row) return undefined;
  const custom: { name: string; value: string | null }[] = hasCustom
    ? await db('ticket_custom').where({ ticket: id }).select('name', 'value')
    : [];
  return toStored(row, new Map(custom.map(({ name, value }) => [name, value ?? ''])));
}

function toStored(row: TicketRow, custom: ReadonlyMap<string, string>): StoredTicket {
  const columns: Record<string, string> = {};
  for (const name of TEXT_COLUMNS) columns[name] = (row[name] as string | null) ?? '';
  const { id, row_version: version, description_format: descriptionFormat } = row;
  return { id, version, time: fromMicros(row.time), changetime: fromMicros(row.changetime), descriptionFormat, columns, custom };
}

/** Loads some hundreds of tickets, by id; those that are not there are left out. */
export async function loadTickets(
  db: Knex,
  ids: readonly number[],
  { custom: hasCustom = true }: Pick<LoadOptions, 'custom'> = {},
): Promise<ReadonlyMap<number, StoredTicket>> {
  const rows = (await db<TicketRow>('ticket').whereIn('id', [...ids])) as TicketRow[];
  const custom = new Map(rows.map(({ id }) => [id, new Map<string, string>()]));
  const values: { ticket: number; name: string; value: string | null }[] = hasCustom
    ? await db('ticket_custom').whereIn('ticket', [...custom.keys()])
    : [];
  for (const { ticket, name, value } of values) custom.get(ticket)?.set(name, value ?? '');
  return new Map(rows.map((row) => [row.id, toStored(row, custom.get(row.id) ?? new Map())]));
}

/** Stores a new ticket. `texts`: field name to stored text, columns and custom fields alike. `format`: what its description is written in. */
export async function insertTicket(db: Knex, texts: ReadonlyMap<string, string>, now: Date, format = 'wiki'): Promise<number> {
  const row: Record<string, number | string | null> = {
    time: toMicros(now),
    changetime: toMicros(now),
    row_version: 1,
    description_format: format,
  };
  const custom: { name: string; value: string | null }[] = [];
  for (const [name, text] of texts)
    if (isColumn(name)) row[name] = toColumn(text);
    else custom.push({ name, value: toColumn(text) });
  const id = await insertRow(db, 'ticket', row);
  if (custom.length > 0) await db('ticket_custom').insert(custom.map((one) => ({ ticket: id, ...one })));
  return id;
}

/**
 * Stores changed texts and moves the ticket's version on. Call it only from the service, which has checked for collisions.
 * `format`: what a new description is written in.
 */
export async function updateTicket(
  db: Knex,
  id: number,
  version: number,
  texts: ReadonlyMap<string, string>,
  now: Date,
  format = 'wiki',
): Promise<void> {
  const row: Record<string, unknown> = { changetime: toMicros(now), row_version: version };
  if (texts.has('description')) row['description_format'] = format;
  const custom: { ticket: number; name: string; value: string | null }[] = [];
  for (const [name, text] of texts)
    if (isColumn(name)) row[name] = toColumn(text);
    else custom.push({ ticket: id, name, value: toColumn(text) });
  await db('ticket').where({ id }).update(row);
  if (custom.length > 0) await db('ticket_custom').insert(custom).onConflict(['ticket', 'name']).merge();
}

/**
 * Something about the ticket changed that is neither a field nor an entry of its history; its version stays. The time moves on even
 * if the clock does not: what is kept of the ticket is known by it, to the millisecond.
 */
export async function touchTicket(db: Knex, id: number, now: Date): Promise<void> {
  const time = toMicros(now);
  await db('ticket')
    .where({ id })
    .update({ changetime: db.raw('case when changetime >= ? then changetime + 1000 else ? end', [time, time]) });
}

/** Removes the ticket; its custom values and history go with it by the schema. */
export async function deleteTicket(db: Knex, id: number): Promise<void> {
  await db('ticket').where({ id }).delete();
}
