import type { Knex } from 'knex';
import { fromMicros, toMicros } from '../db/instants.ts';
import { NotFoundError } from '../kernel/errors.ts';
import type { HistoryEntry } from './types.ts';

/** One change as it goes into the history: stored texts before and after. */
export interface NewEntry {
  readonly author: string;
  readonly via: string;
  readonly action: string;
  readonly comment: string;
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
  const { author, via, action, comment, replyTo, time, fields } = entry;
  const row = {
    ticket,
    number,
    author,
    via,
    action,
    time: toMicros(time),
    comment: toColumn(comment),
    reply_to: toColumn(replyTo),
  };
  const [inserted] = (await db('ticket_change').insert(row).returning('id')) as { id: number }[];
  if (inserted && fields.length > 0)
    await db('ticket_change_field').insert(
      fields.map(({ field, old, new: after }) => ({
        change: inserted.id,
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
}
interface FieldRow {
  readonly change: number;
  readonly field: string;
  readonly oldvalue: string | null;
  readonly newvalue: string | null;
}

type EntryRow = ChangeRow & { readonly [K in keyof FieldRow]: FieldRow[K] | null };

/** The whole history, oldest first, in one query whatever its length. */
export async function loadHistory(db: Knex, ticket: number): Promise<readonly HistoryEntry[]> {
  const rows = (await db('ticket_change')
    .leftJoin('ticket_change_field', 'ticket_change_field.change', 'ticket_change.id')
    .where({ ticket })
    .orderBy(['number', 'field'])
    .select('number', 'reply_to', 'time', 'author', 'via', 'action', 'comment', 'field', 'oldvalue', 'newvalue')) as EntryRow[];
  const entries: (HistoryEntry & { readonly fields: { field: string; old: string; new: string }[] })[] = [];
  for (const row of rows) {
    let entry = entries.at(-1);
    if (entry?.number !== row.number) {
      entry = toEntry(row);
      entries.push(entry);
    }
    if (row.field !== null) entry.fields.push({ field: row.field, old: row.oldvalue ?? '', new: row.newvalue ?? '' });
  }
  return entries;
}

const toEntry = (row: ChangeRow) => ({
  number: row.number,
  replyTo: row.reply_to ?? '',
  author: row.author ?? '',
  time: fromMicros(row.time),
  via: row.via,
  action: row.action,
  comment: row.comment ?? '',
  fields: [] as { field: string; old: string; new: string }[],
});

/** True when a comment of that number can be replied to. */
export async function hasNumber(db: Knex, ticket: number, number: number): Promise<boolean> {
  return (await db('ticket_change').where({ ticket, number }).first('id')) !== undefined;
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
  const latest = (await db('ticket_comment_edit').where({ change: row.id }).max({ last: 'revision' }).first()) as
    | { last: number | null }
    | undefined;
  await db('ticket_comment_edit').insert({
    change: row.id,
    revision: (latest?.last ?? -1) + 1,
    editor,
    time: toMicros(now),
    comment: row.comment ?? '',
  });
  await db('ticket_change')
    .where({ id: row.id })
    .update({ comment: toColumn(text) });
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
