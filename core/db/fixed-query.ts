import type { Knex } from 'knex';

/**
 * A query that is the same but for its values, put into SQL once per kind of database: building it costs more than SQLite takes
 * to answer. `build` must use each value once, in the order given, and nothing else may vary.
 */
export function fixedQuery<Row>(
  build: (db: Knex, ...values: readonly Knex.Value[]) => Knex.QueryBuilder,
): (db: Knex, ...values: readonly Knex.Value[]) => Promise<readonly Row[]> {
  const texts = new Map<string, string>();
  return async (db, ...values) => {
    const client: unknown = (db as { client: { config: { client: unknown } } }).client.config.client;
    const dialect = typeof client === 'string' ? client : 'sqlite';
    let text = texts.get(dialect);
    if (text === undefined) {
      text = build(db, ...values).toSQL().sql;
      texts.set(dialect, text);
    }
    const answer = (await db.raw(text, [...values])) as readonly Row[] | { readonly rows: readonly Row[] };
    return 'rows' in answer ? answer.rows : answer;
  };
}
