import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type IContexts, type OperationContext, type Resource, TracError } from 'tracts';
import type { AttachmentDraft, IAttachmentManipulator, IAttachmentStorage, IncomingFile } from './api.ts';
import { sniffType } from './content-type.ts';
import { fileNameFrom, sizesInWords } from './names.ts';
import { DRAFT_HOURS, draftsWaiting, insertDraft, type StoredDraft, touchBlob } from './store.ts';

/** What taking files in needs. */
export interface IntakeNeeds {
  readonly contexts: IContexts;
  readonly storage: IAttachmentStorage;
  readonly manipulators: Iterable<IAttachmentManipulator>;
  /** Bytes of one file; negative: any number. */
  readonly maxSize: number;
}

/** Uploads of one person that may wait to be attached, and their bytes as a multiple of what one file may have. */
const MOST_WAITING = 100;
const TRIES = 3;

const nameOf = (text: string): string => `“${text}”`;

/** Why a file that large is refused. */
export function tooLarge(filename: string, size: number, maxSize: number): string {
  const [has, most] = sizesInWords(size, maxSize);
  return `${nameOf(filename)} is too large: it has ${has}, and one file may have ${most}.`;
}

/**
 * Keeps a file's bytes and a draft that names them; what speaks against it is kept as the draft's fault. Everything slow
 * happens outside transactions.
 */
export async function takeIn(
  needs: IntakeNeeds,
  ctx: OperationContext,
  file: IncomingFile,
  {
    parent,
    address = '',
    fault = '',
  }: { readonly parent?: Resource | undefined; readonly address?: string; readonly fault?: string } = {},
): Promise<AttachmentDraft> {
  if (ctx.writable) throw new TracError('ATTACHMENTS', 'Files are taken in outside transactions: use a context that reads.');
  const filename = fileNameFrom(file.name);
  const token = randomBytes(18).toString('base64url');
  const known = fault || simpleFault(needs, file, filename);
  const type = known === '' ? await sniffType(file.path) : '';
  const about = { token, filename, size: file.size, type };
  const refused =
    known || (await quotaFault(needs, ctx, file, address)) || (await judged(needs, ctx, { ...file, filename, type, parent }));
  const draft: StoredDraft = refused ? { ...about, size: 0, hash: '', fault: refused } : { ...about, hash: '', fault: '' };
  const kept = refused ? await keepFault(needs, ctx, draft, address) : await keepBlob(needs, ctx, draft, file.path, address);
  return { token, filename, size: kept.size, type, fault: kept.fault };
}

function simpleFault({ maxSize }: IntakeNeeds, { size }: IncomingFile, filename: string): string {
  if (size === 0) return `${nameOf(filename)} is empty: there is nothing to attach.`;
  return maxSize >= 0 && size > maxSize ? tooLarge(filename, size, maxSize) : '';
}

async function quotaFault(
  { maxSize }: IntakeNeeds,
  ctx: OperationContext,
  { size }: IncomingFile,
  address: string,
): Promise<string> {
  const { count, total } = await draftsWaiting(ctx, address);
  const isFull = count >= MOST_WAITING || (maxSize >= 0 && total + size > maxSize * MOST_WAITING);
  return isFull ? `Too many files wait to be attached. Attach them, or wait ${DRAFT_HOURS} hours.` : '';
}

type Candidate = Parameters<IAttachmentManipulator['validateAttachment']>[1];

async function judged({ manipulators }: IntakeNeeds, ctx: OperationContext, candidate: Candidate): Promise<string> {
  const problems: string[] = [];
  for (const manipulator of manipulators)
    try {
      problems.push(...(await manipulator.validateAttachment(ctx, candidate)).map(({ message }) => message));
    } catch (error) {
      ctx.log.error('a file could not be judged and is refused', { file: candidate.filename, error: String(error) });
      problems.push(`${nameOf(candidate.filename)} could not be checked and is not taken. Try again later.`);
    }
  return problems.join(' ');
}

async function keepFault(
  { contexts }: IntakeNeeds,
  ctx: OperationContext,
  draft: StoredDraft,
  address: string,
): Promise<StoredDraft> {
  await contexts.write(ctx, (writing) => insertDraft(writing, draft, address));
  return draft;
}

/** Puts the bytes, then the row that names them; had the sweeper been there in between, once more. */
async function keepBlob(
  { contexts, storage }: IntakeNeeds,
  ctx: OperationContext,
  draft: StoredDraft,
  path: string,
  address: string,
): Promise<StoredDraft> {
  let isNamed = false;
  for (let tries = 0; tries < TRIES; tries++) {
    const { hash, size } = await storage.put(createReadStream(path));
    const kept = { ...draft, hash, size };
    await contexts.write(ctx, async (writing) => {
      await touchBlob(writing, hash);
      if (!isNamed) await insertDraft(writing, kept, address);
    });
    isNamed = true;
    if (await storage.find(hash)) return kept;
  }
  throw new TracError(
    'ATTACHMENTS',
    `The storage of attachments does not keep what is put there (${draft.filename}).`,
    500,
    false,
  );
}
