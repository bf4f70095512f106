import type BetterSqlite3 from 'better-sqlite3';
import { LRUCache } from 'lru-cache';

const MOST_ANSWERS = 300;
const MOST_ROWS = 20;
const LONGEST_TEXT = 4_000;
/** An operation that takes long sees, after so many milliseconds, what other processes did meanwhile. */
const MOST_AGE_MS = 20;

let occasions = 0;

/** Somebody may have committed something, or begins to read and must see what was committed until now: the next answer is a good one. */
export function lookAgain(): void {
  occasions += 1;
}

/**
 * Answers of one reading connection to SQLite, good until anybody commits anything: the file itself says whether somebody did
 * (`pragma data_version`), which costs a quarter of fetching a row.
 */
export class KeptRows {
  readonly #version: BetterSqlite3.Statement;
  readonly #answers = new LRUCache<string, readonly unknown[]>({ max: MOST_ANSWERS });
  #seen: unknown;
  #lookedAt = 0;
  #occasion = -1;

  constructor(connection: BetterSqlite3.Database) {
    this.#version = connection.prepare('pragma data_version').pluck();
  }

  get(sql: string, bindings: readonly unknown[], ask: () => unknown[]): readonly unknown[] {
    // First: what is committed between this and the asking makes the answer newer than it is thought to be, never older.
    this.#look();
    // SQLite tells 1 from '1', and so does JSON.
    const key = `${sql} ${JSON.stringify(bindings)}`;
    const known = this.#answers.get(key);
    if (known) return known;
    const rows = ask();
    if (rows.length > MOST_ROWS || !rows.every(isShort)) return rows;
    for (const row of rows) Object.freeze(row);
    this.#answers.set(key, Object.freeze(rows));
    return rows;
  }

  #look(): void {
    const now = performance.now();
    if (this.#occasion === occasions && now - this.#lookedAt < MOST_AGE_MS) return;
    const version = this.#version.get();
    if (version !== this.#seen) this.#answers.clear();
    this.#seen = version;
    this.#lookedAt = now;
    this.#occasion = occasions;
  }
}

function isShort(row: unknown): boolean {
  let length = 0;
  for (const value of Object.values(row as object)) if (typeof value === 'string') length += value.length;
  return length <= LONGEST_TEXT;
}
