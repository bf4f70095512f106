import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { component, IDiagnostician, IEnvironment, option, TracError } from 'tracts';
import { type ByteRange, IAttachmentStorage, type StoredBlob } from 'tracts/attachments';
import { ask, type S3Options, textOf } from './client.ts';

const HASH = /^[0-9a-f]{64}$/;
/** A list of a thousand keys has some hundred kilobytes. */
const LONGEST_LIST = 8 * 1024 * 1024;

interface Options extends S3Options {
  readonly prefix: string;
}

/** Writes content to a file beside the environment's others: a signature needs the hash before the first byte is sent. */
async function spool(content: Readable, file: string): Promise<{ readonly hash: string; readonly size: number }> {
  const digest = createHash('sha256');
  let size = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digest.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await pipeline(content, count, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  return { hash: digest.digest('hex'), size };
}

const sizeOf = (text: string | undefined): number => (/^\d{1,15}$/.test(text ?? '') ? Number(text) : -1);

class S3Storage implements IAttachmentStorage {
  readonly #options: Options;
  readonly #incoming: string;

  constructor(options: Options, incoming: string) {
    this.#options = options;
    this.#incoming = incoming;
  }

  async put(content: Readable): Promise<{ readonly hash: string; readonly size: number }> {
    const file = path.join(this.#incoming, randomBytes(18).toString('hex'));
    try {
      const { hash, size } = await spool(content, file);
      const answer = await ask(this.#options, { method: 'PUT', key: this.#key(hash), file: { path: file, size, hash } }, [200]);
      answer.resume();
      return { hash, size };
    } finally {
      await rm(file, { force: true });
    }
  }

  async open(hash: string, range?: ByteRange): Promise<Readable | undefined> {
    if (!HASH.test(hash)) return undefined;
    const headers: Record<string, string> = range ? { range: `bytes=${range.start}-${range.end}` } : {};
    const answer = await ask(this.#options, { method: 'GET', key: this.#key(hash), headers }, [range ? 206 : 200, 404]);
    if (answer.statusCode !== 404) return answer;
    answer.resume();
    return undefined;
  }

  async find(hash: string): Promise<StoredBlob | undefined> {
    if (!HASH.test(hash)) return undefined;
    const answer = await ask(this.#options, { method: 'HEAD', key: this.#key(hash) }, [200, 404]);
    answer.resume();
    if (answer.statusCode === 404) return undefined;
    const { 'content-length': size, 'last-modified': modified = '' } = answer.headers;
    return { hash, size: sizeOf(size), modified: new Date(modified) };
  }

  async delete(hash: string): Promise<void> {
    if (!HASH.test(hash)) return;
    (await ask(this.#options, { method: 'DELETE', key: this.#key(hash) }, [200, 204, 404])).resume();
  }

  async *list(): AsyncGenerator<StoredBlob> {
    const { prefix } = this.#options;
    for (let token = ''; ; ) {
      const query = { 'list-type': '2', prefix, ...(token === '' ? {} : { 'continuation-token': token }) };
      const text = await textOf(await ask(this.#options, { method: 'GET', key: '', query }, [200]), LONGEST_LIST);
      yield* readList(text, prefix);
      token = valueIn(text, 'NextContinuationToken');
      if (token === '') return;
    }
  }

  /** Whole objects appear or none; what was spooled is cleared away with other uploads that broke off. */
  async tidy(): Promise<void> {}

  #key(hash: string): string {
    return `${this.#options.prefix}${hash.slice(0, 2)}/${hash}`;
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const decoded = (text: string): string => text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name] ?? '');
const valueIn = (xml: string, name: string): string => decoded(new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '');

/** Objects that are not ours are passed over. */
function* readList(xml: string, prefix: string): Generator<StoredBlob> {
  for (const [, entry = ''] of xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
    const key = valueIn(entry, 'Key');
    const hash = key.slice(-64);
    if (!HASH.test(hash) || key !== `${prefix}${hash.slice(0, 2)}/${hash}`) continue;
    yield { hash, size: sizeOf(valueIn(entry, 'Size')), modified: new Date(valueIn(entry, 'LastModified')) };
  }
}

const MISSING = 'is not set';

/**
 * Keeps attached files in a bucket of an S3-compatible storage instead of the environment.
 *
 *     [components]
 *     s3-storage.* = enabled
 *     attachments.AttachmentFiles = disabled
 *
 *     [s3-storage]
 *     endpoint = https://s3.example.org
 *     region = eu-central-1
 *     bucket = tracts
 *     access_key = …
 *     secret_key = …
 */
export const S3AttachmentStorage = component({
  doc: 'Keeps attached files in an S3-compatible storage.',
  implements: [IAttachmentStorage, IDiagnostician],
  uses: { environment: IEnvironment },
  options: {
    endpoint: option.text('s3-storage', 'endpoint', '', 'Address of the storage, without bucket: https://s3.example.org'),
    region: option.text('s3-storage', 'region', 'us-east-1', 'Region that requests are signed for.'),
    bucket: option.text('s3-storage', 'bucket', '', 'The bucket; it must exist, and nobody else should write into it.'),
    prefix: option.text('s3-storage', 'prefix', 'attachments/', 'What the keys of all files begin with.'),
    accessKey: option.text('s3-storage', 'access_key', '', 'The access key.'),
    secretKey: option.text('s3-storage', 'secret_key', '', 'The secret key.', { secret: true }),
  },
  create: ({ environment, options }) => {
    if (!URL.canParse(options.endpoint) || !/^https?:/.test(options.endpoint))
      throw new TracError(
        'S3_STORAGE',
        `trac.ini [s3-storage] endpoint ${options.endpoint ? 'is no address' : MISSING}. Example: https://s3.example.org`,
      );
    const storage = new S3Storage(options, path.join(environment.dir, 'files', 'incoming'));
    return Object.assign(storage, {
      diagnose: () =>
        (['bucket', 'accessKey', 'secretKey'] as const)
          .filter((name) => options[name] === '')
          .map((name) => {
            const key = name.replace('Key', '_key');
            return {
              severity: 'error' as const,
              message: `trac.ini [s3-storage] ${key} ${MISSING}: no file can be attached or read.`,
              place: { section: 's3-storage', key },
            };
          }),
    });
  },
});
