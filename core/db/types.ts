import type { Knex } from 'knex';

/** The site's database. Knex is the only language spoken to it; every query runs on SQLite and on PostgreSQL. */
export interface Database {
  readonly dialect: 'sqlite' | 'postgres';
  /** For reading. On SQLite its connections are read-only: a write through it throws. */
  readonly reader: Knex;
  /**
   * Runs `work` in one writing transaction and commits.
   *
   * On SQLite it begins immediately and waits for other processes with jitter; on PostgreSQL it retries deadlocks and
   * serialisation failures: `work` may run more than once, so it must do nothing but SQL until it has returned.
   */
  write<T>(work: (transaction: Knex) => Promise<T>): Promise<T>;
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
