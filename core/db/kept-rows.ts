import type BetterSqlite3 from 'better-sqlite3';

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
  readonly #answers = new Map<string, Map<string, readonly unknown[]>>();
  #count = 0;
  #seen: unknown;
  #lookedAt = 0;
  #occasion = -1;

  constructor(connection: BetterSqlite3.Database) {
    this.#version = connection.prepare('pragma data_version').pluck();
  }

  get(sql: string, bindings: readonly unknown[], ask: () => unknown[]): readonly unknown[] {
    // First: what is committed between this and the asking makes the answer newer than it is thought to be, never older.
    this.#look();
    const key = keyOf(bindings);
    const known = this.#answers.get(sql)?.get(key);
    if (known) return known;
    const rows = ask();
    if (rows.length <= MOST_ROWS && rows.every(isShort)) this.#keep(sql, key, rows);
    return rows;
  }

  #look(): void {
    const now = performance.now();
    if (this.#occasion === occasions && now - this.#lookedAt < MOST_AGE_MS) return;
    const version = this.#version.get();
    if (version !== this.#seen) this.#forget();
    this.#seen = version;
    this.#lookedAt = now;
    this.#occasion = occasions;
  }

  #keep(sql: string, key: string, rows: unknown[]): void {
    if (this.#count >= MOST_ANSWERS) this.#forget();
    for (const row of rows) Object.freeze(row);
    const answers = this.#answers.get(sql) ?? new Map<string, readonly unknown[]>();
    this.#answers.set(sql, answers.set(key, Object.freeze(rows)));
    this.#count += 1;
  }

  #forget(): void {
    this.#answers.clear();
    this.#count = 0;
  }
}

/** SQLite tells 1 from '1'. */
const keyOf = (bindings: readonly unknown[]): string => {
  let key = '';
  for (const binding of bindings) key += `${typeof binding} ${String(binding)}\0`;
  return key;
};

function isShort(row: unknown): boolean {
  let length = 0;
  for (const value of Object.values(row as object)) if (typeof value === 'string') length += value.length;
  return length <= LONGEST_TEXT;
}
