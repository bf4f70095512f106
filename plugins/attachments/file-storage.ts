import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { component, IEnvironment } from 'tracts';
import { type ByteRange, IAttachmentStorage, type StoredBlob } from './api.ts';

const HASH = /^[0-9a-f]{64}$/;
const INCOMING = 'incoming';

const isMissing = (error: unknown): boolean => (error as { code?: unknown }).code === 'ENOENT';

/** A folder's entry of a file is on disk only when the folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder and those above it, each on disk before anything is put into it. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST') return;
    if (!isMissing(error) || path.dirname(folder) === folder) throw error;
    await makeFolder(path.dirname(folder));
    await makeFolder(folder);
    return;
  }
  await syncFolder(path.dirname(folder));
}

class FileStorage implements IAttachmentStorage {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async put(content: Readable): Promise<{ readonly hash: string; readonly size: number }> {
    const incoming = path.join(this.#root, INCOMING);
    await makeFolder(incoming);
    const temporary = path.join(incoming, randomBytes(18).toString('hex'));
    try {
      const { hash, size } = await writeThrough(content, temporary);
      const file = this.#file(hash);
      await makeFolder(path.dirname(file));
      await rename(temporary, file);
      await syncFolder(path.dirname(file));
      return { hash, size };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async open(hash: string, range?: ByteRange): Promise<Readable | undefined> {
    if (!HASH.test(hash)) return undefined;
    try {
      // Opened at once, so that what is deleted meanwhile is still read to its end.
      const handle = await open(this.#file(hash), 'r');
      return handle.createReadStream(range ? { start: range.start, end: range.end } : {});
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async find(hash: string): Promise<StoredBlob | undefined> {
    if (!HASH.test(hash)) return undefined;
    try {
      const { size, mtime } = await stat(this.#file(hash));
      return { hash, size, modified: mtime };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async delete(hash: string): Promise<void> {
    if (HASH.test(hash)) await rm(this.#file(hash), { force: true });
  }

  async *list(): AsyncGenerator<StoredBlob> {
    for (const one of await namesIn(this.#root, /^[0-9a-f]{2}$/))
      for (const two of await namesIn(path.join(this.#root, one), /^[0-9a-f]{2}$/))
        for (const hash of await namesIn(path.join(this.#root, one, two), HASH)) {
          const blob = await this.find(hash);
          if (blob) yield blob;
        }
  }

  async tidy(before: Date): Promise<void> {
    const incoming = path.join(this.#root, INCOMING);
    for (const name of await namesIn(incoming, /^[0-9a-f]{36}$/)) {
      const file = path.join(incoming, name);
      const found = await stat(file).catch(() => undefined);
      if (found && found.mtimeMs < before.getTime()) await rm(file, { force: true });
    }
  }

  #file(hash: string): string {
    return path.join(this.#root, hash.slice(0, 2), hash.slice(2, 4), hash);
  }
}

/** Writes content to a new file and waits until it is on disk. */
async function writeThrough(content: Readable, file: string): Promise<{ readonly hash: string; readonly size: number }> {
  const digest = createHash('sha256');
  let size = 0;
  const handle = await open(file, 'wx', 0o600);
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      digest.update(chunk);
      size += chunk.length;
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { hash: digest.digest('hex'), size };
}

async function namesIn(folder: string, pattern: RegExp): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => pattern.test(name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Keeps attached files in the folder files/attachments of the environment. */
export const AttachmentFiles = component({
  doc: 'Keeps attached files in the folder files/attachments of the environment.',
  implements: [IAttachmentStorage],
  uses: { environment: IEnvironment },
  create: ({ environment }) => new FileStorage(path.join(environment.dir, 'files', 'attachments')),
});
