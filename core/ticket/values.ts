import { TracError } from '../kernel/errors.ts';

/** Text columns of the ticket table, in Trac's order. Every other field lives in ticket_custom. */
export const TEXT_COLUMNS = [
  'type',
  'component',
  'severity',
  'priority',
  'owner',
  'reporter',
  'cc',
  'version',
  'milestone',
  'status',
  'resolution',
  'summary',
  'description',
  'keywords',
] as const;
/** Instants of the ticket table. */
export const TIME_COLUMNS = ['time', 'changetime'] as const;

/** Fields that come from the workflow and the clock alone, never from a form (FD-03). */
export const PROTECTED_FIELDS: ReadonlySet<string> = new Set(['id', 'status', 'resolution', 'time', 'changetime']);

const COLUMNS: ReadonlySet<string> = new Set([...TEXT_COLUMNS, ...TIME_COLUMNS]);
/** True when the field is a column of the ticket table and not a custom field. */
export const isColumn = (name: string): boolean => COLUMNS.has(name);

/** A submitted value that its field type cannot read; the message is one sentence for the person. */
export class InvalidValueError extends TracError {
  constructor(message: string) {
    super('INVALID_VALUE', message, 422);
  }
}

/** Empty means: nothing there. `'0'` and `false` are values. */
export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Splits on commas, semicolons and blanks, drops repetitions, joins with `, ` (Trac's cc rule, FD-13). */
export function normaliseCc(text: string): string {
  return [...new Set(text.split(/[;,\s]+/).filter(Boolean))].join(', ');
}

/** A list of keywords with one word replaced, or taken out where `to` is empty; separators of the others stay as typed. */
export function normaliseKeywords(text: string, word: string, to: string): string {
  const parts = text.split(/([,;\s]+)/);
  const kept: string[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const part = parts[at] === word ? to : (parts[at] ?? '');
    if (part === '' || (part === to && kept.includes(part))) continue;
    if (kept.length > 0) kept.push(parts[at - 1] ?? ' ');
    kept.push(part);
  }
  return kept.join('').trim();
}
