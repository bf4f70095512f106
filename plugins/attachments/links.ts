import { component, NotFoundError, type OperationContext, PermissionError } from 'tracts';
import { type FileReference, IFileFinder, type LinkedFile } from 'tracts/wiki-links';
import { type Attachment, IAttachments } from './api.ts';
import { isPicture } from './content-type.ts';
import { pathTo } from './raw.ts';

const linked = (file: Attachment): LinkedFile => ({
  description: file.description,
  page: pathTo('attachment', file),
  raw: pathTo('raw-attachment', file),
  isImage: isPicture(file.type, file.filename),
});

/** What may not be seen is not there. */
async function filesOf(
  attachments: IAttachments,
  ctx: OperationContext,
  { realm, id }: FileReference,
): Promise<ReadonlyMap<string, Attachment>> {
  try {
    return new Map((await attachments.list(ctx, realm, id)).map((file) => [file.filename, file]));
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof PermissionError) return new Map();
    throw error;
  }
}

/** Finds what `attachment:` links and pictures in texts name; the files of one ticket are looked up together. */
export const AttachmentLinks = component({
  doc: 'Finds the files that texts name.',
  implements: [IFileFinder],
  uses: { attachments: IAttachments },
  create: ({ attachments }) => ({
    async findFiles(ctx, wanted) {
      const places = new Map<string, Promise<ReadonlyMap<string, Attachment>>>();
      const found: (LinkedFile | undefined)[] = [];
      for (const one of wanted) {
        const place = `${one.realm}:${one.id}`;
        const files = places.get(place) ?? filesOf(attachments, ctx, one);
        places.set(place, files);
        const file = (await files).get(one.name);
        found.push(file && linked(file));
      }
      return found;
    },
  }),
});
