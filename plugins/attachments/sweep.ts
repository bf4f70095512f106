import { component, IContexts, IJobProvider, type OperationContext } from 'tracts';
import { type Attachment, IAttachmentStorage, type StoredBlob } from './api.ts';
import { claimUnnamed, DRAFT_HOURS, deleteOldDrafts, everyAttachment, namedHashes } from './store.ts';

const HOUR = 3_600_000;
const TOGETHER = 500;
const CLOCK = { user: { name: 'tracts', authenticated: true }, via: 'job' } as const;

async function* inGroups<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let group: T[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length === TOGETHER) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

/** Those of the blobs that neither a file nor an upload names. */
async function unnamedOf(contexts: IContexts, blobs: readonly StoredBlob[]): Promise<readonly StoredBlob[]> {
  const hashes = blobs.map(({ hash }) => hash);
  const named = await contexts.read(CLOCK, (ctx) => namedHashes(ctx.db, hashes));
  return blobs.filter(({ hash }) => !named.has(hash));
}

/** What sweeping took away. */
export interface Swept {
  readonly blobs: number;
  readonly bytes: number;
}

/**
 * Deletes uploads that nobody attached in time, and bytes that nothing names and that were put there more than a day ago.
 *
 * Safe beside uploads, in whatever process: a blob's row is held while its bytes are deleted, and an upload that comes upon them
 * then finds them gone and puts them anew.
 */
export async function sweep(contexts: IContexts, storage: IAttachmentStorage, now = new Date()): Promise<Swept> {
  const before = new Date(now.getTime() - DRAFT_HOURS * HOUR);
  const asker = { ...CLOCK, now };
  await contexts.write(asker, deleteOldDrafts);
  let [blobs, bytes] = [0, 0];
  for await (const group of inGroups(storage.list())) {
    const old = group.filter(({ modified }) => modified < before);
    if (old.length === 0) continue;
    for (const { hash, size } of await unnamedOf(contexts, old)) {
      const gone = await contexts.write(asker, async (ctx) => {
        const isMine = await claimUnnamed(ctx, hash, before);
        if (isMine) await storage.delete(hash);
        return isMine;
      });
      if (gone) [blobs, bytes] = [blobs + 1, bytes + size];
    }
  }
  await storage.tidy(before);
  return { blobs, bytes };
}

/** How storage and records agree. */
export interface Checked {
  readonly files: number;
  /** On record, but their bytes are not there, or not as many as there should be. */
  readonly missing: readonly Attachment[];
  /** There, but nothing names them. */
  readonly unnamed: Swept;
}

/** Compares records and storage. Changes nothing, and what is uploaded meanwhile may count as unnamed. */
export async function checkStorage(contexts: IContexts, storage: IAttachmentStorage): Promise<Checked> {
  const missing: Attachment[] = [];
  let files = 0;
  await contexts.read(CLOCK, async ({ db }: OperationContext) => {
    for await (const group of everyAttachment(db))
      for (const attachment of group) {
        files += 1;
        if ((await storage.find(attachment.hash))?.size !== attachment.size) missing.push(attachment);
      }
  });
  let [blobs, bytes] = [0, 0];
  for await (const group of inGroups(storage.list()))
    for (const { size } of await unnamedOf(contexts, group)) [blobs, bytes] = [blobs + 1, bytes + size];
  return { files, missing, unnamed: { blobs, bytes } };
}

/** Sweeps once a night. */
export const AttachmentSweeper = component({
  doc: 'Deletes uploads that nobody attached, and bytes that nothing names any more.',
  implements: [IJobProvider],
  uses: { contexts: IContexts, storage: IAttachmentStorage },
  create: ({ contexts, storage }) => ({
    getJobs: () => [
      {
        name: 'attachments.sweep',
        schedule: '41 3 * * *',
        summary: 'Deletes uploads that nobody attached, and bytes that nothing names any more.',
        mode: 'read',
        async run(ctx) {
          const { blobs, bytes } = await sweep(contexts, storage, ctx.now);
          if (blobs > 0) ctx.log.info('attachments swept', { blobs, bytes });
        },
      },
    ],
  }),
});
