import type { Knex } from 'knex';

/** The site's database. Knex is the only language spoken to it; every query runs on SQLite and on PostgreSQL. */
export interface Database {
  readonly dialect: 'sqlite' | 'postgres';
  /** For reading. Its connections are read-only: a write through it throws (save for `sqlite::memory:`, which has one connection). */
  readonly reader: Knex;
  /**
   * Runs `work` in one writing transaction and commits.
   *
   * On SQLite it begins immediately and waits for other processes without blocking; writes that come together share a commit, and
   * are run again if one of them fails. On PostgreSQL it retries deadlocks and serialisation failures. So `work` may run more than
   * once: it must do nothing but SQL until it has returned.
   * `schema`: for migrations. On SQLite foreign keys are then checked at the end and not at once, so that a table can be rebuilt.
   */
  write<T>(work: (transaction: Knex) => Promise<T>, options?: { readonly schema?: boolean }): Promise<T>;
  close(): Promise<void>;
}

/** One step of the schema, for both databases. Recorded as `<owner>/<name>`; `name` is `NNNN_what`. */
export interface Migration {
  readonly name: string;
  up(db: Knex): Promise<void>;
}
export interface MigrationSet {
  /** `core` or a plugin's name. */
  readonly owner: string;
  readonly migrations: readonly Migration[];
}
