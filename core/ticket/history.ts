import type { Knex } from 'knex';
import { fixedQuery, insertRow } from '../db/fixed-query.ts';
import { fromMicros, toMicros } from '../db/instants.ts';
import { NotFoundError } from '../kernel/errors.ts';
import type { CommentRevision, HistoryEntry } from './types.ts';

/** One change as it goes into the history: stored texts before and after. */
export interface NewEntry {
  readonly author: string;
  readonly via: string;
  readonly action: string;
  readonly comment: string;
  /** What the comment is written in. */
  readonly format: string;
  readonly internal: boolean;
  readonly replyTo: string;
  readonly time: Date;
  readonly fields: readonly { readonly field: string; readonly old: string; readonly new: string }[];
}

const toColumn = (text: string): string | null => (text === '' ? null : text);

/** The greatest number in use; a deleted last number is free again (CH-03). */
async function lastNumber(db: Knex, ticket: number): Promise<number> {
  const row = (await db('ticket_change').where({ ticket }).max({ last: 'number' }).first()) as
    | { last: number | null }
    | undefined;
  return row?.last ?? 0;
}

/** Stores one change under the next number and returns it. The ticket's row must be locked. */
export async function addEntry(db: Knex, ticket: number, entry: NewEntry): Promise<number> {
  const number = (await lastNumber(db, ticket)) + 1;
  const { author, via, action, comment, format, internal, replyTo, time, fields } = entry;
  const row = {
    ticket,
    number,
    author,
    via,
    action,
    time: toMicros(time),
    comment: toColumn(comment),
    format,
    internal,
    reply_to: toColumn(replyTo),
  };
  const change = await insertRow(db, 'ticket_change', row);
  if (fields.length > 0)
    await db('ticket_change_field').insert(
      fields.map(({ field, old, new: after }) => ({
        change,
        field,
        oldvalue: toColumn(old),
        newvalue: toColumn(after),
      })),
    );
  return number;
}

interface ChangeRow {
  readonly id: number;
  readonly number: number;
  readonly reply_to: string | null;
  readonly time: number;
  readonly author: string | null;
  readonly via: string;
  readonly action: string;
  readonly comment: string | null;
  readonly format: string;
  /** SQLite has 0 and 1. */
  readonly internal: boolean | number;
  readonly deleted_by: string | null;
  readonly deleted_at: number | null;
  readonly edits: number;
  readonly edited_by: string | null;
  readonly edited_at: number | null;
}
interface FieldRow {
  readonly change: number;
  readonly field: string;
  readonly oldvalue: string | null;
  readonly newvalue: string | null;
}
type EntryRow = ChangeRow & { readonly [K in keyof Omit<FieldRow, 'change'>]: FieldRow[K] | null };

const ENTRY_COLUMNS = [
  'c.id',
  'c.number',
  'c.reply_to',
  'c.time',
  'c.author',
  'c.via',
  'c.action',
  'c.comment',
  'c.format',
  'c.internal',
  'c.deleted_by',
  'c.deleted_at',
  'f.field',
  'f.oldvalue',
  'f.newvalue',
  'c.edits',
  'c.edited_by',
  'c.edited_at',
];

/** Changes with their fields: one row a field, in one query whatever their number. */
const entryRows = (db: Knex): Knex.QueryBuilder =>
  db('ticket_change as c')
    .leftJoin('ticket_change_field as f', 'f.change', 'c.id')
    .select(...ENTRY_COLUMNS);

/** Which entries to load, and for whom. */
export interface HistoryScope {
  /** Default: all. */
  readonly range?: { readonly last: number } | { readonly numbers: readonly [from: number, to: number] } | undefined;
  /** For somebody who reads internal comments. Otherwise nothing of them is in the answer but fields that changed with them. */
  readonly readsInternal: boolean;
}

type EntryDraft = HistoryEntry & {
  readonly replies: number[];
  readonly fields: { field: string; old: string; new: string }[];
};

const ofTicket = (db: Knex, ticket: Knex.Value): Knex.QueryBuilder =>
  entryRows(db).where('c.ticket', ticket).orderBy(['c.number', 'f.field']);
