import type { OperationContext, SimilarTicket, TicketDraft } from 'tracts';
import { similarityOf } from './ranking.ts';
import { type Clue, findCandidates, indexedTickets, loadWords } from './store.ts';
import { REACH, type WordCounts } from './word-counts.ts';
import { readWords } from './words.ts';

/** Words of a draft that are looked up: those of the summary, then those of the description as they come. */
const LOOKED_UP = 60;
const CLUES = 30;
/** Entries of the index that one question may read, whatever the number of tickets: this is what bounds its time. */
const READ_AT_MOST = 16_000;
const CANDIDATES = 300;
/** The best candidates are compared once more, slips forgiven. */
const LOOKED_AT_CLOSELY = 60;
/** Less in common is not worth a line. */
const LEAST_SCORE = 0.3;
/** So many of the common words are taken in pairs, each pair followed to so many tickets at least. */
const PAIRED = 4;
const WORTH_READING = 500;

type Counts = ReadonlyMap<string, number>;

/**
 * Rare words first, until enough is to be read. A word that too many tickets have is no clue, but two of them together are
 * one: `login` and `page` where nothing else was typed.
 */
export function chooseClues(words: readonly string[], counts: Counts, worth: (word: string) => number): readonly Clue[] {
  const countOf = (word: string): number => counts.get(word) ?? 0;
  const chosen: Clue[] = [];
  let read = 0;
  const rare = words.filter((word) => countOf(word) > 0 && countOf(word) < REACH).sort((a, b) => countOf(a) - countOf(b));
  for (const word of rare.slice(0, CLUES)) {
    read += countOf(word);
    if (read > READ_AT_MOST) return chosen;
    chosen.push({ words: [word], weight: worth(word), reach: REACH });
  }
  const common = words.filter((word) => countOf(word) >= REACH).slice(0, PAIRED);
  const pairs = common.flatMap((word, index) => common.slice(index + 1).map((other) => [word, other] as const));
  const reach = Math.floor((READ_AT_MOST - read) / Math.max(1, pairs.length));
  if (reach < WORTH_READING) return chosen;
  return [...chosen, ...pairs.map((pair) => ({ words: pair, weight: worth(pair[0]) + worth(pair[1]), reach }))];
}

interface Scored {
  readonly ticket: number;
  readonly words: ReadonlySet<string>;
  readonly score: number;
}
const best = (some: readonly Scored[], limit: number): readonly Scored[] =>
  some.toSorted((a, b) => b.score - a.score || b.ticket - a.ticket).slice(0, limit);

/** Finds tickets by the words they share with a draft. */
export async function findSimilar(
  ctx: OperationContext,
  { summary, description }: TicketDraft,
  limit: number,
  wordCounts: WordCounts,
): Promise<readonly SimilarTicket[]> {
  const { db } = ctx;
  const said = readWords(summary, description);
  const words = [...said.keys()].slice(0, LOOKED_UP);
  if (words.length === 0) return [];
  const total = await indexedTickets(db);
  const counts = await wordCounts.of(db, words, ctx.now);
  const worth = (word: string): number => Math.log(1 + total / Math.max(1, counts.get(word) ?? UNCOUNTED));
  const candidates = await findCandidates(db, chooseClues(words, counts, worth), CANDIDATES);
  const draft = new Set(words);
  const how = { worth, onlySummary: description.trim() === '' };
  const compared = (await loadWords(db, candidates)).map((entry): Scored => {
    const theirs = new Set(entry.words);
    return { ticket: entry.ticket, words: theirs, score: similarityOf(draft, theirs, { ...how, forgiving: false }) };
  });
  const close = best(compared, LOOKED_AT_CLOSELY).map((one) => ({
    ...one,
    score: similarityOf(draft, one.words, { ...how, forgiving: true }),
  }));
  return best(close, limit)
    .filter(({ score }) => score >= LEAST_SCORE)
    .map(({ ticket, words: theirs, score }) => ({ id: ticket, score, reason: reasonOf(words, theirs, said, worth) }));
}

/** What a word counts that only the ticket has: it is not looked up, and most words are of middling worth. */
const UNCOUNTED = 500;
const NAMED = 4;

/** The weightiest common words, as the draft spells them. */
function reasonOf(
  words: readonly string[],
  theirs: ReadonlySet<string>,
  said: ReadonlyMap<string, string>,
  worth: (word: string) => number,
): string {
  const common = words
    .filter((word) => theirs.has(word))
    .sort((a, b) => worth(b) - worth(a))
    .slice(0, NAMED);
  return common.length === 0 ? 'similar words' : `both say ${common.map((word) => said.get(word) ?? word).join(', ')}`;
}
