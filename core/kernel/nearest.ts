/** One row of the table: what the first characters of the one word cost against the first 0, 1, 2, ... of the other. */
type Row = readonly number[];

const FAR = Number.POSITIVE_INFINITY;

function cheapest(left: string, right: string, row: number, column: number, above: Row, current: Row, twoAbove: Row): number {
  const same = left.charCodeAt(row - 1) === right.charCodeAt(column - 1);
  const swapped =
    row > 1 &&
    left.charCodeAt(row - 1) === right.charCodeAt(column - 2) &&
    left.charCodeAt(row - 2) === right.charCodeAt(column - 1);
  return Math.min(
    (above[column] ?? FAR) + 1,
    (current[column - 1] ?? FAR) + 1,
    (above[column - 1] ?? FAR) + (same ? 0 : 1),
    swapped ? (twoAbove[column - 2] ?? FAR) + 1 : FAR,
  );
}

/** The next row, but for cells that more than `most` slips are needed to reach. */
function nextRow(left: string, right: string, row: number, most: number, above: Row, twoAbove: Row): number[] {
  const current: number[] = new Array(right.length + 1).fill(FAR);
  if (row <= most) current[0] = row;
  const last = Math.min(right.length, row + most);
  for (let column = Math.max(1, row - most); column <= last; column++)
    current[column] = cheapest(left, right, row, column, above, current, twoAbove);
  return current;
}

/**
 * How many typing slips lie between two words: a character added, dropped, replaced, or swapped with its neighbour. More than
 * `most` are not counted to the end: the answer is then some greater number.
 */
export function countSlips(left: string, right: string, most = FAR): number {
  let twoAbove: Row = [];
  let above: Row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = nextRow(left, right, row, most, above, twoAbove);
    // A swap reaches two rows back.
    if (most !== FAR && Math.min(...current) > most && Math.min(...above) > most) return FAR;
    twoAbove = above;
    above = current;
  }
  return above[right.length] ?? FAR;
}

/** The characters of a word, as one bit for each of 32 classes. */
function classesIn(word: string): number {
  let classes = 0;
  for (let at = 0; at < word.length; at++) classes |= 1 << (word.charCodeAt(at) & 31);
  return classes;
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** A slip brings one new character and takes one away: words that share too few need not be compared. */
const isFar = (left: number, right: number, most: number): boolean =>
  countBits(left & ~right) > most || countBits(right & ~left) > most;

/** Longer words get more slips; two are the least, so that swapped letters in `new` are still seen. */
const allowed = (word: string): number => (word.length < 4 ? 1 : word.length < 8 ? 2 : 3);

/** Longer texts are no names; comparing them would only cost time. */
const LONGEST = 100;

/**
 * The name someone most likely meant, for `did you mean …`; undefined when none is close. Case does not count as a slip, the
 * first of several equally close names wins, and a name equal to the word itself is never the answer.
 */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  const wanted = word.toLowerCase();
  const classes = classesIn(wanted);
  let best: string | undefined;
  let fewest = Math.min(allowed(word) + 1, word.length);
  for (const name of names) {
    if (name === word || Math.abs(name.length - word.length) >= fewest) continue;
    const lower = name.toLowerCase();
    if (isFar(classes, classesIn(lower), fewest - 1)) continue;
    const slips = countSlips(wanted, lower, fewest - 1);
    if (slips >= fewest) continue;
    best = name;
    fewest = slips;
  }
  return best;
}