const allRows = fixedQuery<EntryRow>((db, ticket = 0) => ofTicket(db, ticket));
const lastRows = fixedQuery<EntryRow>((db, ticket = 0, again = 0, last = 0) =>
  ofTicket(db, ticket).where(
    'c.number',
    '>',
    db.raw('(select max(number) from ticket_change where ticket = ?) - ?', [again, last]),
  ),
);
const someRows = fixedQuery<EntryRow>((db, ticket = 0, from = 0, to = 0) =>
  ofTicket(db, ticket).where('c.number', '>=', from).where('c.number', '<=', to),
);

function rowsOf(db: Knex, ticket: number, range: HistoryScope['range']): Promise<readonly EntryRow[]> {
  if (!range) return allRows(db, ticket);
  if ('last' in range) return lastRows(db, ticket, ticket, range.last);
  return someRows(db, ticket, ...range.numbers);
}

/** A part of the history, or all of it, oldest first. */
export async function loadHistory(
  db: Knex,
  ticket: number,
  { range, readsInternal }: HistoryScope = { readsInternal: true },
): Promise<readonly HistoryEntry[]> {
  const entries = toEntries(await rowsOf(db, ticket, range), readsInternal);
  const byNumber = new Map(entries.map((entry) => [String(entry.number), entry]));
  for (const { replyTo, number } of entries) if (replyTo !== '') byNumber.get(replyTo)?.replies.push(number);
  if (range && 'numbers' in range) await addLaterReplies(db, ticket, range.numbers[1], byNumber, readsInternal);
  return entries;
}

/** Changes of any tickets, by id. `readsInternal` is asked for the ticket of each. */
export async function loadEntries(
  db: Knex,
  ids: readonly number[],
  readsInternal: (ticket: number) => boolean,
): Promise<ReadonlyMap<number, HistoryEntry>> {
  if (ids.length === 0) return new Map();
  const rows = (await entryRows(db)
    .whereIn('c.id', [...ids])
    .orderBy(['c.id', 'f.field'])
    .select('c.ticket')) as (EntryRow & { readonly ticket: number })[];
  const found = new Map<number, HistoryEntry>();
  for (const [id, own] of groupById(rows)) {
    const [entry] = toEntries(own, readsInternal(own[0]?.ticket ?? 0));
    if (entry) found.set(id, entry);
  }
  return found;
}

function groupById<R extends { readonly id: number }>(rows: readonly R[]): Map<number, R[]> {
  const groups = new Map<number, R[]>();
  for (const row of rows) {
    const group = groups.get(row.id);
    if (group) group.push(row);
    else groups.set(row.id, [row]);
  }
  return groups;
}

/** Rows of one change stand together. */
function toEntries(all: readonly EntryRow[], readsInternal: boolean): EntryDraft[] {
  const entries: EntryDraft[] = [];
  let entry: EntryDraft | undefined;
  let id = 0;
  for (const row of readsInternal ? all : all.flatMap(asPublic)) {
    if (!entry || id !== row.id) {
      entry = toEntry(row);
      id = row.id;
      entries.push(entry);
    }
    if (row.field !== null) entry.fields.push({ field: row.field, old: row.oldvalue ?? '', new: row.newvalue ?? '' });
  }
  return entries;
}

const NO_COMMENT = { comment: null, reply_to: null, internal: false, deleted_at: null, edits: 0 };

/** What others see of an internal comment: fields that changed with it, as a change without a comment. */
function asPublic(row: EntryRow): readonly EntryRow[] {
  if (!row.internal) return [row];
  return row.field === null ? [] : [{ ...row, ...NO_COMMENT }];
}

const toEntry = (row: EntryRow): EntryDraft => ({
  number: row.number,
  replyTo: row.reply_to ?? '',
  replies: [],
  author: row.author ?? '',
  time: fromMicros(row.time),
  via: row.via,
  action: row.action,
  comment: row.comment ?? '',
  format: row.format,
  internal: Boolean(row.internal),
  deleted: row.deleted_at === null ? undefined : { by: row.deleted_by ?? '', time: fromMicros(row.deleted_at) },
  edited: row.edits === 0 ? undefined : { by: row.edited_by ?? '', time: fromMicros(row.edited_at ?? 0), revisions: row.edits },
  fields: [],
});

