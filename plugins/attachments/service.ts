import {
  component,
  IContexts,
  ITexts,
  NotFoundError,
  type OperationContext,
  option,
  PermissionError,
  type Resource,
  TracError,
} from 'tracts';
import {
  type AttachmentParent,
  IAttachmentChangeListener,
  IAttachmentManipulator,
  IAttachmentParentProvider,
  IAttachmentStorage,
  IAttachments,
} from './api.ts';
import { takeIn } from './intake.ts';
import { type AttachmentLimits, planFiles, storePlanned } from './plan.ts';
import { mayDelete, mayView } from './rights.ts';
import { deleteAttachment, findAttachment, listAttachments, updateAttachment } from './store.ts';

interface Needs {
  readonly contexts: IContexts;
  readonly storage: IAttachmentStorage;
  readonly texts: ITexts;
  readonly manipulators: Iterable<IAttachmentManipulator>;
  readonly listeners: Iterable<IAttachmentChangeListener>;
  readonly parents: Iterable<IAttachmentParentProvider>;
  readonly options: AttachmentLimits;
}

const LONGEST_DESCRIPTION = 10_000;

const requireWritable = ({ writable }: OperationContext, method: string): void => {
  if (!writable) throw new TracError('ATTACHMENTS', `IAttachments.${method} needs a writing transaction: use IContexts.write.`);
};

/** Throws unless the text can be stored. */
export function requireDescription(text: string): string {
  if (text.length > LONGEST_DESCRIPTION)
    throw new TracError('DESCRIPTION', `The description is too long: ${LONGEST_DESCRIPTION} characters at most.`, 422);
  return text.replaceAll('\0', '').replace(/\r\n?/g, '\n').trim();
}

function createAttachments(needs: Needs): IAttachments {
  const { storage, listeners, options, texts } = needs;
  const openParent = (ctx: OperationContext, realm: string, id: string | number): Promise<AttachmentParent> => {
    for (const provider of needs.parents) if (provider.realm === realm) return provider.openParent(ctx, String(id));
    throw new NotFoundError(`Nothing called “${realm.slice(0, 40)}” has attachments.`);
  };
  return {
    parent: openParent,
    async find(ctx, realm, id, filename) {
      const { resource } = await openParent(ctx, realm, id);
      const found = await findAttachment(ctx.db, realm, resource.id, filename);
      return found && mayView(ctx, found, resource) ? found : undefined;
    },
    async list(ctx, realm, id) {
      const { resource } = await openParent(ctx, realm, id);
      return (await listAttachments(ctx.db, realm, resource.id)).filter((one) => mayView(ctx, one, resource));
    },
    read: ({ hash }, range) => storage.open(hash, range),
    upload: (ctx, file, parent?: Resource) => takeIn({ ...needs, maxSize: options.maxSize }, ctx, file, { parent }),
    async attach(ctx, realm, id, uploads, { description = '', replace = false, author = ctx.user.name } = {}) {
      requireWritable(ctx, 'attach');
      const parent = await openParent(ctx, realm, id);
      const to = { realm, id: parent.resource.id, resource: parent.resource };
      const planned = await planFiles(ctx, to, uploads, options, replace);
      const faults = planned.map(({ fault }) => fault).filter(Boolean);
      if (faults.length > 0) throw new TracError('ATTACHMENT', faults.join(' '), 422);
      const said = requireDescription(description);
      const stored = await storePlanned(ctx, to, planned, { author, description: said, format: texts.current, listeners });
      await parent.note?.(
        ctx,
        planned.map(({ filename, replaces }) => ({ old: replaces?.filename ?? '', new: filename })),
      );
      return stored;
    },
    async describe(ctx, attachment, description) {
      requireWritable(ctx, 'describe');
      const { resource } = await openParent(ctx, attachment.realm, attachment.parent);
      if (!mayDelete(ctx, attachment, resource)) throw new PermissionError('ATTACHMENT_DELETE', 'change this file');
      await updateAttachment(ctx.db, { ...attachment, description: requireDescription(description), format: texts.current });
    },
    async remove(ctx, attachment) {
      requireWritable(ctx, 'remove');
      const parent = await openParent(ctx, attachment.realm, attachment.parent);
      if (!mayDelete(ctx, attachment, parent.resource)) throw new PermissionError('ATTACHMENT_DELETE', 'delete this file');
      await deleteAttachment(ctx.db, attachment.id);
      for (const listener of listeners) await listener.attachmentDeleted?.(ctx, attachment);
      await parent.note?.(ctx, [{ old: attachment.filename, new: '' }]);
    },
  };
}

/** The options that several of this plugin's components read: declared once, so that they mean the same everywhere. */
export const LIMITS = {
  maxSize: option.int('attachment', 'max_size', 262_144, 'Bytes that one attached file may have; -1 for any number.'),
  maxFiles: option.int('attachment', 'max_files', 200, 'Files that may be attached to one ticket; 0 for any number.'),
  maxTotal: option.int(
    'attachment',
    'max_total_size',
    104_857_600,
    'Bytes that the files of one ticket may have together; 0 for any number.',
  ),
  maxSite: option.int('attachment', 'max_site_size', 0, 'Bytes that all files of the site may have together; 0 for any number.'),
} as const;

/** Knows attached files, takes them in and gives them out to whoever may see them. */
export const AttachmentSystem = component({
  doc: 'Knows attached files, takes them in and gives them out.',
  implements: [IAttachments],
  uses: {
    contexts: IContexts,
    storage: IAttachmentStorage,
    texts: ITexts,
    manipulators: IAttachmentManipulator,
    listeners: IAttachmentChangeListener,
    parents: IAttachmentParentProvider,
  },
  options: LIMITS,
  create: createAttachments,
});
