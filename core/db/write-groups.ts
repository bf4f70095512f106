import type BetterSqlite3 from 'better-sqlite3';
import type { Knex } from 'knex';
import { TracError } from '../kernel/errors.ts';
import { connectionOf } from './sqlite-client.ts';

const MOST_TOGETHER = 16;
/** A group that is open for so long takes nobody in any more: other processes wait for the write lock. */
const LONGEST_MS = 5;
const LONGEST_WAIT_MS = 60_000;

/** A transaction of SQLite with the writes of several callers in it. */
interface Group {
  readonly transaction: Knex.Transaction;
  readonly connection: BetterSqlite3.Database;
  readonly begun: number;
  /** How many writes began in it. */
  size: number;
  /** Of those whose writes stand in it: told once it is committed, or could not be. */
  readonly told: { readonly resolve: () => void; readonly reject: (reason: unknown) => void }[];
}

/**
 * Lets writes that come together share one commit, which costs more than most of them: it writes each page of the file that any
 * of them touched, once. Writes run one after the other, each in a savepoint of its own, and sees what those before it did; no
 * caller gets an answer before all is committed. One that fails is undone alone. A write that nobody else joins is committed after one
 * turn of the event loop.
 */
export class WriteGroups {
  readonly #writer: Knex;
  #open: Group | undefined;
  #busy = false;
  readonly #waiting: (() => void)[] = [];

  constructor(writer: Knex) {
    this.#writer = writer;
  }

  /** Runs `work` in a transaction; what it gives is told when it is committed. */
  async run<T>(work: (db: Knex) => Promise<T>): Promise<T> {
    await this.#enter();
    let committed: Promise<void>;
    let result: T;
    try {
      const group = await this.#group();
      result = await this.#runIn(group, work);
      committed = new Promise((resolve, reject) => group.told.push({ resolve, reject }));
      if (isFull(group)) await this.#commit(group);
      else this.#plan(group);
    } finally {
      this.#leave();
    }
    await committed;
    return result;
  }

  async #group(): Promise<Group> {
    if (this.#open) return this.#open;
    const transaction = await this.#writer.transaction();
    const connection = connectionOf(transaction);
    if (!connection) throw new Error('write groups are for SQLite');
    this.#open = { transaction, connection, begun: performance.now(), size: 0, told: [] };
    return this.#open;
  }

  async #runIn<T>(group: Group, work: (db: Knex) => Promise<T>): Promise<T> {
    const { transaction, connection } = group;
    // The first one needs none: if it fails, there is nothing else to keep.
    const isFirst = group.size === 0;
    group.size += 1;
    if (!isFirst) connection.exec('savepoint write_of_one');
    try {
      const result = await work(transaction);
      if (!isFirst) connection.exec('release write_of_one');
      return result;
    } catch (error) {
      await this.#undo(group, isFirst, error);
      throw error;
    }
  }

  async #undo(group: Group, isFirst: boolean, error: unknown): Promise<void> {
    const { transaction, connection, told } = group;
    if (!isFirst && connection.inTransaction) {
      connection.exec('rollback to write_of_one');
      connection.exec('release write_of_one');
      this.#plan(group);
      return;
    }
    // A full disk, for one, makes SQLite undo the whole transaction of itself.
    this.#open = undefined;
    await transaction.rollback();
    for (const { reject } of told) reject(error);
  }

  /** Commits when the event loop came round and nobody joined. */
  #plan(group: Group): void {
    const { size } = group;
    setImmediate(() => {
      if (this.#open !== group || group.size !== size || this.#busy) return;
      this.#busy = true;
      void this.#commit(group).finally(() => this.#leave());
    });
  }

  async #commit(group: Group): Promise<void> {
    const { transaction, connection, told } = group;
    this.#open = undefined;
    try {
      await transaction.commit();
      // Knex tells of a failed commit here only.
      await transaction.executionPromise;
      for (const { resolve } of told) resolve();
    } catch (error) {
      if (connection.inTransaction) connection.exec('rollback');
      for (const { reject } of told) reject(error);
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

const isFull = ({ size, begun }: Group): boolean => size >= MOST_TOGETHER || performance.now() - begun > LONGEST_MS;

const tooLong = (): TracError =>
  new TracError(
    'DATABASE_BUSY',
    `A change could not be stored: another one has kept the database for ${LONGEST_WAIT_MS / 1000} seconds. Try again; if it stays so, restart Tracts and look for a plugin that waits for something while it writes.`,
    503,
  );
