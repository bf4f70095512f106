import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type BetterSqlite3 from 'better-sqlite3';
import type { Knex } from 'knex';
import { TracError } from '../kernel/errors.ts';
import { KeptRows, lookAgain } from './kept-rows.ts';

/** The part of knex's own (unpublished) classes that is overridden here; the version of knex is pinned for it. */
interface QueryObject {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  response?: unknown;
  context?: unknown;
}
interface SqliteConfig extends Knex.Config {
  /** Only reads: opened read-only, one connection shared by all, no transactions. */
  readonly onlyReads?: boolean;
  /** Longest wait, in milliseconds, for the write lock that another process holds. */
  readonly writeWaitMs: number;
}
declare class KnexSqlite {
  readonly config: SqliteConfig;
  readonly driver: typeof BetterSqlite3;
  readonly connectionSettings: { readonly filename: string };
  acquireConnection(): Promise<unknown>;
  releaseConnection(connection: unknown): Promise<void>;
  destroy(callback?: () => void): Promise<void>;
  _formatBindings(bindings: readonly unknown[] | undefined): unknown[];
}
declare class KnexTransaction {
  constructor(client: unknown, container: unknown, config: unknown, outer: unknown);
  readonly client: FastSqlite;
  readonly trxClient: { query(connection: unknown, sql: string): Promise<unknown> };
}
/** What a `Knex` handle or an open transaction is made of. */
interface Handle {
  readonly client: unknown;
  isCompleted?(): boolean;
}

const require = createRequire(import.meta.url);
const Base = require('knex/lib/dialects/better-sqlite3/index.js') as typeof KnexSqlite;
const BaseTransaction = require('knex/lib/dialects/sqlite3/execution/sqlite-transaction.js') as typeof KnexTransaction;

const STATEMENTS_KEPT = 500;
/** How long SQLite itself may sleep, and with it the whole event loop, before we take over the waiting. */
const SQLITE_SLEEP_MS = 10;

/**
 * Pages of the file that a connection keeps, in KiB; the driver's own 16,000 would save nothing, since the system keeps the file in memory
 * too. One that writes goes through every index.
 */
const CACHE_KIB = { reading: 4_000, writing: 8_000 } as const;

/** The connection that a client holds: the readers' shared one, or the one of an open transaction. */
const held = new WeakMap<object, BetterSqlite3.Database>();

/** What readers keep of their answers. */
const keptRows = new WeakMap<BetterSqlite3.Database, KeptRows>();

const statements = new WeakMap<BetterSqlite3.Database, Map<string, BetterSqlite3.Statement>>();

/** True for the ways in which SQLite says that another connection holds the lock. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && /^SQLITE_(BUSY|LOCKED)/.test(String((error as { code?: unknown }).code));

/**
 * Takes the write lock at once. Knex would begin deferred, and a transaction that reads first and writes later then fails
 * whenever another process wrote in between. Waits without blocking the process; `work` has not begun while it waits.
 */
class ImmediateTransaction extends BaseTransaction {
  async begin(connection: unknown): Promise<unknown> {
    const { writeWaitMs } = this.client.config;
    const deadline = performance.now() + writeWaitMs;
    for (let wait = 2; ; wait = Math.min(wait * 1.5, 40)) {
      try {
        const begun = await this.trxClient.query(connection, 'BEGIN IMMEDIATE;');
        held.set(this.trxClient, connection as BetterSqlite3.Database);
        return begun;
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (performance.now() > deadline)
          throw new TracError(
            'DATABASE_BUSY',
            `The database is busy: another process has been writing to it for ${writeWaitMs / 1000} seconds. Try again; if it stays so, look for a backup or a tool that holds the file open.`,
            503,
          );
        await sleep(wait * (0.5 + Math.random()));
      }
    }
  }
}

/** Knex's better-sqlite3 client with prepared statements kept, pragmas set, and write locks taken at the beginning. */
export class FastSqlite extends Base {
  /** Knex makes a transaction's client without running constructors: no private field would be there. */
  private shared: Promise<BetterSqlite3.Database> | undefined;

