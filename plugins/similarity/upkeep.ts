import { setImmediate as breathe } from 'node:timers/promises';
import type { Asker, IContexts } from 'tracts';
import { inspectEntries, lockTexts, writeEntry } from './store.ts';
import { readWords } from './words.ts';

/** As whom the index is brought up to date. */
const KEEPER: Asker = { user: { name: 'tracts', authenticated: true }, via: 'job' };
/** Tickets looked at in one question. */
const STRETCH = 1_000;
/** Tickets indexed in one transaction: others write in between. */
const BATCH = 100;

/** How the index is brought up to date. */
export interface UpkeepOptions {
  /** Makes every entry anew, not only those that are missing or old. */
  readonly anew?: boolean;
  /** Asked between the steps; true ends the work, which may go on another time. */
  readonly isOver?: () => boolean;
}

/**
 * Brings the index up to date, in many short transactions; returns how many entries were written. Any number of processes may
 * do so at once, and tickets may change meanwhile.
 */
export async function bringUpToDate(
  contexts: IContexts,
  { anew = false, isOver = () => false }: UpkeepOptions = {},
): Promise<number> {
  let written = 0;
  let after = 0;
  for (;;) {
    const { outdated, last } = await contexts.read(KEEPER, ({ db }) => inspectEntries(db, after, STRETCH, anew));
    if (last === undefined) return written;
    for (let start = 0; start < outdated.length; start += BATCH) {
      if (isOver()) return written;
      written += await indexTickets(contexts, outdated.slice(start, start + BATCH));
      await breathe();
    }
    after = last;
  }
}

/** The texts are read in the transaction that indexes them: what was read before it may be old by now. */
function indexTickets(contexts: IContexts, tickets: readonly number[]): Promise<number> {
  return contexts.write(KEEPER, async ({ db }) => {
    const texts = await lockTexts(db, tickets);
    for (const { id, version, summary, description } of texts)
      await writeEntry(db, { ticket: id, version, words: [...readWords(summary, description).keys()] });
    return texts.length;
  });
}
