import { LRUCache } from 'lru-cache';
import type { HistoryScope } from './history.ts';
import type { HistoryEntry, Ticket } from './types.ts';

/** What an entry takes beside its texts, in characters, with what pages keep by it: an estimate. */
const ENTRY_SIZE = 3_000;
const CHANGE_SIZE = 300;
const MOST_CHARACTERS = 2_500_000;

/**
 * Histories of tickets that are looked at again and again. Whatever changes a history moves the ticket's version or its
 * `changetime` on, so that a changed history is another one; nothing has to be told. Not for the middle of a transaction, which may
 * have changed one and not the other yet.
 */
export class KeptHistories {
  readonly #kept = new LRUCache<string, readonly HistoryEntry[]>({
    maxSize: MOST_CHARACTERS,
    sizeCalculation: (entries, key) => key.length + sizeOf(entries),
  });

  /** The entries, frozen; `load` is asked for those that are not at hand. The ticket must have been read before they are. */
  async of(
    { id, version, values }: Ticket,
    { range, readsInternal }: HistoryScope,
    load: () => Promise<readonly HistoryEntry[]>,
  ): Promise<readonly HistoryEntry[]> {
    const changed = values['changetime'];
    if (!(changed instanceof Date)) return load();
    const part = !range ? 'all' : 'last' in range ? `last ${range.last}` : range.numbers.join(' to ');
    const key = `${id} ${version} ${changed.getTime()} ${part} ${readsInternal}`;
    const known = this.#kept.get(key);
    if (known) return known;
    const entries = (await load()).map(freeze);
    this.#kept.set(key, Object.freeze(entries));
    return entries;
  }
}

function sizeOf(entries: readonly HistoryEntry[]): number {
  let size = 0;
  for (const { comment, fields } of entries) {
    size += ENTRY_SIZE + comment.length;
    for (const change of fields) size += CHANGE_SIZE + change.old.length + change.new.length;
  }
  return size;
}

function freeze(entry: HistoryEntry): HistoryEntry {
  Object.freeze(entry.fields);
  Object.freeze(entry.replies);
  return Object.freeze(entry);
}
