import { LRUCache } from 'lru-cache';

/** What a drawing asked of the clock: as long as it would be told the same, it would print the same. */
export interface ClockQuestions {
  /** Ages that were printed, in words. */
  readonly ages: { readonly time: Date; readonly text: string }[];
  /** The instant itself was asked for, which never comes again. */
  instant: boolean;
}

/** A page that was drawn, and everything it was drawn from. */
interface Kept {
  readonly leaves: readonly unknown[];
  readonly ages: ClockQuestions['ages'];
  readonly html: Buffer;
}

const MOST_LEAVES = 5_000;
const MOST_BYTES = 1_000_000;
const MOST_SEEN = 1_000;
const [LIST, RECORD, TIME] = [Symbol('list'), Symbol('record'), Symbol('time')];

/**
 * Pages that were drawn, for whoever asks again while nothing has changed: one is found by comparing everything that its template
 * was given, so nothing has to be told that it is out of date. What is asked for once only is not kept.
 */
export class KeptPages {
  readonly #pages = new LRUCache<string, Kept>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ leaves, html }) => html.length + 8 * leaves.length,
  });
  readonly #seen = new LRUCache<string, true>({ max: MOST_SEEN });
  readonly #age: (time: Date, now: Date) => string;

  /** `age` prints how long ago an instant is. */
  constructor(age: (time: Date, now: Date) => string) {
    this.#age = age;
  }

  /** `key` tells pages apart, but need not tell everything: `data` is compared. `draw` must use nothing else, and the clock as it says. */
  get(key: string, data: Readonly<Record<string, unknown>>, now: Date, draw: (asked: ClockQuestions) => string): string | Buffer {
    const asked: ClockQuestions = { ages: [], instant: false };
    if (!this.#seen.has(key)) {
      this.#seen.set(key, true);
      return draw(asked);
    }
    const leaves = leavesOf(data);
    if (!leaves) return draw(asked);
    const known = this.#pages.get(key);
    if (known && isSame(known.leaves, leaves) && known.ages.every(({ time, text }) => this.#age(time, now) === text))
      return known.html;
    const html = Buffer.from(draw(asked));
    if (!asked.instant) this.#pages.set(key, { leaves, ages: asked.ages, html });
    return html;
  }
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean => {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
};

/**
 * All that plain data consists of, in one list; what is frozen stands in it as itself, as for `call_macro`. undefined: it is too
 * much, or holds what cannot be compared, such as a function.
 */
function leavesOf(data: Readonly<Record<string, unknown>>): readonly unknown[] | undefined {
  const leaves: unknown[] = [];
  return addLeaves(leaves, data) ? leaves : undefined;
}

function addLeaves(leaves: unknown[], value: unknown): boolean {
  if (typeof value === 'function' || leaves.length >= MOST_LEAVES) return false;
  if (typeof value !== 'object' || value === null) leaves.push(value);
  else if (value instanceof Date) leaves.push(TIME, value.getTime());
  // What else there is, a Map for one, changes inside though it is frozen.
  else if (!Array.isArray(value) && !isRecord(value)) return false;
  else if (Object.isFrozen(value)) leaves.push(value);
  else return Array.isArray(value) ? addList(leaves, value) : addRecord(leaves, value);
  return true;
}

function addList(leaves: unknown[], list: readonly unknown[]): boolean {
  leaves.push(LIST, list.length);
  return list.every((one) => addLeaves(leaves, one));
}

function addRecord(leaves: unknown[], record: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(record);
  leaves.push(RECORD, names.length);
  for (const name of names) {
    leaves.push(name);
    if (!addLeaves(leaves, record[name])) return false;
  }
  return true;
}

function isRecord(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
