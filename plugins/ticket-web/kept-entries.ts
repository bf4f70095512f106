import type { Directory, Field, FieldType, HistoryEntry } from 'tracts';
import { formatAge } from 'tracts';
import type { EntryView } from './history-view.ts';

/** All that decides what an entry looks like, beside the entry itself. */
export interface EntryLook {
  /** Of the ticket's page, with the prefix. */
  readonly path: string;
  readonly timeZone: string;
  readonly now: Date;
  readonly directory: Directory;
  hide(text: string): string;
  typeOf(name: string): FieldType;
  /** Numbers of all entries of the page, to which links are short. */
  readonly here: string;
  readonly mayReply: boolean;
  readonly mayEdit: boolean;
  readonly mayDelete: boolean;
  readonly fresh: boolean;
  /** Safe HTML of the comment. */
  readonly html: string;
  /** What the form knows of each changed field, as `shapeOf` gives it; undefined for a field that is no more. */
  readonly shapes: readonly (Field | undefined)[];
}

interface Kept extends Omit<EntryLook, 'now'> {
  readonly ages: string;
  readonly view: EntryView;
}

const MOST_LOOKS = 6;

const kept = new WeakMap<HistoryEntry, Kept[]>();

/** How old an entry is in words: while they stay the same, it looks the same. */
function agesOf({ time, edited, deleted }: HistoryEntry, now: Date): string {
  const age = formatAge(time, now);
  if (!edited && !deleted) return age;
  return `${age} ${edited ? formatAge(edited.time, now) : ''} ${deleted ? formatAge(deleted.time, now) : ''}`;
}

const isSameLook = (a: Kept, b: EntryLook): boolean =>
  a.path === b.path &&
  a.directory === b.directory &&
  a.hide === b.hide &&
  a.typeOf === b.typeOf &&
  a.timeZone === b.timeZone &&
  a.mayReply === b.mayReply &&
  a.mayEdit === b.mayEdit &&
  a.mayDelete === b.mayDelete &&
  a.fresh === b.fresh &&
  a.here === b.here &&
  a.html === b.html &&
  a.shapes.length === b.shapes.length &&
  a.shapes.every((shape, index) => shape === b.shapes[index]);

/**
 * The same entry seen by somebody who sees the same of it is one frozen object, which `call_macro` draws once. It is found by
 * comparing everything it is made from, so nothing has to be told that it is out of date.
 */
export function keepEntry(entry: HistoryEntry, look: EntryLook, make: () => EntryView): EntryView {
  const ages = agesOf(entry, look.now);
  const list = kept.get(entry);
  const found = list?.find((one) => one.ages === ages && isSameLook(one, look));
  if (found) return found.view;
  const view = Object.freeze(make());
  const { now: _now, ...lasting } = look;
  const made: Kept = { ...lasting, ages, view };
  // The oldest goes: what it was made for has most likely passed.
  kept.set(entry, list ? [...list.slice(1 - MOST_LOOKS), made] : [made]);
  return view;
}
