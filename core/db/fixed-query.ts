import type { Knex } from 'knex';
import { rowsAtOnce } from './sqlite-client.ts';

/** What the two drivers answer. */
type Answer<Row> = readonly Row[] | { readonly rows: readonly Row[] };

const rowsOf = <Row>(answer: Answer<Row>): readonly Row[] => ('rows' in answer ? answer.rows : answer);

/** Knex would write them so; the driver refuses them. */
const forDriver = (value: Knex.Value): unknown =>
  typeof value === 'boolean' ? Number(value) : value instanceof Date ? value.getTime() : value;

async function rowsFor<Row>(db: Knex, sql: string, values: readonly Knex.Value[], keep = false): Promise<readonly Row[]> {
  const rows = rowsAtOnce(db, sql, values.map(forDriver), keep) as readonly Row[] | undefined;
  return rows ?? rowsOf((await db.raw(sql, [...values])) as Answer<Row>);
}

/**
 * A query that is the same but for its values, put into SQL once per kind of database: building it costs more than SQLite takes
 * to answer. `build` must use each value once, in the order given, and nothing else may vary. `keep`: few rows that many pages ask for;
 * on SQLite the same frozen ones are then given again until somebody commits something.
 */
export function fixedQuery<Row>(
  build: (db: Knex, ...values: readonly Knex.Value[]) => Knex.QueryBuilder,
  { keep = false }: { readonly keep?: boolean } = {},
): (db: Knex, ...values: readonly Knex.Value[]) => Promise<readonly Row[]> {
  const texts = new Map<string, string>();
  return (db, ...values) => {
    const client: unknown = (db as { client: { config: { client: unknown } } }).client.config.client;
    const dialect = typeof client === 'string' ? client : 'sqlite';
    let text = texts.get(dialect);
    if (text === undefined) {
      text = build(db, ...values).toSQL().sql;
      texts.set(dialect, text);
    }
    return rowsFor<Row>(db, text, values, keep);
  };
}

/** Runs a statement whose text never varies; it must be one that both kinds of database read, or be chosen for the one at hand. */
export async function runStatement(db: Knex, sql: string, values: readonly Knex.Value[]): Promise<void> {
  await rowsFor(db, sql, values);
}

const inserts = new Map<string, string>();

/** Stores one row and returns its `id`. Names of columns are the program's own; both kinds of database read the same SQL. */
export async function insertRow(db: Knex, table: string, row: Readonly<Record<string, Knex.Value>>): Promise<number> {
  const names = Object.keys(row);
  const key = `${table} ${names.join(' ')}`;
  let text = inserts.get(key);
  if (text === undefined) {
    const columns = names.map((name) => `"${name}"`).join(', ');
    text = `insert into "${table}" (${columns}) values (${names.map(() => '?').join(', ')}) returning "id"`;
    inserts.set(key, text);
  }
  const [inserted] = await rowsFor<{ readonly id: number }>(db, text, Object.values(row));
  if (!inserted) throw new Error(`the database gave no id for a new row of ${table}`);
  return inserted.id;
}
