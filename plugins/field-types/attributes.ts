import type { AttributeFault, Field } from 'tracts';

type Attributes = Field['attributes'];

/** The attribute as written, without blanks around it; `''` when it is not there. */
export const attributeOf = ({ attributes }: Pick<Field, 'attributes'>, name: string): string => attributes[name]?.trim() ?? '';

const ON = /^(1|on|yes|true|enabled)$/i;
const OFF = /^(0|off|no|false|disabled)$/i;

/** An attribute that is on or off; what is neither counts as the default. */
export function isOn(field: Pick<Field, 'attributes'>, name: string, fallback = false): boolean {
  const text = attributeOf(field, name);
  return ON.test(text) || (fallback && !OFF.test(text));
}

/** The fault of an attribute that should be on or off. */
export function switchFaults(field: Pick<Field, 'attributes'>, name: string): AttributeFault[] {
  const text = attributeOf(field, name);
  if (text === '' || ON.test(text) || OFF.test(text)) return [];
  return [{ attribute: name, message: `"${text}" is neither on nor off.`, remedy: 'Write enabled or disabled.' }];
}

/** The fault of an attribute that should be one of a few words. */
export function wordFaults(attribute: string, text: string, words: readonly string[]): AttributeFault[] {
  if (text === '' || words.includes(text)) return [];
  return [{ attribute, message: `"${text}" is not known.`, remedy: `Write one of ${words.join(', ')}.` }];
}

/** The fault of a default value that the type itself refuses. */
export function defaultFaults(field: Field, read: (text: string) => unknown): AttributeFault[] {
  if (typeof field.value !== 'string' || field.value.trim() === '') return [];
  try {
    read(field.value);
    return [];
  } catch (error) {
    return [{ attribute: 'value', message: (error as Error).message, remedy: 'Correct the default value, or remove it.' }];
  }
}

/** Reads the attributes of a field once and remembers what came of it: forms are built for every request. */
export function compiled<T>(read: (field: Pick<Field, 'attributes'>) => T): (field: Pick<Field, 'attributes'>) => T {
  const known = new WeakMap<Attributes, { readonly value: T }>();
  return (field) => {
    const found = known.get(field.attributes);
    if (found) return found.value;
    const value = read(field);
    known.set(field.attributes, { value });
    return value;
  };
}

/** A submitted value as one line of text; of a list the last entry. */
export function lineOf(raw: unknown): string {
  const one: unknown = Array.isArray(raw) ? raw.at(-1) : raw;
  if (typeof one === 'string') return one.trim();
  return typeof one === 'number' || typeof one === 'boolean' ? String(one) : '';
}
