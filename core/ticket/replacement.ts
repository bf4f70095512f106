import type { Knex } from 'knex';
import { fromMicros, toMicros } from '../db/instants.ts';
import { isClosedStatus, statusesInUse } from './statuses.ts';
import type { StoredTicket } from './store.ts';
import { TEXT_COLUMNS } from './values.ts';

const toColumn = (text: string): string | null => (text === '' ? null : text);

/** Tickets by status, those without one last: the indexes begin with the status, so that each lane is one range. */
async function lanesOf(db: Knex, openOnly: boolean): Promise<readonly ((tickets: Knex.QueryBuilder) => Knex.QueryBuilder)[]> {
  const statuses = (await statusesInUse(db)).filter((status) => !openOnly || !isClosedStatus(status));
  return [(tickets) => tickets.whereIn('status', statuses), (tickets) => tickets.whereNull('status')];
}

/** How many tickets have each value of a column; of `value` alone where it is given. Answered from indexes. */
export async function countValues(
  db: Knex,
  column: string,
  { value, openOnly = false }: { readonly value?: string | undefined; readonly openOnly?: boolean | undefined },
): Promise<ReadonlyMap<string, number>> {
  const total = new Map<string, number>();
  for (const narrow of await lanesOf(db, openOnly)) {
    const tickets = narrow(db('ticket')).whereNotNull(column).groupBy(column).select({ value: column }).count({ uses: '*' });
    const rows = (await (value === undefined ? tickets : tickets.where(column, value))) as { value: string; uses: number }[];
    for (const row of rows) total.set(row.value, (total.get(row.value) ?? 0) + Number(row.uses));
  }
  return total;
}

/** The texts of a column that hold a word somewhere, e.g. lists of keywords. */
export async function textsHolding(db: Knex, column: string, word: string): Promise<readonly string[]> {
  const pattern = `%${word.replace(/[\\%_]/g, '\\$&')}%`;
  const rows = (await db('ticket').whereRaw("?? like ? escape '\\'", [column, pattern]).distinct({ text: column })) as {
    text: string;
  }[];
  return rows.map(({ text }) => text);
}

/** Some of the tickets that have the value, locked until the transaction ends. */
export async function findHolders(
  db: Knex,
  column: string,
  value: string,
  openOnly: boolean,
  limit: number,
): Promise<readonly number[]> {
  for (const narrow of await lanesOf(db, openOnly)) {
    const tickets = narrow(db('ticket')).where(column, value).orderBy('id').limit(limit).forUpdate().select('id');
    const ids = ((await tickets) as { id: number }[]).map(({ id }) => id);
    if (ids.length > 0) return ids;
  }
  return [];
}

/** One change that happens to many tickets alike. */
export interface ManyChanged {
  readonly ids: readonly number[];
  readonly column: string;
  readonly to: string;
  readonly author: string;
  readonly via: string;
  readonly action: string;
  readonly comment: string;
  /** What the comment is written in. */
  readonly format: string;
  readonly now: Date;
}

/** Gives the tickets their new value, each with an entry in its history: three statements, however many they are. */
export async function changeMany(db: Knex, change: ManyChanged): Promise<void> {
  const { column, to, author, via, action, comment, format, now } = change;
  const ids = [...change.ids];
  const said = db('ticket as t')
    .leftJoin('ticket_change as c', 'c.ticket', 't.id')
    .whereIn('t.id', ids)
    .groupBy('t.id')
    .select(
      't.id',
      db.raw('coalesce(max(c.number), 0) + 1'),
      ...[author, via, action, comment, format].map((text) => db.raw('cast(? as text)', [text])),
    )
    .select(db.raw('cast(? as bigint)', [toMicros(now)]));
  const entry = ['ticket', 'number', 'author', 'via', 'action', 'comment', 'format', 'time'];
  await db(db.raw('?? (??, ??, ??, ??, ??, ??, ??, ??)', ['ticket_change', ...entry])).insert(said);
  const last = db('ticket_change as m').whereRaw('m.ticket = t.id').max('m.number');
  const fields = db('ticket as t')
    .join('ticket_change as c', 'c.ticket', 't.id')
    .whereIn('t.id', ids)
    .where('c.number', last)
    .select('c.id', db.raw('cast(? as text)', [column]), `t.${column}`, db.raw('cast(? as text)', [toColumn(to)]));
  await db(db.raw('?? (??, ??, ??, ??)', ['ticket_change_field', 'change', 'field', 'oldvalue', 'newvalue'])).insert(fields);
  await db('ticket')
    .whereIn('id', ids)
    .update({ [column]: toColumn(to), changetime: toMicros(now), row_version: db.raw('row_version + 1') });
}

/** The number of each ticket's last change. */
export async function lastNumbers(db: Knex, ids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const rows = (await db('ticket_change')
    .whereIn('ticket', [...ids])
    .groupBy('ticket')
    .select('ticket')
    .max({ last: 'number' })) as { ticket: number; last: number }[];
  return new Map(rows.map(({ ticket, last }) => [ticket, last]));
}

/** Many tickets at once, by number: two queries. */
export async function loadMany(db: Knex, ids: readonly number[]): Promise<readonly StoredTicket[]> {
  const rows = (await db('ticket')
    .whereIn('id', [...ids])
    .orderBy('id')) as Readonly<
    Record<string, unknown> & {
      id: number;
      row_version: number;
      time: number;
      changetime: number;
      description_format: string;
    }
  >[];
  const custom = (await db('ticket_custom').whereIn('ticket', [...ids])) as {
    ticket: number;
    name: string;
    value: string | null;
  }[];
  const byTicket = new Map<number, Map<string, string>>(ids.map((id) => [id, new Map()]));
  for (const { ticket, name, value } of custom) byTicket.get(ticket)?.set(name, value ?? '');
  return rows.map((row) => ({
    id: row.id,
    version: row.row_version,
    time: fromMicros(row.time),
    changetime: fromMicros(row.changetime),
    descriptionFormat: row.description_format,
    columns: Object.fromEntries(TEXT_COLUMNS.map((name) => [name, (row[name] as string | null) ?? ''])),
    custom: byTicket.get(row.id) ?? new Map(),
  }));
}
