import type { OperationContext, Resource } from 'tracts';
import type { Attachment, IAttachmentChangeListener } from './api.ts';
import { freeName, sizeInWords } from './names.ts';
import { mayAttach, mayDelete } from './rights.ts';
import {
  deleteDrafts,
  insertAttachment,
  listAttachments,
  loadDrafts,
  type StoredDraft,
  siteTotal,
  updateAttachment,
} from './store.ts';

/** How much may be attached; a negative number, or 0 where nothing else makes sense: any. */
export interface AttachmentLimits {
  readonly maxSize: number;
  readonly maxFiles: number;
  readonly maxTotal: number;
  readonly maxSite: number;
}

/** What an upload is about to become. */
export interface PlannedFile {
  readonly filename: string;
  readonly draft: StoredDraft | undefined;
  readonly replaces: Attachment | undefined;
  /** Why it cannot be, in a sentence; `''`: it can. */
  readonly fault: string;
}

/** Where files are to go; `id` undefined: to something that is not stored yet. */
export interface Destination {
  readonly realm: string;
  readonly id: string | undefined;
  readonly resource: Resource;
}

class Planner {
  readonly #ctx: OperationContext;
  readonly #to: Destination;
  readonly #limits: AttachmentLimits;
  readonly #existing: readonly Attachment[];
  readonly #taken: Set<string>;
  #total: number;
  #site: number;
  #count: number;

  constructor(ctx: OperationContext, to: Destination, limits: AttachmentLimits, existing: readonly Attachment[], site: number) {
    this.#ctx = ctx;
    this.#to = to;
    this.#limits = limits;
    this.#existing = existing;
    this.#taken = new Set(existing.map(({ filename }) => filename));
    this.#total = existing.reduce((sum, { size }) => sum + size, 0);
    this.#site = site;
    this.#count = existing.length;
  }

  file(draft: StoredDraft | undefined, replace: boolean): PlannedFile {
    if (!draft)
      return { filename: 'file', draft, replaces: undefined, fault: 'A file that you chose is no longer here. Choose it again.' };
    const older = replace ? this.#existing.find(({ filename }) => filename === draft.filename) : undefined;
    const replaces = older && mayDelete(this.#ctx, older, this.#to.resource) ? older : undefined;
    const filename = replaces ? replaces.filename : freeName(draft.filename, this.#taken);
    const fault = draft.fault || this.#fault(draft, replaces);
    if (fault === '') this.#take(filename, draft.size - (replaces?.size ?? 0), replaces ? 0 : 1);
    return { filename, draft, replaces, fault };
  }

  #take(filename: string, bytes: number, files: number): void {
    this.#taken.add(filename);
    this.#total += bytes;
    this.#site += bytes;
    this.#count += files;
  }

  #fault(draft: StoredDraft, replaces: Attachment | undefined): string {
    const { maxFiles, maxTotal, maxSite } = this.#limits;
    const more = draft.size - (replaces?.size ?? 0);
    const name = `“${draft.filename}”`;
    if (maxFiles > 0 && !replaces && this.#count >= maxFiles)
      return `${name} is one file too many: ${maxFiles} may be attached here. Delete one first, or pack several into one.`;
    if (maxTotal > 0 && this.#total + more > maxTotal)
      return `${name} is too much: all files here together may have ${sizeInWords(maxTotal)}, and there are ${sizeInWords(this.#total)}.`;
    if (maxSite > 0 && this.#site + more > maxSite)
      return `${name} cannot be kept: this site has no room for further files. Tell the administrator.`;
    return '';
  }
}

/** Settles what becomes of uploads, in order. The destination must be locked for the names to be true. */
export async function planFiles(
  ctx: OperationContext,
  to: Destination,
  tokens: readonly string[],
  limits: AttachmentLimits,
  replace = false,
): Promise<readonly PlannedFile[]> {
  const wanted = [...new Set(tokens)];
  const drafts = await loadDrafts(ctx, wanted);
  if (!mayAttach(ctx, to.resource))
    return wanted.map((token) => {
      const draft = drafts.get(token);
      return { filename: draft?.filename ?? 'file', draft, replaces: undefined, fault: 'You may not attach files here.' };
    });
  const existing = to.id === undefined ? [] : await listAttachments(ctx.db, to.realm, to.id);
  const planner = new Planner(ctx, to, limits, existing, limits.maxSite > 0 ? await siteTotal(ctx.db) : 0);
  return wanted.map((token) => planner.file(drafts.get(token), replace));
}

/** How planned files are stored. */
export interface Storing {
  readonly author: string;
  readonly description: string;
  readonly format: string;
  readonly listeners: Iterable<IAttachmentChangeListener>;
}

type Place = { readonly realm: string; readonly id: string };

async function putInPlace(
  ctx: OperationContext,
  draft: StoredDraft,
  replaces: Attachment,
  { author, description, format, listeners }: Storing,
): Promise<Attachment> {
  const said = description === '' ? { description: replaces.description, format: replaces.format } : { description, format };
  const { hash, size, type } = draft;
  const after: Attachment = { ...replaces, hash, size, type, author, time: ctx.now, ...said };
  await updateAttachment(ctx.db, after);
  for (const listener of listeners) await listener.attachmentReplaced?.(ctx, after, replaces);
  return after;
}

async function addNew(
  ctx: OperationContext,
  draft: StoredDraft,
  { realm, id, filename }: Place & { readonly filename: string },
  { author, description, format, listeners }: Storing,
): Promise<Attachment> {
  const { hash, size, type } = draft;
  const about = { realm, parent: id, filename, hash, size, type, description, format, author, time: ctx.now };
  const added = await insertAttachment(ctx.db, about);
  for (const listener of listeners) await listener.attachmentAdded?.(ctx, added);
  return added;
}

/** Stores what was planned, in the transaction in which it was, and tells the listeners. Judges nothing any more. */
export async function storePlanned(
  ctx: OperationContext,
  to: Place,
  planned: readonly PlannedFile[],
  how: Storing,
): Promise<readonly Attachment[]> {
  const stored: Attachment[] = [];
  for (const { draft, filename, replaces } of planned)
    if (draft)
      stored.push(replaces ? await putInPlace(ctx, draft, replaces, how) : await addNew(ctx, draft, { ...to, filename }, how));
  await deleteDrafts(
    ctx.db,
    planned.flatMap(({ draft }) => (draft ? [draft.token] : [])),
  );
  return stored;
}
