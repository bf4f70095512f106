import { PassThrough, type Readable } from 'node:stream';
import { NotFoundError, type OperationContext, type Outcome, TracError } from 'tracts';
import { ZipFile } from 'yazl';
import type { Attachment, IAttachments } from './api.ts';
import { sizeInWords } from './names.ts';
import { disposition } from './raw.ts';

/** What is worth packing; pictures and archives are packed already. */
const isWorthPacking = (type: string): boolean => /^text\/|xml|json|svg|octet-stream|bmp|tiff|wav/.test(type);

/** True when all files together may be had as one; a negative limit: never. */
export const mayZip = (files: readonly Attachment[], maxZip: number): boolean =>
  maxZip >= 0 && files.length > 0 && files.reduce((sum, { size }) => sum + size, 0) <= maxZip;

/** Packs files as they are read, one after the other: none is ever wholly in memory. */
function pack(ctx: OperationContext, attachments: Pick<IAttachments, 'read'>, files: readonly Attachment[]): Readable {
  const zip = new ZipFile();
  const out = new PassThrough();
  const fail = (error: unknown): void => {
    ctx.log.error('a zip of attachments broke off', { error: String(error) });
    out.destroy(error instanceof Error ? error : new Error(String(error)));
  };
  zip.on('error', fail);
  for (const file of files)
    zip.addReadStreamLazy(
      file.filename,
      { mtime: file.time, compress: isWorthPacking(file.type), forceDosTimestamp: true },
      (give) => {
        attachments
          .read(file)
          .then((stream) => {
            if (!stream) throw new Error(`the content of ${file.filename} is not there`);
            // Whoever breaks the download off must not leave the file open.
            out.once('close', () => stream.destroy());
            stream.once('error', fail);
            give(null, stream);
          }, fail)
          .catch(fail);
      },
    );
  zip.end();
  zip.outputStream.pipe(out);
  return out;
}

/** All files as one. */
export function sendZip(
  ctx: OperationContext,
  attachments: Pick<IAttachments, 'read'>,
  files: readonly Attachment[],
  { name, maxZip, method }: { readonly name: string; readonly maxZip: number; readonly method: string },
): Outcome {
  if (files.length === 0 || maxZip < 0) throw new NotFoundError('There are no files here to be had as one.');
  if (!mayZip(files, maxZip))
    throw new TracError(
      'ZIP_TOO_LARGE',
      `These files together are more than ${sizeInWords(maxZip)}, which is the most to be had as one. Fetch them one by one.`,
      413,
    );
  const headers = {
    'content-security-policy': "default-src 'none'; sandbox",
    'content-disposition': disposition('attachment', `${name}.zip`),
    'cache-control': 'private, no-store',
  };
  if (method === 'HEAD') return { text: '', type: 'application/zip', headers };
  return { stream: pack(ctx, attachments, files), type: 'application/zip', headers };
}
