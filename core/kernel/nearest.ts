/** The rows of the table so far, the current one last; a missing cell is out of reach. */
type Rows = readonly (readonly number[])[];

const cell = (rows: Rows, row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;

function cheapest(rows: Rows, left: string, right: string, row: number, column: number): number {
  const same = left[row - 1] === right[column - 1];
  const swapped = row > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
  return Math.min(
    cell(rows, row - 1, column) + 1,
    cell(rows, row, column - 1) + 1,
    cell(rows, row - 1, column - 1) + (same ? 0 : 1),
    swapped ? cell(rows, row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
  );
}

/**
 * How many typing slips lie between two words: a character added, dropped, replaced, or swapped with its neighbour.
 * The plain recurrence, for names of a few dozen characters.
 */
export function countSlips(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= right.length; column++) current.push(cheapest(rows, left, right, row, column));
  }
  return cell(rows, left.length, right.length);
}

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
  let best: string | undefined;
  let fewest = allowed(word) + 1;
  for (const name of names) {
    if (name === word || Math.abs(name.length - word.length) >= fewest) continue;
    const slips = countSlips(wanted, name.toLowerCase());
    if (slips >= fewest || slips >= word.length) continue;
    best = name;
    fewest = slips;
  }
  return best;
}
