import type { Directory, OperationContext, Person } from 'tracts';

interface Entry {
  /** Lower case: an account's name, or a word of a full name. */
  readonly key: string;
  readonly person: Person;
}

/** One index for each snapshot of the accounts, made when it is first asked. */
const indexes = new WeakMap<Directory, readonly Entry[]>();

function indexOf(directory: Directory): readonly Entry[] {
  const known = indexes.get(directory);
  if (known) return known;
  const made: Entry[] = [];
  for (const person of directory.people.values()) {
    if (person.disabled) continue;
    const words = [person.name, person.fullName, ...person.fullName.split(/\s+/)];
    for (const key of new Set(words.map((word) => word.toLowerCase()).filter(Boolean))) made.push({ key, person });
  }
  made.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.person.name < b.person.name ? -1 : 1));
  indexes.set(directory, made);
  return made;
}

/** The place of the first entry whose key is not before `key`. */
function firstFrom(entries: readonly Entry[], key: string): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.key ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** People whose name, or a word of whose full name, begins with the text; at most `most`, without looking at the others. */
export function peopleFrom(directory: Directory, text: string, most: number): readonly Person[] {
  const key = text.trim().toLowerCase();
  const entries = indexOf(directory);
  const found = new Set<Person>();
  for (let at = firstFrom(entries, key); at < entries.length && found.size < most; at++) {
    const entry = entries[at];
    if (!entry?.key.startsWith(key)) break;
    found.add(entry.person);
  }
  return [...found];
}

/** Names of accounts are shown to those who work on tickets, and to nobody else. */
export const mayCompletePeople = (ctx: OperationContext): boolean =>
  ctx.user.authenticated && ctx.can('TICKET_MODIFY', { realm: 'ticket' });

const FEW = 50;
const NOBODY: readonly string[] = Object.freeze([]);
const fewNames = new WeakMap<Directory, readonly string[]>();

/** The names that a page brings along, so that completion works without JavaScript; none where there are too many. */
export function offeredNames(ctx: OperationContext): readonly string[] {
  if (!mayCompletePeople(ctx)) return NOBODY;
  const known = fewNames.get(ctx.directory);
  if (known) return known;
  const { people } = ctx.directory;
  const names = people.size > FEW ? [] : [...people.values()].filter(({ disabled }) => !disabled).map(({ name }) => name);
  fewNames.set(ctx.directory, Object.freeze(names));
  return names;
}
