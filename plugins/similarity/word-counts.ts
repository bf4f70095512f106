import type { OperationContext } from 'tracts';
import { countTickets } from './store.ts';

/** No word is followed to more tickets than this: one that more have is no clue by itself. */
export const REACH = 8_000;
/** A word that so many tickets have is remembered; how many have a rare one is asked each time, since one more matters. */
const REMEMBERED_FROM = 500;
const WORDS_REMEMBERED = 10_000;
const REMEMBERED_MS = 600_000;

/** Knows how many tickets have a word. What is common is slow to count and slow to change, so it is counted now and then. */
export class WordCounts {
  readonly #kept = new Map<string, { readonly count: number; readonly at: number }>();

  /** For each word how many tickets have it, `REACH` standing for that many or more. */
  async of(db: OperationContext['db'], words: readonly string[], now: Date): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    const unknown = words.filter((word) => {
      const kept = this.#kept.get(word);
      if (!kept || now.getTime() - kept.at > REMEMBERED_MS) return true;
      counts.set(word, kept.count);
      return false;
    });
    const found = await countTickets(db, unknown, REACH);
    for (const [index, word] of unknown.entries()) {
      const count = found[index] ?? 0;
      counts.set(word, count);
      if (count >= REMEMBERED_FROM) this.#keep(word, count, now);
    }
    return counts;
  }

  #keep(word: string, count: number, now: Date): void {
    if (this.#kept.size >= WORDS_REMEMBERED) this.#kept.clear();
    this.#kept.set(word, { count, at: now.getTime() });
  }
}
