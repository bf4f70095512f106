/** How much a word tells: the fewer tickets have it, the more. */
export type Worth = (word: string) => number;

/** True when one slip of the finger makes the one word of the other: a letter dropped, added, wrong, or two swapped. */
export function isSlip(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  let start = 0;
  while (start < short.length && short[start] === long[start]) start += 1;
  let end = 0;
  while (end < short.length - start && short[short.length - 1 - end] === long[long.length - 1 - end]) end += 1;
  const [left, right] = [short.length - start - end, long.length - start - end];
  if (left < 2) return right <= 1;
  return left === 2 && right === 2 && short[start] === long[start + 1] && short[start + 1] === long[start];
}

/** Shorter words are one slip from too many others. */
const SLIPS_FROM = 5;
/** A word with a slip counts this much of the right one. */
const SLIP_COUNTS = 0.8;

const hasSlipOf = (word: string, words: ReadonlySet<string>): boolean => {
  for (const other of words)
    if (other.length >= SLIPS_FROM && Math.abs(other.length - word.length) < 2 && isSlip(word, other)) return true;
  return false;
};

/** The share, by worth, of `words` that `others` has too: 0 to 1. `forgiving`: a word counts although there is a slip in it. */
export function shareOf(words: ReadonlySet<string>, others: ReadonlySet<string>, worth: Worth, forgiving: boolean): number {
  let all = 0;
  let found = 0;
  for (const word of words) {
    const value = worth(word);
    all += value;
    if (others.has(word)) found += value;
    else if (forgiving && word.length >= SLIPS_FROM && hasSlipOf(word, others)) found += value * SLIP_COUNTS;
  }
  return all === 0 ? 0 : found / all;
}

/** What the way back counts, from the ticket's words to the draft's. Found on the tuning half of the benchmark. */
const BACK_FROM_TEXT = 0.3;
const BACK_FROM_SUMMARY = 0.1;

/** How two texts are compared. */
export interface Comparing {
  readonly worth: Worth;
  /** The draft is a summary alone so far: a ticket that says more is not held against it. */
  readonly onlySummary: boolean;
  readonly forgiving: boolean;
}

/** How much a ticket says what a draft says, and nothing else: 0 to 1. */
export function similarityOf(
  draft: ReadonlySet<string>,
  ticket: ReadonlySet<string>,
  { worth, onlySummary, forgiving }: Comparing,
): number {
  const back = onlySummary ? BACK_FROM_SUMMARY : BACK_FROM_TEXT;
  return (1 - back) * shareOf(draft, ticket, worth, forgiving) + back * shareOf(ticket, draft, worth, forgiving);
}
