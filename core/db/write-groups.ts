import type BetterSqlite3 from 'better-sqlite3';
import type { Knex } from 'knex';
import { TracError } from '../kernel/errors.ts';
import { connectionOf, rowsAtOnce } from './sqlite-client.ts';

const MOST_TOGETHER = 16;
/** A group that is open for so long takes nobody in any more: other processes wait for the write lock. */
const LONGEST_MS = 5;
const LONGEST_WAIT_MS = 60_000;

/** A write that somebody waits for. */
interface Unit {
  /** Runs it; what it gives is kept until `tell`. */
  run(db: Knex): Promise<void>;
  tell(): void;
  refuse(reason: unknown): void;
}

/** A transaction of SQLite with the writes of several callers in it. */
interface Group {
  readonly transaction: Knex.Transaction;
  readonly connection: BetterSqlite3.Database;
  readonly begun: number;
  /** Those whose writes stand in it. */
  readonly done: Unit[];
}

/**
 * Lets writes that come together share one commit, which costs more than most of them: it writes each page of the file that any
 * of them touched, once. Writes run one after the other and see what those before them did; nobody gets an answer before all is
 * committed. A write that nobody joins is committed after two turns of the event loop.
 *
 * One that fails is undone alone: if it has written anything, the transaction is rolled back and the others are run again, each in
 * one of its own. No savepoint divides them, since at each one SQLite would write out its full-text index.
 */
export class WriteGroups {
  readonly #writer: Knex;
  #open: Group | undefined;
  #busy = false;
  readonly #waiting: (() => void)[] = [];

  constructor(writer: Knex) {
    this.#writer = writer;
  }

  /** Runs `work` in a transaction; what it gives is told when it is committed. It may run twice: it must do nothing but SQL. */
  run<T>(work: (db: Knex) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let result: T;
      const unit: Unit = {
        run: async (db) => {
          result = await work(db);
        },
        tell: () => resolve(result),
        refuse: reject,
      };
      this.#take(unit).catch(reject);
    });
  }

  async #take(unit: Unit): Promise<void> {
    await this.#enter();
    try {
      const group = await this.#group();
      const before = changesOf(group);
      try {
        await unit.run(group.transaction);
        group.done.push(unit);
      } catch (error) {
        unit.refuse(error);
        if (!group.connection.inTransaction || changesOf(group) !== before) await this.#undo(group);
      }
      if (isFull(group)) await this.#commit(group);
      else this.#plan(group);
    } finally {
      this.#leave();
    }
  }

  async #group(): Promise<Group> {
    if (this.#open) return this.#open;
    const transaction = await this.#writer.transaction();
    const connection = connectionOf(transaction);
    if (!connection) throw new Error('write groups are for SQLite');
    this.#open = { transaction, connection, begun: performance.now(), done: [] };
    return this.#open;
  }

  /** Takes back what all of the group did, and does again what must stay. */
  async #undo({ transaction, done }: Group): Promise<void> {
    this.#open = undefined;
    // Where SQLite has undone everything of itself, as on a full disk, this only hands the connection back.
    await transaction.rollback();
    for (const unit of done)
      try {
        await this.#writer.transaction((alone) => unit.run(alone));
        unit.tell();
      } catch (error) {
        unit.refuse(error);
      }
  }

  /**
   * Commits when the event loop came round twice and nobody joined: in the first turn arrives what others sent meanwhile, in the second
   * they are as far as to write. With one turn, eight people who write at once fall into two halves that wait for each other.
   */
  #plan(group: Group): void {
    const { length } = group.done;
    const commit = (): void => {
      if (this.#open !== group || group.done.length !== length || this.#busy) return;
      this.#busy = true;
      void this.#commit(group).finally(() => this.#leave());
    };
    setImmediate(() => setImmediate(commit));
  }

  async #commit(group: Group): Promise<void> {
    if (this.#open !== group) return;
    const { transaction, connection, done } = group;
    this.#open = undefined;
    try {
      await transaction.commit();
      // Knex tells of a failed commit here only.
      await transaction.executionPromise;
      for (const unit of done) unit.tell();
    } catch (error) {
      if (connection.inTransaction) connection.exec('rollback');
      for (const unit of done) unit.refuse(error);
    }
  }

  #enter(): Promise<void> | undefined {
    if (!this.#busy) {
      this.#busy = true;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(tooLong());
      }, LONGEST_WAIT_MS);
      this.#waiting.push(enter);
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#busy = false;
  }
}

/** Counts every row that the connection ever changed. Who changes the schema says so (`Database.write`) and is in no group. */
const changesOf = ({ transaction }: Group): unknown =>
  (rowsAtOnce(transaction, 'select total_changes() as changes', []) as { changes: number }[] | undefined)?.[0]?.changes;

const isFull = ({ done, begun }: Group): boolean => done.length >= MOST_TOGETHER || performance.now() - begun > LONGEST_MS;

const tooLong = (): TracError =>
  new TracError(
    'DATABASE_BUSY',
    `A change could not be stored: another one has kept the database for ${LONGEST_WAIT_MS / 1000} seconds. Try again; if it stays so, restart Tracts and look for a plugin that waits for something while it writes.`,
    503,
  );
