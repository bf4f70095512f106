import type { FieldType } from '../ticket/extension-points.ts';
import type { Field, HistoryEntry, Ticket } from '../ticket/types.ts';
import { isEmpty } from '../ticket/values.ts';

const stampOf = (time: Date): string => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const indent = (text: string): string => text.replaceAll('\n', '\n  ');

function describeValue(value: unknown, field: Field, type: FieldType): string {
  if (value instanceof Date) return stampOf(value);
  return indent(type.display ? type.display(value, field) : type.serialise(value));
}

function* describeEntry({ number, author, time, comment, fields }: HistoryEntry): Generator<string> {
  yield `\n${number}. ${author}, ${stampOf(time)}`;
  for (const { field, old, new: value } of fields) yield `  ${field}: ${old || '(empty)'} -> ${value || '(empty)'}`;
  if (comment) yield `  ${indent(comment)}`;
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
  for (const entry of changes) yield* describeEntry(entry);
}
