import { safeId } from 'tracts';

const LONGEST = 90;

/** Gives names to the places of one text. */
export class Anchors {
  readonly #next = new Map<string, number>();

  /** The name, with a number behind it where it is taken; another where it is one that the pages themselves use. */
  take(wanted: string): string {
    const short = wanted.slice(0, LONGEST);
    const base = safeId(short) === undefined ? `section-${short}` : short;
    const number = this.#next.get(base);
    if (number === undefined) {
      this.#next.set(base, 1);
      return base;
    }
    let next = number;
    while (this.#next.has(base + String(next))) next += 1;
    this.#next.set(base, next + 1);
    this.#next.set(base + String(next), 1);
    return base + String(next);
  }

  /** What a heading with this text is called. */
  takeForText(text: string): string {
    const name = text.replace(/[^\p{L}\p{N}_:.-]+/gu, '');
    return this.take(/^[\p{L}_:]/u.test(name) ? name : `a${name}`);
  }
}
