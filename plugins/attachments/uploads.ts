import { component, IContexts, IUploadReceiver, type OperationContext, type UploadedFile, type WebRequest } from 'tracts';
import { IAttachmentManipulator, IAttachmentParentProvider, IAttachmentStorage, IAttachments } from './api.ts';
import { type IntakeNeeds, takeIn, tooLarge } from './intake.ts';
import { fileNameFrom, sizeInWords } from './names.ts';
import type { AttachmentLimits } from './plan.ts';
import { mayAttach } from './rights.ts';
import { LIMITS } from './service.ts';

/** Name of the control for files, and of that which names those that were uploaded before. */
export const FILE_CONTROL = 'attachment';
export const DRAFT_CONTROL = 'attachment_draft';
/** Files in one form. */
export const MOST_AT_ONCE = 20;

/** Stands for an upload that was not even looked at: no draft has this token. */
const NOT_TAKEN = 'refused';

const limitsOf = ({ maxSize, maxTotal }: AttachmentLimits) => {
  const fileSize = maxSize < 0 ? Number.MAX_SAFE_INTEGER : maxSize;
  const all = fileSize * MOST_AT_ONCE;
  return { files: MOST_AT_ONCE, fileSize, totalSize: maxTotal > 0 ? Math.max(Math.min(all, maxTotal), fileSize) : all };
};

function faultOf(file: UploadedFile, limits: AttachmentLimits): string {
  const name = fileNameFrom(file.name);
  if (file.fault === 'size') return tooLarge(name, file.size, limits.maxSize);
  if (file.fault === 'total')
    return `“${name}” is not taken: all files of one form may have ${sizeInWords(limitsOf(limits).totalSize)}. Send it in another.`;
  if (file.fault === 'count')
    return `“${name}” is one file too many: ${MOST_AT_ONCE} may come at once. Send the rest afterwards.`;
  return '';
}

interface Needs extends Omit<IntakeNeeds, 'maxSize'> {
  readonly parents: Iterable<IAttachmentParentProvider>;
  readonly options: AttachmentLimits;
}

async function receive(needs: Needs, ctx: OperationContext, { files, ip }: WebRequest): Promise<string[]> {
  const { options } = needs;
  const tokens: string[] = [];
  for (const file of files) {
    if (file.field !== FILE_CONTROL) continue;
    const fault = faultOf(file, options);
    const incoming = { name: file.name, path: file.path ?? '', size: file.size };
    const draft = await takeIn({ ...needs, maxSize: options.maxSize }, ctx, incoming, { address: ip, fault });
    tokens.push(draft.token);
    // One sentence says it of all that follow.
    if (file.fault === 'count') break;
  }
  return tokens;
}

/** Takes the files that come with forms, and lets the form go on with what names them. */
export const AttachmentUploads = component({
  doc: 'Takes the files that come with forms.',
  implements: [IUploadReceiver],
  uses: {
    // Goes with it: what is taken in must have somewhere to go.
    attachments: IAttachments,
    contexts: IContexts,
    storage: IAttachmentStorage,
    manipulators: IAttachmentManipulator,
    parents: IAttachmentParentProvider,
  },
  options: LIMITS,
  create: (needs) => {
    const mayAnywhere = (ctx: OperationContext): boolean => [...needs.parents].some(({ realm }) => mayAttach(ctx, { realm }));
    return {
      getUploadLimits: (ctx) => (mayAnywhere(ctx) ? limitsOf(needs.options) : undefined),
      receiveUploads: async (ctx, request) => {
        if (!request.files.some(({ field }) => field === FILE_CONTROL)) return {};
        return { [DRAFT_CONTROL]: mayAnywhere(ctx) ? await receive(needs, ctx, request) : [NOT_TAKEN] };
      },
    };
  },
});