  async acquireRawConnection(): Promise<BetterSqlite3.Database> {
    const { filename } = this.connectionSettings;
    const readonly = this.config.onlyReads === true;
    const connection = new this.driver(filename, { readonly, fileMustExist: readonly, timeout: 5000 });
    connection.pragma('foreign_keys = ON');
    connection.pragma(`cache_size = -${readonly ? CACHE_KIB.reading : CACHE_KIB.writing}`);
    if (!readonly) {
      if (filename !== ':memory:') connection.pragma('journal_mode = WAL');
      connection.pragma('synchronous = NORMAL');
      // Longer logs are copied back less often; each copy writes a page once, however many tickets touched it.
      connection.pragma('wal_autocheckpoint = 4000');
      connection.pragma(`busy_timeout = ${SQLITE_SLEEP_MS}`);
    }
    statements.set(connection, new Map());
    return connection;
  }

  /**
   * Readers share one connection and take no turns: the driver is synchronous, so a query is over before the next begins, and
   * the pool's bookkeeping would cost as much as a small query. Nobody may begin a transaction on a reader.
   */
  override async acquireConnection(): Promise<unknown> {
    if (this.config.onlyReads !== true) return super.acquireConnection();
    this.shared ??= this.openShared();
    return this.shared;
  }

  private async openShared(): Promise<BetterSqlite3.Database> {
    const connection = await this.acquireRawConnection();
    held.set(this, connection);
    keptRows.set(connection, new KeptRows(connection));
    return connection;
  }

  override async releaseConnection(connection: unknown): Promise<void> {
    if (this.config.onlyReads !== true) await super.releaseConnection(connection);
  }

  override async destroy(callback?: () => void): Promise<void> {
    const shared = await this.shared;
    this.shared = undefined;
    held.delete(this);
    shared?.close();
    await super.destroy(callback);
  }

  transaction(container: unknown, config: unknown, outer: unknown): unknown {
    if (this.config.onlyReads === true) throw new TracError('DATABASE', 'A reader takes no transactions: use Database.write.');
    return new ImmediateTransaction(this, container, config, outer);
  }

  async _query(connection: BetterSqlite3.Database, query: QueryObject): Promise<QueryObject> {
    if (this.config.onlyReads !== true) lookAgain();
    const statement = prepare(connection, query.sql);
    const bindings = this._formatBindings(query.bindings);
    if (statement.reader) query.response = statement.all(bindings);
    else {
      const { changes, lastInsertRowid } = statement.run(bindings);
      query.response = { changes, lastInsertRowid };
      query.context = { lastID: lastInsertRowid, changes };
    }
    return query;
  }
}

/** The connection of an open transaction, or of readers; undefined: of another kind of database, or none is open. */
export const connectionOf = ({ client }: { readonly client: unknown }): BetterSqlite3.Database | undefined =>
  held.get(client as object);

/**
 * Runs a statement at the driver and gives its rows, without knex's way there, which takes five times as long as a small query.
 * undefined: the handle is of another kind of database, or not one that can be used so; ask knex then. `bindings` as the driver
 * takes them: no instants, no booleans. `keep`: a reader's answer may be one that it gave before, when nothing has been committed since.
 */
export function rowsAtOnce(db: unknown, sql: string, bindings: readonly unknown[], keep = false): readonly unknown[] | undefined {
  const { client, isCompleted } = db as Handle;
  const connection = held.get(client as object);
  // Of a transaction that is over, knex complains.
  if (!connection || isCompleted?.()) return undefined;
  const kept = keptRows.get(connection);
  if (!kept) lookAgain();
  else if (keep) return kept.get(sql, bindings, () => prepare(connection, sql).all(bindings));
  const statement = prepare(connection, sql);
  if (statement.reader) return statement.all(bindings);
  statement.run(bindings);
  return [];
}

function prepare(connection: BetterSqlite3.Database, sql: string): BetterSqlite3.Statement {
  const kept = statements.get(connection);
  const known = kept?.get(sql);
  if (known) return known;
  const statement = connection.prepare(sql);
  if (!kept) return statement;
  if (/^\s*(select|insert|update|delete|with|replace|begin|commit)/i.test(sql)) keep(kept, sql, statement);
  else if (!/^\s*(savepoint|release|rollback)/i.test(sql)) kept.clear(); // a changed schema changes what a statement answers
  return statement;
}

function keep(kept: Map<string, BetterSqlite3.Statement>, sql: string, statement: BetterSqlite3.Statement): void {
  const oldest = kept.size >= STATEMENTS_KEPT ? kept.keys().next().value : undefined;
  if (oldest !== undefined) kept.delete(oldest);
  kept.set(sql, statement);
}