/** An answer comes after what it answers: only those after the range are missing. */
async function addLaterReplies(
  db: Knex,
  ticket: number,
  to: number,
  entries: ReadonlyMap<string, EntryDraft>,
  readsInternal: boolean,
): Promise<void> {
  if (entries.size === 0 || to >= GREATEST_NUMBER) return;
  const later = (await db('ticket_change')
    .where({ ticket, ...(readsInternal ? {} : { internal: false }) })
    .where('number', '>', to)
    .whereNotNull('reply_to')
    .orderBy('number')
    .select('number', 'reply_to')) as Pick<ChangeRow, 'number' | 'reply_to'>[];
  for (const { number, reply_to: replyTo } of later) entries.get(replyTo ?? '')?.replies.push(number);
}

/** Comment numbers end here: the columns hold no more. */
const GREATEST_NUMBER = 2_147_483_647;

/** The change that a reply names; undefined when there is none. */
export async function findReplied(db: Knex, ticket: number, number: number): Promise<{ readonly internal: boolean } | undefined> {
  const row = (await db('ticket_change').where({ ticket, number }).first('internal')) as Pick<ChangeRow, 'internal'> | undefined;
  return row && { internal: Boolean(row.internal) };
}

async function changeId(db: Knex, ticket: number, number: number): Promise<ChangeRow> {
  const row = (await db('ticket_change').where({ ticket, number }).first()) as ChangeRow | undefined;
  if (!row) throw new NotFoundError(`Ticket #${ticket} has no change ${number}.`);
  return row;
}

/** Replaces a comment's text and keeps the former one. */
export async function replaceComment(
  db: Knex,
  ticket: number,
  number: number,
  text: string,
  editor: string,
  now: Date,
): Promise<string> {
  const row = await changeId(db, ticket, number);
  await db('ticket_comment_edit').insert({
    change: row.id,
    revision: row.edits,
    editor,
    time: toMicros(now),
    comment: row.comment ?? '',
  });
  await db('ticket_change')
    .where({ id: row.id })
    .update({ comment: toColumn(text), edits: row.edits + 1, edited_by: editor, edited_at: toMicros(now) });
  return row.comment ?? '';
}

/** The former texts of a comment, oldest first. */
export async function commentEdits(
  db: Knex,
  ticket: number,
  number: number,
): Promise<readonly { editor: string; time: Date; comment: string }[]> {
  const { id } = await changeId(db, ticket, number);
  const rows = (await db('ticket_comment_edit').where({ change: id }).orderBy('revision')) as {
    editor: string;
    time: number;
    comment: string;
  }[];
  return rows.map(({ editor, time, comment }) => ({ editor, time: fromMicros(time), comment }));
}

/** Every text that a comment had; each edit keeps the text that it replaced. */
export async function loadRevisions(db: Knex, ticket: number, entry: HistoryEntry): Promise<readonly CommentRevision[]> {
  const edits = await commentEdits(db, ticket, entry.number);
  const texts = [...edits.map(({ comment }) => comment), entry.comment];
  return texts.map((text, version) => {
    const edit = edits[version - 1];
    return { version, text, author: edit?.editor ?? entry.author, time: edit?.time ?? entry.time };
  });
}

/** Wipes a comment with its former texts and writes down who did it. */
export async function wipeComment(db: Knex, ticket: number, number: number, by: string, now: Date): Promise<void> {
  const { id } = await changeId(db, ticket, number);
  await db('ticket_comment_edit').where({ change: id }).delete();
  await db('ticket_change')
    .where({ id })
    .update({ comment: null, deleted_by: by, deleted_at: toMicros(now), edits: 0 });
}

/**
 * Takes a change out of the history. Returns the fields that the ticket must take back: those that no later change set.
 * A later change of a field gets the deleted change's old value as its own, so that the history still joins up.
 */
export async function removeEntry(db: Knex, ticket: number, number: number): Promise<ReadonlyMap<string, string>> {
  const row = await changeId(db, ticket, number);
  const fields = (await db('ticket_change_field').where({ change: row.id })) as FieldRow[];
  const restore = new Map<string, string>();
  for (const { field, oldvalue } of fields) {
    const later = (await db('ticket_change_field')
      .join('ticket_change', 'ticket_change.id', 'ticket_change_field.change')
      .where({ ticket, field })
      .where('number', '>', number)
      .orderBy('number')
      .first('change')) as { change: number } | undefined;
    if (later) await db('ticket_change_field').where({ change: later.change, field }).update({ oldvalue });
    else restore.set(field, oldvalue ?? '');
  }
  await db('ticket_change').where({ id: row.id }).delete();
  return restore;
}
