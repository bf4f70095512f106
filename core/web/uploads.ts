import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { BadRequestError, TracError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { UploadedFile, UploadLimits } from './extension-points.ts';
import { type Parameters, readFormText } from './input.ts';

const STALE_MS = 86_400_000;

/** Nobody takes files: whatever comes is read and dropped. */
export const NO_UPLOADS: UploadLimits = { files: 0, fileSize: 0, totalSize: 0 };

/** A form that came in parts: its texts, and its files in a folder of their own until `discard`. */
export interface ReceivedForm {
  readonly values: Parameters;
  readonly files: readonly UploadedFile[];
  /** Removes the files; never throws. */
  discard(): Promise<void>;
}

/** How a form in parts is read. */
export interface Receiving {
  /** Where files wait; made when the first one comes. */
  readonly dir: string;
  readonly limits: UploadLimits;
  /** Bytes that all texts together may have. */
  readonly textLimit: number;
  readonly log: Log;
  /** Throws unless what came before the first file proves that the form is ours; `values` are the fields so far. */
  requireProof(values: Parameters): void;
}

const tooMuchText = (): TracError =>
  new TracError('TOO_LARGE', 'That is more text than this site takes at once. Shorten it and send it again.', 413);

/** As the parser itself tells them apart; what bears no name for a file and is no unknown content is a text. */
const isFile = ({ filename, mimetype }: MultipartFile): boolean =>
  filename !== undefined || mimetype === 'application/octet-stream';

/** Throws where a name was no UTF-8. Names come decoded: a U+FFFD that was really typed cannot be told from a broken one. */
function requireReadable({ fieldname, filename }: MultipartFile): void {
  if (fieldname === undefined) throw new BadRequestError('The form has a part without a name.');
  if (fieldname.includes('\uFFFD'))
    throw new BadRequestError('There are bytes in the form that are not UTF-8. Send it as UTF-8.');
  if (filename?.includes('\uFFFD'))
    throw new BadRequestError(
      `The name of the file “${filename.slice(0, 100)}” is not UTF-8, or holds the sign � for what is none. Rename it and send it again.`,
    );
}

class FormReader {
  readonly #request: FastifyRequest;
  readonly #how: Receiving;
  readonly #values = Object.create(null) as Record<string, string | string[]>;
  readonly #files: UploadedFile[] = [];
  readonly #paths: string[] = [];
  #proven = false;
  #textSize = 0;
  #kept = 0;

  constructor(request: FastifyRequest, how: Receiving) {
    this.#request = request;
    this.#how = how;
  }

  async read(): Promise<ReceivedForm> {
    // Sizes of files are ours to judge: what is too large is read to its end, so that the rest of the form arrives.
    const limits = { fileSize: Number.MAX_SAFE_INTEGER };
    try {
      // As files, texts too come as they were sent: the parser would put U+FFFD for bytes that are no UTF-8.
      for await (const part of this.#request.parts({ limits, isPartAFile: () => true })) {
        if (part.type !== 'file') continue;
        requireReadable(part);
        if (isFile(part)) await this.#file(part);
        else this.#field(part.fieldname, await this.#text(part.file));
      }
    } catch (error) {
      this.#request.raw.unpipe();
      this.#request.raw.resume();
      await this.#discard();
      if ((error as { code?: unknown }).code !== undefined) throw error;
      // The parser's own errors bear no code. Whether the form is ours comes first, as everywhere.
      this.#how.requireProof(this.#values);
      throw new BadRequestError('The form is cut off, or not in parts as it says. Send it again.');
    }
    return { values: this.#values, files: this.#files, discard: () => this.#discard() };
  }

  async #text(content: AsyncIterable<Buffer>): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of content) {
      this.#textSize += chunk.length;
      if (this.#textSize > this.#how.textLimit) throw tooMuchText();
      chunks.push(chunk);
    }
    return readFormText(Buffer.concat(chunks));
  }

  #field(name: string, value: string): void {
    this.#textSize += name.length;
    if (this.#textSize > this.#how.textLimit) throw tooMuchText();
    if (name.includes('\0') || value.includes('\0'))
      throw new BadRequestError('There is a NUL character in the form. Remove it and send again.');
    const before = this.#values[name];
    if (before === undefined) this.#values[name] = value;
    else if (typeof before === 'string') this.#values[name] = [before, value];
    else before.push(value);
  }

  async #file(part: MultipartFile): Promise<void> {
    if (!this.#proven) this.#how.requireProof(this.#values);
    this.#proven = true;
    const { files, fileSize, totalSize } = this.#how.limits;
    const about = { field: part.fieldname, name: part.filename ?? '', declaredType: part.mimetype };
    const isOneTooMany = this.#paths.length >= files;
    const most = isOneTooMany ? 0 : Math.min(fileSize, totalSize - this.#kept);
    const { size, path: kept } = await this.#keep(part.file, most);
    // A browser sends a file control that was left empty as a part without name and content.
    if (size === 0 && about.name === '') return;
    if (kept !== undefined) {
      this.#kept += size;
      this.#files.push({ ...about, size, path: kept });
      return;
    }
    const fault = isOneTooMany ? 'count' : size > fileSize ? 'size' : 'total';
    this.#files.push({ ...about, size, path: undefined, fault });
  }

  /** Writes at most so many bytes; a file with more is read to its end and not kept. */
  async #keep(content: AsyncIterable<Buffer>, most: number): Promise<{ readonly size: number; readonly path?: string }> {
    let size = 0;
    if (most <= 0 && this.#paths.length >= this.#how.limits.files) {
      for await (const chunk of content) size += chunk.length;
      return { size };
    }
    const file = path.join(this.#how.dir, randomBytes(18).toString('hex'));
    await mkdir(this.#how.dir, { recursive: true, mode: 0o700 });
    const handle = await open(file, 'wx', 0o600);
    this.#paths.push(file);
    try {
      for await (const chunk of content) {
        size += chunk.length;
        if (size <= most) await handle.write(chunk);
        else if (size - chunk.length <= most) await handle.truncate(0);
      }
    } finally {
      await handle.close();
    }
    return size <= most ? { size, path: file } : { size };
  }

  async #discard(): Promise<void> {
    for (const file of this.#paths.splice(0))
      try {
        await rm(file, { force: true });
      } catch (error) {
        this.#how.log.error('an uploaded file could not be removed', { file, error: String(error) });
      }
  }
}

/** Reads a form that was sent in parts. No file is ever wholly in memory. Throws 413 when its texts are too long. */
export const receiveForm = (request: FastifyRequest, how: Receiving): Promise<ReceivedForm> =>
  new FormReader(request, how).read();

/** Removes what a process that was killed left behind. */
export async function removeStaleUploads(dir: string, log: Log, now = Date.now()): Promise<void> {
  try {
    for (const name of await readdir(dir)) {
      const file = path.join(dir, name);
      if ((await stat(file)).mtimeMs < now - STALE_MS) await rm(file, { force: true });
    }
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') log.warn('old uploads could not be removed', { error: String(error) });
  }
}
