import type { FieldChange, FieldType } from './field-type.ts';
import { describeChange } from './field-values.ts';
import { labelOf } from './form.ts';
import { describeNote } from './notes.ts';
import type { Field, HistoryEntry } from './types.ts';

/** What it takes to say a change in words. */
export interface ChangeWording {
  /** `ITicketFields.all`: what a program keeps for itself is told from what people read. */
  readonly fields: readonly Field[];
  typeOf(name: string): FieldType;
  readonly timeZone: string;
  /** Text as the reader may read it: e-mail addresses cut, or not. */
  hide(text: string): string;
}

const LONGEST_VALUE = 200;
const cut = (text: string): string => (text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text);

function lineOf(change: FieldChange, say: (text: string) => string): string {
  if (change.kind === 'list') {
    const parts = [
      change.added.length > 0 ? `${change.added.map(say).join(', ')} added` : '',
      change.removed.length > 0 ? `${change.removed.map(say).join(', ')} removed` : '',
    ];
    return parts.filter(Boolean).join('; ') || 'reordered';
  }
  if (change.kind === 'text') return 'modified';
  if (change.old === '') return `set to ${say(change.new)}`;
  return change.new === '' ? `${say(change.old)} removed` : `${say(change.old)} → ${say(change.new)}`;
}

/** A note tells of things that come and go; a field that nobody provides any more has its stored texts. */
function describe(stored: HistoryEntry['fields'][number], field: Field | undefined, wording: ChangeWording): FieldChange {
  if (stored.note) return describeNote(stored);
  if (!field) return { kind: 'value', old: stored.old, new: stored.new };
  return describeChange(wording.typeOf(field.type), stored.old, stored.new, field, wording.timeZone);
}

/**
 * The changed fields of an entry in plain text, a line each: `Status: new → accepted`. Long texts are only said to be modified.
 * For what is read outside the ticket page: messages, feeds, notices.
 */
export function changeLines(entry: Pick<HistoryEntry, 'fields'>, wording: ChangeWording): readonly string[] {
  const byName = new Map(wording.fields.map((field) => [field.name, field]));
  return entry.fields.flatMap((stored) => {
    const field = byName.get(stored.field);
    if (field?.internal) return [];
    const say = (text: string): string => cut(wording.hide(field?.optionLabels[text] ?? text));
    return [`${field?.label ?? labelOf(stored.field)}: ${lineOf(describe(stored, field, wording), say)}`];
  });
}
