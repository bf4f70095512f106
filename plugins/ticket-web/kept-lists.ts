/** Lists that begin alike: a form with another chosen action, a history that grew. */
const MOST_ALIKE = 8;

const kept = new WeakMap<object, (readonly object[])[]>();

const isSame = (a: readonly object[], b: readonly object[]): boolean =>
  a.length === b.length && a.every((one, index) => one === b[index]);

/**
 * One frozen list for all that hold the same frozen objects in the same order: what `call_macro` draws of it is drawn once. A list
 * with anything in it that may still change comes back as it is.
 */
export function keepList<T extends object>(list: readonly T[]): readonly T[] {
  const [first] = list;
  if (!first) return list;
  const alike = kept.get(first);
  const found = alike?.find((one) => isSame(one, list));
  if (found) return found as readonly T[];
  if (!list.every(Object.isFrozen)) return list;
  const frozen = Object.freeze([...list]);
  kept.set(first, alike ? [...alike.slice(1 - MOST_ALIKE), frozen] : [frozen]);
  return frozen;
}

/**
 * Remembers what is made from a frozen object, and for how it is to look: `make` must use nothing else. What comes of an object that
 * may still change is made anew each time.
 */
export function keeper<K extends object, V extends object>(): (made: K, look: string, make: () => V) => V {
  const found = new WeakMap<K, Map<string, V>>();
  return (from, look, make) => {
    const known = found.get(from)?.get(look);
    if (known) return known;
    const value = make();
    if (!Object.isFrozen(from)) return value;
    const looks = found.get(from) ?? new Map<string, V>();
    if (looks.size >= MOST_ALIKE) looks.clear();
    found.set(from, looks.set(look, Object.freeze(value)));
    return value;
  };
}
