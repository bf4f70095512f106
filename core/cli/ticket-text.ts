import type { FieldType } from '../ticket/extension-points.ts';
import { displayStored, displayText } from '../ticket/field-values.ts';
import type { Field, HistoryEntry, Ticket } from '../ticket/types.ts';
import { isEmpty } from '../ticket/values.ts';

const stampOf = (time: Date): string => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const indent = (text: string): string => text.replaceAll('\n', '\n  ');

const describeValue = (value: unknown, field: Field, type: FieldType): string =>
  indent(value instanceof Date ? stampOf(value) : displayText(type, value, field, 'UTC'));

function* describeEntry(
  { number, author, time, comment, internal, edited, deleted, fields }: HistoryEntry,
  readable: (field: string, stored: string) => string,
): Generator<string> {
  yield `\n${number}. ${author}, ${stampOf(time)}${internal ? ' (internal comment)' : ''}`;
  for (const { field, old, new: value } of fields)
    yield `  ${field}: ${readable(field, old) || '(empty)'} -> ${readable(field, value) || '(empty)'}`;
  if (comment) yield `  ${indent(comment)}`;
  if (edited) yield `  (last edited by ${edited.by}, ${stampOf(edited.time)})`;
  if (deleted) yield `  (comment deleted by ${deleted.by}, ${stampOf(deleted.time)})`;
}

/** A ticket as lines for people: the fields that hold something, then what happened. */
export function* describeTicket(
  { id, values }: Ticket,
  fields: readonly Field[],
  typeOf: (name: string) => FieldType,
  changes: readonly HistoryEntry[],
): Generator<string> {
  yield `#${id} ${String(values['summary'] ?? '')}`;
  for (const field of fields) {
    const value = values[field.name];
    if (field.name !== 'summary' && !isEmpty(value)) yield `${field.label}: ${describeValue(value, field, typeOf(field.type))}`;
  }
  const byName = new Map(fields.map((field) => [field.name, field]));
  const readable = (name: string, stored: string): string => {
    const field = byName.get(name);
    return field ? displayStored(typeOf(field.type), stored, field, 'UTC') : stored;
  };
  for (const entry of changes) yield* describeEntry(entry, readable);
}
