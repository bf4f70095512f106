import { fixedQuery, type OperationContext } from 'tracts';
import type { Attachment, AttachmentDraft } from './api.ts';

type Db = OperationContext['db'];

/** How long an upload waits to be attached, and how long bytes that nothing names are kept at least. */
export const DRAFT_HOURS = 24;
const HOUR = 3_600_000;
const micros = (time: Date): number => time.getTime() * 1000;

interface AttachmentRow extends Omit<Attachment, 'time'> {
  readonly time: number;
}
interface DraftRow extends AttachmentDraft {
  readonly hash: string;
  readonly owner: string;
  readonly address: string;
  readonly time: number;
}

/** A draft with what only we may know of it. */
export interface StoredDraft extends AttachmentDraft {
  readonly hash: string;
}

const toAttachment = (row: AttachmentRow): Attachment => ({ ...row, time: new Date(Math.floor(row.time / 1000)) });

const attachments = (db: Db) => db<AttachmentRow, AttachmentRow[]>('attachment');

/** One file of something, by its exact name. */
export async function findAttachment(db: Db, realm: string, parent: string, filename: string): Promise<Attachment | undefined> {
  const row = (await attachments(db).where({ realm, parent, filename }).first()) as AttachmentRow | undefined;
  return row && toAttachment(row);
}

// Every page of a ticket asks for these.
const rowsOf = fixedQuery<AttachmentRow>(
  (db, realm = '', parent = '') => db('attachment').where({ realm }).andWhere({ parent }).orderBy(['time', 'id']),
  { keep: true },
);

/** All files of something, oldest first. */
export async function listAttachments(db: Db, realm: string, parent: string): Promise<readonly Attachment[]> {
  return (await rowsOf(db, realm, parent)).map(toAttachment);
}

/** Bytes of all files of the site. */
export async function siteTotal(db: Db): Promise<number> {
  const row = (await db('attachment').sum({ total: 'size' }).first()) as { total: number | null } | undefined;
  return Number(row?.total ?? 0);
}

export async function insertAttachment(db: Db, attachment: Omit<Attachment, 'id'>): Promise<Attachment> {
  const [row] = (await db('attachment')
    .insert({ ...attachment, time: micros(attachment.time) })
    .returning('id')) as { id: number }[];
  return { ...attachment, id: row?.id ?? 0 };
}

/** Stores what may change of a file. */
export async function updateAttachment(
  db: Db,
  { id, hash, size, type, author, description, format, time }: Attachment,
): Promise<void> {
  await db('attachment')
    .where({ id })
    .update({ hash, size, type, author, description, format, time: micros(time) });
}

export async function deleteAttachment(db: Db, id: number): Promise<void> {
  await db('attachment').where({ id }).delete();
}

// ---- drafts

export async function insertDraft({ db, user, now }: OperationContext, draft: StoredDraft, address: string): Promise<void> {
  const { token, filename, hash, size, type, fault } = draft;
  await db('attachment_draft').insert({ token, filename, hash, size, type, fault, owner: user.name, address, time: micros(now) });
}

const waitingSince = (now: Date): number => micros(now) - DRAFT_HOURS * HOUR * 1000;

/** Those of a person's uploads that still wait, by token. */
export async function loadDrafts(
  { db, user, now }: OperationContext,
  tokens: readonly string[],
): Promise<ReadonlyMap<string, StoredDraft>> {
  if (tokens.length === 0) return new Map();
  const rows = (await db('attachment_draft')
    .whereIn('token', [...tokens])
    .where({ owner: user.name })
    .where('time', '>', waitingSince(now))) as DraftRow[];
  return new Map(
    rows.map(({ token, filename, hash, size, type, fault }) => [token, { token, filename, hash, size, type, fault }]),
  );
}

/** How many uploads of a person wait, and their bytes. Strangers are told apart by their address. */
export async function draftsWaiting(
  { db, user, now }: OperationContext,
  address: string,
): Promise<{ readonly count: number; readonly total: number }> {
  const query = db('attachment_draft').where({ owner: user.name }).where('time', '>', waitingSince(now));
  const row = (await (user.authenticated ? query : query.where({ address }))
    .count({ count: '*' })
    .sum({ total: 'size' })
    .first()) as { count: number; total: number | null } | undefined;
  return { count: Number(row?.count ?? 0), total: Number(row?.total ?? 0) };
}

export async function deleteDrafts(db: Db, tokens: readonly string[]): Promise<void> {
  await db('attachment_draft')
    .whereIn('token', [...tokens])
    .delete();
}

/** Deletes uploads that nobody attached in time. */
export async function deleteOldDrafts({ db, now }: OperationContext): Promise<void> {
  await db('attachment_draft').where('time', '<=', waitingSince(now)).delete();
}

// ---- blobs

/** Notes that a blob is in use now, and holds its row until the transaction ends: the sweeper waits, or has been before. */
export async function touchBlob({ db, now }: OperationContext, hash: string): Promise<void> {
  await db('attachment_blob')
    .insert({ hash, time: micros(now) })
    .onConflict('hash')
    .merge();
}

/** Of some hundred hashes, those that an attachment or a draft names. */
export async function namedHashes(db: Db, hashes: readonly string[]): Promise<ReadonlySet<string>> {
  const named = new Set<string>();
  for (const table of ['attachment', 'attachment_draft'])
    for (const hash of (await db(table)
      .whereIn('hash', [...hashes])
      .distinct()
      .pluck('hash')) as string[])
      named.add(hash);
  return named;
}

/** Holds the row of a blob that nothing names since `before`; false when something does, and then it must stay. */
export async function claimUnnamed({ db }: OperationContext, hash: string, before: Date): Promise<boolean> {
  // Writing the row is what locks it, on both databases.
  const [row] = (await db('attachment_blob').insert({ hash, time: 0 }).onConflict('hash').merge({ hash }).returning('time')) as {
    time: number;
  }[];
  if (Number(row?.time ?? 0) > micros(before) || (await namedHashes(db, [hash])).size > 0) return false;
  await db('attachment_blob').where({ hash }).delete();
  return true;
}

/** Every attachment, some hundred at a time, for checks. */
export async function* everyAttachment(db: Db): AsyncGenerator<readonly Attachment[]> {
  for (let last = 0; ; ) {
    const rows = (await attachments(db).where('id', '>', last).orderBy('id').limit(500)) as AttachmentRow[];
    if (rows.length === 0) return;
    yield rows.map(toAttachment);
    last = rows.at(-1)?.id ?? last;
  }
}
