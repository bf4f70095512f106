import { LRUCache } from 'lru-cache';
import { formatAge } from 'tracts';
import type { EntryView } from './history-view.ts';

const LONGEST_KEY = 16_000;

const kept = new LRUCache<string, EntryView>({ maxSize: 12_000_000, sizeCalculation: (_view, key) => 500 + 4 * key.length });

/**
 * The same entry seen by somebody who sees the same of it is one frozen object, which `call_macro` draws once. What makes two of
 * them equal is everything they say, and how old it is in words: so nothing has to be told when an entry changes.
 */
export function keepEntry(view: EntryView, now: Date, timeZone: string): EntryView {
  const ages = [view.time, view.edited?.time, view.deleted?.time].map((time) => (time ? formatAge(time, now) : ''));
  const key = `${timeZone} ${ages.join(' ')} ${JSON.stringify(view)}`;
  if (key.length > LONGEST_KEY) return view;
  const known = kept.get(key);
  if (known) return known;
  kept.set(key, Object.freeze(view));
  return view;
}
