import type { Knex } from 'knex';
import type { Filter, TicketQuery } from './language.ts';

/** One ticket of a list; empty columns are null. */
export interface Row {
  readonly id: number;
  readonly summary: string | null;
  readonly status: string | null;
  readonly type: string | null;
  readonly priority: string | null;
  readonly component: string | null;
  readonly milestone: string | null;
  readonly owner: string | null;
  readonly reporter: string | null;
  /** Microseconds; null where it must not be seen. */
  readonly time: number | null;
  readonly changetime: number | null;
}

/** A row of which nothing may be seen. */
export const NOTHING_SEEN: Omit<Row, 'id'> = {
  summary: null,
  status: null,
  type: null,
  priority: null,
  component: null,
  milestone: null,
  owner: null,
  reporter: null,
  time: null,
  changetime: null,
};

/** Counting stops here: no list is read further either. */
export const COUNTED_AT_MOST = 10_000;

const matches = ({ values, negated }: Filter, value: string): boolean => values.includes(value) !== negated;

/** The statuses a query asks for, out of those in use. */
export const wantedStatuses = (query: TicketQuery, used: readonly string[]): readonly string[] => {
  const filter = query.filters.find(({ column }) => column === 'status');
  return filter ? used.filter((status) => matches(filter, status)) : used;
};

function narrow(builder: Knex.QueryBuilder, filters: readonly Filter[]): Knex.QueryBuilder {
  for (const { column, values, negated } of filters) {
    if (column === 'status') continue;
    if (negated) builder.where((either) => either.whereNotIn(column, [...values]).orWhereNull(column));
    else builder.whereIn(column, [...values]);
  }
  return builder;
}

/** A part of a list that comes before the next one as a whole, e.g. all tickets of one priority. */
interface Bucket {
  restrict(builder: Knex.QueryBuilder): Knex.QueryBuilder;
}

/** How a query is sorted: bucket after bucket, within a bucket by `key` and number. */
export interface Sorting {
  readonly buckets: readonly Bucket[];
  readonly key: string;
}

/** The parts of a list sorted by a column; `ranks`: a vocabulary in its own order. Empty values come last. */
export function sortingOf({ order, desc }: TicketQuery, ranks: readonly string[] | undefined): Sorting {
  if (order === 'owner')
    return { key: 'owner', buckets: [{ restrict: (b) => b.whereNotNull('owner') }, { restrict: (b) => b.whereNull('owner') }] };
  if (!ranks) return { key: order, buckets: [{ restrict: (b) => b }] };
  const ranked = (desc ? ranks.toReversed() : ranks).map((value): Bucket => ({ restrict: (b) => b.where(order, value) }));
  const other: Bucket = { restrict: (b) => b.whereNotIn(order, [...ranks]).whereNotNull(order) };
  return { key: 'id', buckets: [...ranked, other, { restrict: (b) => b.whereNull(order) }] };
}

/** The first `limit` tickets of a bucket: each status gives its own first ones from an index, and those are merged. */
async function firstOf(
  db: Knex,
  query: TicketQuery,
  statuses: readonly string[],
  { key, bucket }: { readonly key: string; readonly bucket: Bucket },
  limit: number,
): Promise<readonly number[]> {
  const direction = query.desc ? 'desc' : 'asc';
  const lanes = statuses.map((status) => {
    const lane = narrow(db('ticket').where({ status }), query.filters).select({ id: 'id', sort_key: key });
    return bucket.restrict(lane).orderBy(key, direction).orderBy('id', direction).limit(limit).as('lane');
  });
  const [first, ...rest] = lanes.map((lane) => db.select('*').from(lane));
  if (!first) return [];
  const merged = first.unionAll(rest).as('merged');
  const rows = (await db.select('id').from(merged).orderBy('sort_key', direction).orderBy('id', direction).limit(limit)) as {
    id: number;
  }[];
  return rows.map(({ id }) => id);
}

/** The numbers of the tickets on one page, in order. */
export async function findPage(
  db: Knex,
  query: TicketQuery,
  statuses: readonly string[],
  { buckets, key }: Sorting,
): Promise<readonly number[]> {
  const offset = (query.page - 1) * query.max;
  const wanted = offset + query.max;
  const found: number[] = [];
  for (const bucket of buckets) {
    if (found.length >= wanted) break;
    found.push(...(await firstOf(db, query, statuses, { key, bucket }, wanted - found.length)));
  }
  return found.slice(offset, wanted);
}

/** How many tickets a query finds; one more than `COUNTED_AT_MOST` stands for “more”. */
export async function countTickets(db: Knex, query: TicketQuery, statuses: readonly string[]): Promise<number> {
  let total = 0;
  for (const status of statuses) {
    if (total > COUNTED_AT_MOST) break;
    const some = narrow(db('ticket').where({ status }), query.filters)
      .select({ one: db.raw('1') })
      .limit(COUNTED_AT_MOST + 1 - total)
      .as('some');
    const row = (await db.from(some).count({ total: '*' }).first()) as { total: number } | undefined;
    total += Number(row?.total ?? 0);
  }
  return total;
}

const COLUMNS = [
  'id',
  'summary',
  'status',
  'type',
  'priority',
  'component',
  'milestone',
  'owner',
  'reporter',
  'time',
  'changetime',
];

/** The tickets of a page, in the order of `ids`. */
export async function loadRows(db: Knex, ids: readonly number[]): Promise<readonly Row[]> {
  const rows = (await db('ticket')
    .whereIn('id', [...ids])
    .select(COLUMNS)) as Row[];
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
