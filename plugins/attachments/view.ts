import type { ITexts, OperationContext, Resource } from 'tracts';
import type { Attachment, AttachmentDraft } from './api.ts';
import { isPicture } from './content-type.ts';
import { sizeInWords } from './names.ts';
import { pathTo } from './raw.ts';
import { mayDelete } from './rights.ts';

/** What showing files takes of the person who looks. */
export interface FileViewer {
  href(path: string): string;
  hide(text: string): string;
}

/** A file as templates show it. */
export interface FileView {
  readonly name: string;
  /** Its own page, and the file itself. */
  readonly href: string;
  readonly rawHref: string;
  readonly size: string;
  readonly type: string;
  readonly picture: boolean;
  readonly author: string;
  readonly time: Date;
  /** Safe HTML. */
  readonly descriptionHtml: string;
  readonly mayDelete: boolean;
}

/** Files as templates show them; `parent` is what they all belong to. */
export async function viewFiles(
  ctx: OperationContext,
  texts: ITexts,
  files: readonly Attachment[],
  parent: Resource,
  { href, hide }: FileViewer,
): Promise<readonly FileView[]> {
  const items = files.map(({ description, format }) => ({ source: description, format, inline: true }));
  const html = files.some(({ description }) => description !== '')
    ? await texts.render(ctx, items, { resource: parent, href, hide })
    : [];
  return files.map((file, index) => ({
    name: file.filename,
    href: href(pathTo('attachment', file)),
    rawHref: href(pathTo('raw-attachment', file)),
    size: sizeInWords(file.size),
    type: file.type,
    picture: isPicture(file.type, file.filename),
    author: hide(ctx.directory.people.get(file.author)?.fullName || file.author || 'anonymous'),
    time: file.time,
    descriptionHtml: file.description === '' ? '' : (html[index] ?? ''),
    mayDelete: mayDelete(ctx, file, parent),
  }));
}

/** An upload that waits, as templates and scripts show it. */
export const viewDraft = ({ token, filename, size, type, fault }: AttachmentDraft) => ({
  token,
  name: filename,
  size: sizeInWords(size),
  picture: isPicture(type, filename),
  fault,
});
