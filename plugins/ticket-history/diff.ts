import { diffArrays, diffWordsWithSpace } from 'diff';

/** A piece of a line; `marked`: it is what differs. */
export interface Piece {
  readonly text: string;
  readonly marked: boolean;
}

/** One line of a comparison. A changed line has both sides, one that came or went only one; `skip` stands for equal lines left out. */
export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed' | 'changed' | 'skip';
  /** Line numbers from 1; 0 where there is none. */
  readonly oldNumber: number;
  readonly newNumber: number;
  readonly before: readonly Piece[];
  readonly after: readonly Piece[];
  /** Of `skip`: how many. */
  readonly count: number;
}

/** What two texts have in common and what not. */
export interface TextDiff {
  readonly lines: readonly DiffLine[];
  /** The texts differ too much to be compared in time: all of one stands before all of the other. */
  readonly isCoarse: boolean;
}

/** Equal lines that are shown before and after a difference. */
const CONTEXT = 3;
/** Comparing takes time by the number of differences squared: beyond these it gives up. */
const MOST_EDITS = 2_000;
const LONGEST_MS = 150;
const MOST_WORD_EDITS = 200;
const LONGEST_LINE_MS = 20;
const LONGEST_LINE = 5_000;
/** Lines compared word by word, of one text. */
const MOST_WORD_LINES = 300;

const whole = (text: string, marked: boolean): readonly Piece[] => (text === '' ? [] : [{ text, marked }]);

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\r\n?/g, '\n').split('\n'));

/** The two sides of a changed line, word by word where that helps. */
function compareWords(before: string, after: string): { readonly before: readonly Piece[]; readonly after: readonly Piece[] } {
  const parts =
    before.length + after.length > LONGEST_LINE
      ? undefined
      : diffWordsWithSpace(before, after, { maxEditLength: MOST_WORD_EDITS, timeout: LONGEST_LINE_MS });
  if (!parts) return { before: whole(before, true), after: whole(after, true) };
  return {
    before: parts.filter(({ added }) => !added).map(({ value, removed }) => ({ text: value, marked: removed })),
    after: parts.filter(({ removed }) => !removed).map(({ value, added }) => ({ text: value, marked: added })),
  };
}

/** Numbers lines as they come. */
class Collector {
  readonly lines: DiffLine[] = [];
  #old = 0;
  #new = 0;
  #compared = 0;

  same(texts: readonly string[]): void {
    for (const text of texts) {
      this.#old += 1;
      this.#new += 1;
      const pieces = whole(text, false);
      this.lines.push({ kind: 'same', oldNumber: this.#old, newNumber: this.#new, before: pieces, after: pieces, count: 0 });
    }
  }

  /** Lines that went and lines that came in their place, one beside the other as far as both go. */
  replaced(removed: readonly string[], added: readonly string[]): void {
    for (let at = 0; at < Math.max(removed.length, added.length); at++) this.#pair(removed[at], added[at]);
  }

  #pair(before: string | undefined, after: string | undefined): void {
    const [oldNumber, newNumber] = [before === undefined ? 0 : ++this.#old, after === undefined ? 0 : ++this.#new];
    const about = { oldNumber, newNumber, count: 0 };
    if (before === undefined || after === undefined) {
      const kind = before === undefined ? 'added' : 'removed';
      this.lines.push({ ...about, kind, before: whole(before ?? '', false), after: whole(after ?? '', false) });
      return;
    }
    this.#compared += 1;
    const sides =
      this.#compared > MOST_WORD_LINES ? { before: whole(before, true), after: whole(after, true) } : compareWords(before, after);
    this.lines.push({ ...about, kind: 'changed', ...sides });
  }
}

const skipped = (count: number): DiffLine => ({ kind: 'skip', oldNumber: 0, newNumber: 0, before: [], after: [], count });

/** Leaves out equal lines that are far from any difference. */
function withoutFar(lines: readonly DiffLine[]): DiffLine[] {
  const near = new Set<number>();
  for (const [at, { kind }] of lines.entries())
    if (kind !== 'same') for (let by = -CONTEXT; by <= CONTEXT; by++) near.add(at + by);
  const kept: DiffLine[] = [];
  let left = 0;
  for (const [at, line] of lines.entries()) {
    if (!near.has(at)) {
      left += 1;
      continue;
    }
    if (left > 0) kept.push(skipped(left));
    left = 0;
    kept.push(line);
  }
  if (left > 0) kept.push(skipped(left));
  return kept;
}

/** Compares two texts line by line, and changed lines word by word. In bounded time, whatever the texts. */
export function compareTexts(before: string, after: string): TextDiff {
  const [old, now] = [linesOf(before), linesOf(after)];
  const parts = diffArrays(old, now, { maxEditLength: MOST_EDITS, timeout: LONGEST_MS });
  const collector = new Collector();
  if (!parts) {
    collector.replaced(old, []);
    collector.replaced([], now);
    return { lines: collector.lines, isCoarse: true };
  }
  let removed: readonly string[] = [];
  for (const part of parts) {
    if (part.removed) {
      removed = part.value;
      continue;
    }
    collector.replaced(removed, part.added ? part.value : []);
    removed = [];
    if (!part.added) collector.same(part.value);
  }
  collector.replaced(removed, []);
  return { lines: withoutFar(collector.lines), isCoarse: false };
}
