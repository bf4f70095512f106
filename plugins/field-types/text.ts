import {
  allOf,
  type Field,
  type FieldCondition,
  type FieldType,
  InvalidValueError,
  likeCondition,
  listChange,
  type OperationContext,
  type SqlFragment,
  textChange,
  textCondition,
} from 'tracts';
import { wordFaults } from './attributes.ts';
import { mayCompletePeople, offeredNames } from './people-index.ts';

function single(raw: unknown, field: Field): string {
  if (raw === undefined || raw === null) return '';
  if (typeof raw === 'string') return raw;
  if (typeof raw === 'number' || typeof raw === 'boolean') return String(raw);
  throw new InvalidValueError(`${field.label} takes one text, not a list.`);
}

const wordsOf = (text: string): string[] => text.split(/[,;\s]+/).filter(Boolean);

/** Every word of the typed text must occur: lists of words are asked so (Trac). */
function wordsCondition(typed: string, condition: FieldCondition): SqlFragment {
  const words = condition.operator === 'contains' && condition.field.format === 'list' ? wordsOf(typed) : [];
  if (words.length < 2) return textCondition(words[0] ?? typed, condition);
  return allOf(words.map((word) => likeCondition(condition.column, word)));
}

/** Nearly every text has none of this, and then nothing is made. */
function presentCompletion(
  _value: string,
  { attributes, format, name }: Field,
  ctx: OperationContext,
): Readonly<Record<string, unknown>> {
  const what = attributes['complete'];
  if (what === undefined) return format === 'list' ? { completes: true, what: `word/${name}`, isList: true } : NONE;
  if (what === 'ticket') return { completes: ctx.can('TICKET_VIEW', { realm: 'ticket' }), what: 'ticket' };
  return { completes: mayCompletePeople(ctx), what: 'user', isList: what === 'users', offered: offeredNames(ctx) };
}
const NONE = {};

function combineWords(mode: 'add' | 'remove', before: string, given: string): string {
  const some = new Set(wordsOf(given));
  const kept = wordsOf(before);
  return (mode === 'remove' ? kept.filter((word) => !some.has(word)) : [...new Set([...kept, ...some])]).join(', ');
}

const plain = { serialise: (value: string) => value, deserialise: (stored: string) => stored } as const;

/** One line; blanks at the ends are dropped, line breaks become blanks. */
export const text: FieldType<string> = {
  name: 'text',
  template: 'fields/text.njk',
  ...plain,
  parse: (raw, field) =>
    single(raw, field)
      .replace(/[\r\n]+/g, ' ')
      .trim(),
  attributes: { complete: 'What is offered while one types: user, users (a list) or ticket.' },
  present: presentCompletion,
  checkField: (field) => [
    ...wordFaults('format', field.format, ['plain', 'wiki', 'reference', 'list']),
    ...wordFaults('complete', field.attributes['complete'] ?? '', ['user', 'users', 'ticket']),
  ],
  describeChange: (before, after, field) =>
    field.format === 'list' ? listChange(wordsOf(before), wordsOf(after)) : textChange(before, after),
  toSql: wordsCondition,
  batchModes: ({ format }) => (format === 'list' ? ['set', 'add', 'remove'] : ['set']),
  combine: combineWords,
};

/** Many lines, kept as typed; browsers send CRLF, which is stored as LF. */
export const textarea: FieldType<string> = {
  name: 'textarea',
  template: 'fields/textarea.njk',
  ...plain,
  parse: (raw, field) => single(raw, field).replace(/\r\n?/g, '\n'),
  checkField: ({ format }) => wordFaults('format', format, ['plain', 'wiki']),
};
