import type { ActionSpec } from './types.ts';

const KINDS = [
  ['label', 'string'],
  ['hint', 'string'],
  ['confirm', 'string'],
  ['weight', 'number'],
  ['changes', 'function'],
  ['problems', 'function'],
  ['comment', 'function'],
  ['sideEffect', 'function'],
] as const;

/**
 * Throws when what a plugin offers is no action: one in JavaScript may give anything. Found here, it is the plugin's failure; later
 * it would be the page's.
 */
export function checkAction(given: ActionSpec | null | undefined): asserts given is ActionSpec {
  if (typeof given !== 'object' || given === null) throw new TypeError(`it offered ${String(given)} in the place of an action`);
  const { name, inputs = [] } = given;
  if (typeof name !== 'string' || name === '') throw new TypeError('it offered an action without a name');
  for (const [key, kind] of KINDS) {
    const type = typeof given[key];
    if (type !== kind && type !== 'undefined') throw new TypeError(`"${key}" of its action "${name}" is no ${kind}`);
  }
  for (const input of inputs)
    if (typeof input?.name !== 'string' || typeof input.type !== 'string')
      throw new TypeError(`its action "${name}" has an input without a name or a type`);
}
