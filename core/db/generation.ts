import type { Knex } from 'knex';
import { service } from '../kernel/tokens.ts';

/** The part of an operation context that a bump needs: the open transaction, and what to do once it is committed. */
export interface Committing {
  readonly db: Knex;
  afterCommit(task: () => void): void;
}

/** Data kept in memory until somebody, in whatever process, changes it. */
export interface Cached<T> {
  /** The data, loaded again when its generation moved. Inside a transaction that bumped the name: as that transaction sees it. */
  get(db: Knex): Promise<T>;
  /** What `get` would give, if that is known without asking the database; a page asks for some of it many times. */
  peek(db: Knex): T | undefined;
}

/** Numbers in the database that move when what a cache holds is changed. */
export interface IGenerations {
  /** Call it in the transaction that changes the data: other processes notice within a second, this one at commit. */
  bump(ctx: Committing, name: string): Promise<void>;
  /** A cache under a name. `load` must read through the `db` it is given. */
  cached<T>(name: string, load: (db: Knex) => Promise<T>): Cached<T>;
}
export const IGenerations = service<IGenerations>('IGenerations', { doc: 'Tells caches in every process when to load again.' });

const MAX_AGE_MS = 250;

/** Reads the generation table at most four times a second, through the handle of whoever asks: nothing waits for a second connection. */
export class Generations implements IGenerations {
  #numbers: ReadonlyMap<string, number> = new Map();
  #readAt = Number.NEGATIVE_INFINITY;
  /** Counts own commits: an answer that was under way during one is old when it arrives. */
  #commits = 0;
  /** Names that a transaction still open has bumped: what it reads is nobody else's yet. */
  readonly #bumped = new WeakMap<Knex, Set<string>>();

  async bump(ctx: Committing, name: string): Promise<void> {
    const names = this.#bumped.get(ctx.db) ?? new Set();
    this.#bumped.set(ctx.db, names.add(name));
    await ctx
      .db('generation')
      .insert({ name, value: 1 })
      .onConflict('name')
      .merge({ value: ctx.db.raw('?? + 1', ['generation.value']) });
    ctx.afterCommit(() => {
      this.#commits += 1;
      this.#readAt = Number.NEGATIVE_INFINITY;
    });
  }

  cached<T>(name: string, load: (db: Knex) => Promise<T>): Cached<T> {
    let kept: { readonly number: number; readonly value: T } | undefined;
    const peek = (db: Knex): T | undefined =>
      kept &&
      performance.now() - this.#readAt <= MAX_AGE_MS &&
      kept.number === (this.#numbers.get(name) ?? 0) &&
      !this.#bumped.get(db)?.has(name)
        ? kept.value
        : undefined;
    return {
      peek,
      get: async (db) => {
        if (this.#bumped.get(db)?.has(name)) return load(db);
        const number = await this.#current(db, name);
        if (kept?.number === number) return kept.value;
        const value = await load(db);
        kept = { number, value };
        return value;
      },
    };
  }

  async #current(db: Knex, name: string): Promise<number> {
    if (performance.now() - this.#readAt <= MAX_AGE_MS) return this.#numbers.get(name) ?? 0;
    const before = this.#commits;
    const rows: readonly { name: string; value: number }[] = await db('generation').select('name', 'value');
    const numbers = new Map(rows.map((row) => [row.name, row.value]));
    // What a transaction sees of its own bumps is not committed: kept, it would pass old data off as new.
    if (before === this.#commits && !this.#bumped.has(db)) {
      this.#numbers = numbers;
      this.#readAt = performance.now();
    }
    return numbers.get(name) ?? 0;
  }
}
