import type { AttributeFault, BatchMode, FieldChange, FieldType } from './field-type.ts';
import { toField } from './form.ts';
import type { Field, FieldSpec } from './types.ts';
import { InvalidValueError, isEmpty } from './values.ts';

/** What a field type that leaves something out means by it. Everything that uses types asks here and not the type itself. */

/** What the type has against the attributes of a field, before there is a ticket or a person. */
export const attributeFaults = (type: FieldType, spec: FieldSpec): readonly AttributeFault[] =>
  type.checkField?.(toField(spec, 'check', undefined, true)) ?? [];

/** The stored text; what could not be read is still the text that was sent. */
export function storedText(type: FieldType, value: unknown): string {
  if (isEmpty(value)) return '';
  try {
    return type.serialise(value);
  } catch {
    return String(value);
  }
}

const safely = (fallback: () => string, write: () => string): string => {
  try {
    return write();
  } catch {
    return fallback();
  }
};

/** What a control is filled with. A text that could not be read is shown again as it was typed. */
export function typedText(type: FieldType, value: unknown, field: Field, timeZone: string): string {
  if (isEmpty(value)) return '';
  if (typeof value === 'string') return value;
  return safely(
    () => storedText(type, value),
    () => (type.typed ? type.typed(value, field, timeZone) : type.serialise(value)),
  );
}

/** What people read. */
export function displayText(type: FieldType, value: unknown, field: Field, timeZone: string): string {
  if (isEmpty(value)) return '';
  return safely(
    () => (typeof value === 'string' ? value : storedText(type, value)),
    () => (type.display ? type.display(value, field, timeZone) : type.serialise(value)),
  );
}

/** A stored text as people read it: for the history, whose texts may be older than the field's type. */
export const displayStored = (type: FieldType, stored: string, field: Field, timeZone: string): string =>
  stored === '' ? '' : displayText(type, type.deserialise(stored), field, timeZone) || stored;

const LONGEST_LINE = 160;
const isLong = (text: string): boolean => text.length > LONGEST_LINE || text.includes('\n');

/** Members that came and went, with nothing said of those that stayed. */
export function listChange(before: readonly string[], after: readonly string[]): FieldChange {
  const was = new Set(before);
  const is = new Set(after);
  return { kind: 'list', added: [...is].filter((one) => !was.has(one)), removed: [...was].filter((one) => !is.has(one)) };
}

/** A change from one stored text to another, as people read it. */
export function describeChange(type: FieldType, before: string, after: string, field: Field, timeZone: string): FieldChange {
  if (type.describeChange) {
    try {
      const value = (stored: string): unknown => (stored === '' ? '' : type.deserialise(stored));
      return type.describeChange(value(before), value(after), field, timeZone);
    } catch {
      return { kind: 'value', old: before, new: after };
    }
  }
  const old = displayStored(type, before, field, timeZone);
  const now = displayStored(type, after, field, timeZone);
  return textChange(old, now);
}

/** A change between two texts that people read; long ones are shown on demand. */
export const textChange = (before: string, after: string): FieldChange => ({
  kind: isLong(before) || isLong(after) ? 'text' : 'value',
  old: before,
  new: after,
});

/**
 * Order of two texts as both databases have it in binary order: by code point. `<` compares UTF-16 units, which differs beyond
 * the first 65,536 characters.
 */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const one = a.charCodeAt(at);
    const other = b.charCodeAt(at);
    if (one === other) continue;
    return isSurrogate(one) === isSurrogate(other) ? one - other : isSurrogate(one) ? 1 : -1;
  }
  return a.length - b.length;
}
const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

/** Order of two values; empty ones last. The same as `fieldOrder` gives in SQL. */
export function compareValues(type: FieldType, a: unknown, b: unknown): number {
  if (isEmpty(a) || isEmpty(b)) return Number(isEmpty(a)) - Number(isEmpty(b));
  return type.compare ? type.compare(a, b) : compareTexts(storedText(type, a), storedText(type, b));
}

/** What a change of many tickets may do to the field. */
export const batchModesOf = (type: FieldType, field: Field): readonly BatchMode[] =>
  type.combine ? (type.batchModes?.(field) ?? ['set', 'add', 'remove']) : ['set'];

/** The value that a change of many tickets leaves in one of them. */
export const batchValue = (type: FieldType, mode: BatchMode, before: unknown, given: unknown): unknown =>
  mode !== 'set' && type.combine ? type.combine(mode, before, given) : given;

/** JSON Schema of the field's value, null for none. */
export function schemaOf(type: FieldType, field: Field): Readonly<Record<string, unknown>> {
  const limit = field.maxSize ? { maxLength: field.maxSize } : {};
  const schema = type.jsonSchema?.(field) ?? { type: 'string', ...limit };
  return { title: field.label, anyOf: [schema, { type: 'null' }] };
}

/** The value for programs; null for none. */
export const valueToJson = (type: FieldType, value: unknown, field: Field): unknown => {
  if (isEmpty(value)) return null;
  return type.toJson ? type.toJson(value, field) : type.serialise(value);
};

/** What a program sent, as `parse` takes it. */
export function valueFromJson(type: FieldType, json: unknown, field: Field): unknown {
  if (json === null) return '';
  if (type.fromJson) return type.fromJson(json, field);
  if (typeof json !== 'string') throw new InvalidValueError(`${field.label} takes a text or null.`);
  return json;
}
