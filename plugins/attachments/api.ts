import type { Readable } from 'node:stream';
import { extensionPoint, type May, type OperationContext, type Problem, type Resource, service } from 'tracts';

/** A part of a blob, both ends included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What a storage holds under a hash. */
export interface StoredBlob {
  /** SHA-256 of the bytes, in 64 small hexadecimal digits. */
  readonly hash: string;
  readonly size: number;
  /** When it was last put there. */
  readonly modified: Date;
}

/**
 * Keeps the bytes of attached files under the hash of their content. A service: enable another storage and disable the default.
 *
 * Asked by whoever serves or takes files, never inside a writing transaction save for `delete`. It knows nothing of names,
 * people or permissions. Errors are thrown; a blob that is not there is `undefined`.
 */
export interface IAttachmentStorage {
  /**
   * Keeps content, as a whole and for good once it resolves; the same content twice is one blob, put there anew. Content that
   * breaks off leaves nothing behind that `open` or `list` would show.
   */
  put(content: Readable): Promise<{ readonly hash: string; readonly size: number }>;
  /** Streams a blob, or a range of it that lies within. The stream fails where the storage does. */
  open(hash: string, range?: ByteRange): Promise<Readable | undefined>;
  find(hash: string): Promise<StoredBlob | undefined>;
  /** One that is not there is no error. */
  delete(hash: string): Promise<void>;
  /** Everything there is, in any order. */
  list(): AsyncIterable<StoredBlob>;
  /** Removes what puts that were cut off before then left behind. */
  tidy(before: Date): Promise<void>;
}
export const IAttachmentStorage = service<IAttachmentStorage>('IAttachmentStorage', {
  doc: 'Keeps the bytes of attached files.',
});

/** A file that belongs to something. */
export interface Attachment {
  readonly id: number;
  /** What it belongs to: `ticket` and `12`. */
  readonly realm: string;
  readonly parent: string;
  readonly filename: string;
  readonly size: number;
  /** Found out from the content; `text/plain` is UTF-8. */
  readonly type: string;
  readonly hash: string;
  readonly description: string;
  /** What the description is written in. */
  readonly format: string;
  readonly author: string;
  readonly time: Date;
}

/** A file that was uploaded and belongs to nothing yet. It waits a day. */
export interface AttachmentDraft {
  /** Names it in forms (`attachment_draft`), for the person who uploaded it. */
  readonly token: string;
  readonly filename: string;
  readonly size: number;
  readonly type: string;
  /** Why it was not taken, in a sentence; `''`: it was. */
  readonly fault: string;
}

/** A file as it comes in. */
export interface IncomingFile {
  /** What the client calls it. */
  readonly name: string;
  /** Where it lies, to be read once or more. */
  readonly path: string;
  readonly size: number;
}

/** A file about to be taken, as manipulators see it. */
export interface AttachmentCandidate extends IncomingFile {
  /** The name under which it is to be kept; another number may come before its ending. */
  readonly filename: string;
  readonly type: string;
  /** What it is meant for, as far as that is known. */
  readonly parent: Resource | undefined;
}

/**
 * Judges files before they are taken: a virus scanner, a policy on types.
 *
 * Called: once a file, outside any transaction, with a context that reads. Combined: all problems; any refuses the file.
 * Ordered by: `[attachment] manipulators`. If it throws: the file is refused, and the log says why.
 */
export interface IAttachmentManipulator {
  validateAttachment(ctx: OperationContext, candidate: AttachmentCandidate): May<readonly Problem[]>;
}
export const IAttachmentManipulator = extensionPoint<IAttachmentManipulator>('IAttachmentManipulator', {
  doc: 'Judges files before they are taken.',
  orderedBy: '[attachment] manipulators',
});

/**
 * Hears of files, inside the transaction; for what must not delay or undo the change, use `ctx.afterCommit`.
 *
 * Called: after it is stored. Combined: all. Ordered by: nothing. If it throws: the whole change is undone.
 */
export interface IAttachmentChangeListener {
  attachmentAdded?(ctx: OperationContext, attachment: Attachment): May<void>;
  /** `before`: the file in whose place it came. */
  attachmentReplaced?(ctx: OperationContext, attachment: Attachment, before: Attachment): May<void>;
  attachmentDeleted?(ctx: OperationContext, attachment: Attachment): May<void>;
}
export const IAttachmentChangeListener = extensionPoint<IAttachmentChangeListener>('IAttachmentChangeListener', {
  doc: 'Hears of attached files.',
});

/** What files belong to: one ticket. */
export interface AttachmentParent {
  /** What permissions are asked about, with the object loaded. */
  readonly resource: Resource & { readonly id: string };
  /** `Ticket #12`. */
  readonly title: string;
  /** Its page. */
  readonly path: string;
  /** Writes into its history that files came, changed or went; inside the same transaction. */
  note?(ctx: OperationContext, notes: readonly { readonly old: string; readonly new: string }[]): Promise<void>;
}

/** Lets files be attached to things of one realm. Combined: all; of one realm the first. If it throws: part of the request. */
export interface IAttachmentParentProvider {
  readonly realm: string;
  /** Throws `NotFoundError` or `PermissionError` unless the person may view it. In a writing context it is locked. */
  openParent(ctx: OperationContext, id: string): Promise<AttachmentParent>;
}
export const IAttachmentParentProvider = extensionPoint<IAttachmentParentProvider>('IAttachmentParentProvider', {
  doc: 'Lets files be attached to things of one realm.',
});

/** Attached files. Every method asks what the person may do; what may not be seen is not there. */
export interface IAttachments {
  /** What files of that realm belong to; throws unless the person may view it. */
  parent(ctx: OperationContext, realm: string, id: string | number): Promise<AttachmentParent>;
  /** undefined: there is none, or the person may not see it. */
  find(ctx: OperationContext, realm: string, id: string | number, filename: string): Promise<Attachment | undefined>;
  /** By name. Empty where the person may not see them; throws where he may not see what they belong to. */
  list(ctx: OperationContext, realm: string, id: string | number): Promise<readonly Attachment[]>;
  /** Streams the content; ask `find` first whether the person may see it. undefined: the storage lost it. */
  read(attachment: Attachment, range?: ByteRange): Promise<Readable | undefined>;
  /** Takes a file in, for this person alone, until it is attached. Outside any writing transaction. Never throws for the file's sake. */
  upload(ctx: OperationContext, file: IncomingFile, parent?: Resource): Promise<AttachmentDraft>;
  /**
   * Makes attachments of uploads, with history and listeners. Throws a sentence, and then nothing is attached, where that may
   * not be or a limit is reached. `replace`: in the place of one of the same name, if it is one's own or ATTACHMENT_DELETE is
   * held; otherwise the name gets a number. Needs a writing transaction.
   */
  attach(
    ctx: OperationContext,
    realm: string,
    id: string | number,
    uploads: readonly string[],
    how?: { readonly description?: string; readonly replace?: boolean; readonly author?: string },
  ): Promise<readonly Attachment[]>;
  /** Another description: of one's own file, or with ATTACHMENT_DELETE. */
  describe(ctx: OperationContext, attachment: Attachment, description: string): Promise<void>;
  /** Needs ATTACHMENT_DELETE, or that the file is one's own, and a writing transaction. */
  remove(ctx: OperationContext, attachment: Attachment): Promise<void>;
}
export const IAttachments = service<IAttachments>('IAttachments', { doc: 'Knows attached files.' });
