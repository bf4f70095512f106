import type { OperationContext } from '../security/context.ts';
import { withoutHiddenFields } from './field-rights.ts';
import type { FieldChange } from './field-type.ts';
import type { ChangeNote, HistoryEntry, NoteKind, Problem, Ticket, TicketChange, TicketContext, TicketForm } from './types.ts';

/** What decides how much of a history somebody sees, beside internal comments. */
export interface HistoryRights {
  /** Some policy may refuse single fields. */
  readonly judgesFields: boolean;
  readonly noteKinds: readonly NoteKind[];
}

interface Row {
  readonly field: string;
  readonly old: string;
  readonly new: string;
}

/** The notes as rows of the history, one a kind: names one a line. */
export function rowsOf(notes: readonly ChangeNote[]): Row[] {
  const kinds = [...new Set(notes.map(({ kind }) => kind))];
  const lines = (texts: readonly string[]): string => texts.filter(Boolean).join('\n');
  return kinds.map((kind) => {
    const own = notes.filter((note) => note.kind === kind);
    return { field: kind, old: lines(own.map((note) => note.old)), new: lines(own.map((note) => note.new)) };
  });
}

const linesOf = (text: string): string[] => text.split('\n').filter(Boolean);

/** A note of the history for people: what came and what went. */
export const describeNote = (row: Pick<Row, 'old' | 'new'>): Extract<FieldChange, { kind: 'list' }> => ({
  kind: 'list',
  added: linesOf(row.new),
  removed: linesOf(row.old),
});

/** What speaks against the notes of a form. */
export const noteProblems = ({ notes }: TicketForm): Problem[] =>
  notes.flatMap(({ kind, problem }) => (problem ? [{ field: kind, message: problem }] : []));

interface Marked {
  /** Which kinds of notes the person sees. */
  readonly seen: string;
  readonly entry: HistoryEntry | undefined;
}

/** An entry that is kept stays one object when its notes are marked: what others keep by it is found again. */
const marked = new WeakMap<HistoryEntry, Marked>();

/** Marks notes as such, and takes out those of a kind that the person may not see. */
function viewNotes(ctx: OperationContext, history: readonly HistoryEntry[], ticket: Ticket, kinds: readonly NoteKind[]) {
  const parent = { realm: 'ticket', id: ticket.id, object: ticket };
  const seen = new Map(kinds.map(({ name, permission }) => [name, ctx.can(permission, { realm: name, parent })]));
  const key = [...seen].join(' ');
  return history.flatMap((entry) => {
    if (!entry.fields.some(({ field }) => seen.has(field))) return [entry];
    const before = marked.get(entry);
    const found = before?.seen === key ? before : { seen: key, entry: withNotes(entry, seen) };
    marked.set(entry, found);
    return found.entry ?? [];
  });
}

function withNotes(entry: HistoryEntry, seen: ReadonlyMap<string, boolean>): HistoryEntry | undefined {
  const fields = entry.fields
    .filter(({ field }) => seen.get(field) !== false)
    .map((row) => (seen.has(row.field) ? { ...row, note: true } : row));
  return fields.length === 0 && entry.comment === '' && !entry.deleted ? undefined : { ...entry, fields };
}

/** A history without fields and notes that the person may not see; a change of nothing else is left out. */
export function visibleHistory(
  ctx: OperationContext,
  history: readonly HistoryEntry[],
  ticket: Ticket,
  { judgesFields, noteKinds }: HistoryRights,
): readonly HistoryEntry[] {
  const shown = noteKinds.length > 0 ? viewNotes(ctx, history, ticket, noteKinds) : history;
  return judgesFields ? withoutHiddenFields(ctx, shown, ticket) : shown;
}

/** A change that consists of notes alone. */
export const noteChange = (ctx: TicketContext, notes: readonly ChangeNote[], action: string, format: string): TicketChange => ({
  notes,
  before: ctx.ticket.values,
  after: ctx.ticket.values,
  changed: new Set(),
  comment: '',
  replyTo: undefined,
  internal: false,
  format,
  action,
  number: undefined,
  author: ctx.user.name,
  via: ctx.via,
  causes: ctx.causes.slice(0, -1),
});
