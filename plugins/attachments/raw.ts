import { Readable } from 'node:stream';
import { type Outcome, TracError, type WebRequest } from 'tracts';
import type { Attachment, ByteRange, IAttachments } from './api.ts';
import { servedAs } from './content-type.ts';

/** A file is drawn alone, without scripts, styles, frames or a site to belong to. */
const CONFINED = "default-src 'none'; sandbox";

/** Percent-encoding as RFC 5987 has it. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/['()*!]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** A Content-Disposition that every browser reads: plain letters for old ones, the true name for the rest. */
export function disposition(kind: 'inline' | 'attachment', filename: string): string {
  const plain = filename.replace(/[^ !#$&+.0-9A-Z^_`a-z|~()\-@,=[\]{}]/g, '_');
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded(filename)}`;
}

/** An address in which any name may stand. */
export const pathTo = (prefix: string, { realm, parent, filename }: Attachment): string =>
  `/${prefix}/${realm}/${encodeURIComponent(parent)}/${encodeURIComponent(filename)}`;

/** The last so many bytes. */
const tail = (count: number, size: number): ByteRange | 'unfit' =>
  count === 0 || size === 0 ? 'unfit' : { start: Math.max(0, size - count), end: size - 1 };

/** One range of bytes that lies within; `unfit`: one that does not; undefined: none asked for, or one that nobody needs to heed. */
export function readRange(header: string | undefined, size: number): ByteRange | 'unfit' | undefined {
  const found = /^bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))$/.exec(header?.replace(/\s/g, '') ?? '');
  if (!found) return undefined;
  const [, from = '', to = '', last] = found;
  if (last !== undefined) return tail(Number(last), size);
  const [start, end] = [Number(from), to === '' ? size - 1 : Math.min(Number(to), size - 1)];
  if (to !== '' && Number(to) < start) return undefined;
  return start >= size ? 'unfit' : { start, end };
}

const etagOf = ({ hash }: Attachment): string => `"${hash.slice(0, 32)}"`;
/** Headers have whole seconds. */
const secondsOf = (time: Date): number => Math.floor(time.getTime() / 1000);

/** The same bytes under the same name: what the browser has may stay. */
function isKnown(attachment: Attachment, headers: WebRequest['headers']): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined)
    return tags.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etagOf(attachment));
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && secondsOf(attachment.time) <= since / 1000;
}

/** A part counts only for the version that the browser has the rest of. */
function rangeOf(attachment: Attachment, headers: WebRequest['headers']): ReturnType<typeof readRange> {
  const condition = headers['if-range'];
  const isSame =
    condition === undefined || condition === etagOf(attachment) || Date.parse(condition) / 1000 === secondsOf(attachment.time);
  return isSame ? readRange(headers['range'], attachment.size) : undefined;
}

/** The file itself. Whoever calls it knows that the person may see it. */
export async function sendFile(
  attachments: Pick<IAttachments, 'read'>,
  attachment: Attachment,
  { headers, method }: WebRequest,
): Promise<Outcome> {
  const { type, inline } = servedAs(attachment.type, attachment.filename);
  const common = {
    'content-security-policy': CONFINED,
    'content-disposition': disposition(inline ? 'inline' : 'attachment', attachment.filename),
    etag: etagOf(attachment),
    'last-modified': attachment.time.toUTCString(),
    'accept-ranges': 'bytes',
    // Whether the person may still see it is asked each time.
    'cache-control': 'private, no-cache',
  };
  if (isKnown(attachment, headers)) return { text: '', type, status: 304, headers: common };
  const range = rangeOf(attachment, headers);
  if (range === 'unfit')
    return { text: '', type, status: 416, headers: { ...common, 'content-range': `bytes */${attachment.size}` } };
  const length = range ? range.end - range.start + 1 : attachment.size;
  const sized = { ...common, 'content-length': String(length) };
  // A text would be counted, and its length sent in place of the file's.
  if (method === 'HEAD') return { stream: Readable.from([]), type, headers: sized };
  const stream = await attachments.read(attachment, range);
  if (!stream)
    throw new TracError(
      'ATTACHMENT_LOST',
      'This file is on record, but its content is not there any more. Tell the administrator.',
      500,
    );
  if (!range) return { stream, type, headers: sized };
  const part = { ...sized, 'content-range': `bytes ${range.start}-${range.end}/${attachment.size}` };
  return { stream, type, status: 206, headers: part };
}
