import type { Attachment, IAttachments } from './api.ts';
import { isPicture } from './content-type.ts';

/** Shown of a text at most: what more there is, a browser gets as the file itself. */
const MOST_BYTES = 256 * 1024;
const MOST_LINES = 3_000;
const LONGEST_LINE = 2_000;

/** What the page of a file shows of it. */
export type FilePreview =
  | { readonly kind: 'picture' }
  | { readonly kind: 'text'; readonly lines: readonly string[]; readonly cut: boolean }
  | { readonly kind: 'none' }
  /** On record, but the storage does not have it. */
  | { readonly kind: 'lost' };

/** Texts with their lines, pictures as they are; of anything else nothing. */
export async function previewOf(attachments: Pick<IAttachments, 'read'>, attachment: Attachment): Promise<FilePreview> {
  if (isPicture(attachment.type, attachment.filename)) return { kind: 'picture' };
  if (!isText(attachment.type)) return { kind: 'none' };
  const size = Math.min(attachment.size, MOST_BYTES);
  const content = await attachments.read(attachment, { start: 0, end: size - 1 });
  if (!content) return { kind: 'lost' };
  const chunks: Buffer[] = [];
  for await (const chunk of content as AsyncIterable<Buffer>) chunks.push(chunk);
  return linesOf(new TextDecoder().decode(Buffer.concat(chunks), { stream: true }), attachment.size > MOST_BYTES);
}

/** Shown as text whatever it says: the page escapes it. */
const isText = (type: string): boolean => /^text\/|^(?:image\/svg\+xml|application\/(?:xml|json))$/.test(type);

function linesOf(text: string, isPart: boolean): FilePreview {
  const all = text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');
  const lines = all.slice(0, MOST_LINES).map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)} …` : line));
  return { kind: 'text', lines, cut: isPart || all.length > MOST_LINES };
}
