import { createReadStream } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { TracError } from 'tracts';
import { type Credentials, EMPTY_HASH, encode, queryText, sign } from './signature.ts';

/** Where the bucket is, and who asks. Addresses are path-style: endpoint, bucket, key. */
export interface S3Options extends Credentials {
  readonly endpoint: string;
  readonly bucket: string;
}

/** One request. `file` is its body, with size and SHA-256. */
export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  /** `''`: the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly file?: { readonly path: string; readonly size: number; readonly hash: string };
}

const TRIES = 3;
const SILENCE_MS = 30_000;
const LONGEST_ERROR = 64 * 1024;

/** All of a short answer. */
export async function textOf(answer: IncomingMessage, most = LONGEST_ERROR): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= most) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

async function once(options: S3Options, { method, key, query = {}, headers = {}, file }: S3Request): Promise<IncomingMessage> {
  const base = new URL(options.endpoint);
  const path = `${base.pathname.replace(/\/$/, '')}/${[options.bucket, ...(key === '' ? [] : key.split('/'))].map(encode).join('/')}`;
  const bodyHash = file?.hash ?? EMPTY_HASH;
  const signed = sign({ method, path, query, bodyHash, headers: { ...headers, host: base.host } }, options, new Date());
  const search = queryText(query);
  const request = (base.protocol === 'https:' ? https : http).request(base, {
    method,
    path: search === '' ? path : `${path}?${search}`,
    headers: file ? { ...signed, 'content-length': file.size } : signed,
    timeout: SILENCE_MS,
  });
  request.once('timeout', () => request.destroy(new Error(`no answer for ${SILENCE_MS / 1000} seconds`)));
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', (response) => {
      // Whoever reads it may be slower than that.
      request.setTimeout(0);
      resolve(response);
    });
    request.once('error', reject);
  });
  if (!file) request.end();
  // A server that refuses before it has everything hangs up: what it says counts.
  else await Promise.race([pipeline(createReadStream(file.path), request), answer]).catch(async () => void (await answer));
  return answer;
}

const isPassing = (status: number): boolean => status >= 500 || status === 429;

async function failure({ endpoint }: S3Options, { method, key }: S3Request, answer: IncomingMessage): Promise<TracError> {
  const text = await textOf(answer).catch(() => '');
  const part = (name: string): string => new RegExp(`<${name}>([^<]{0,300})`).exec(text)?.[1] ?? '';
  const said = [part('Code'), part('Message')].filter(Boolean).join(': ');
  return new TracError(
    'S3_STORAGE',
    `The storage ${endpoint} answered ${method} ${key || 'the bucket'} with ${answer.statusCode}${said ? ` (${said})` : ''}. Check [s3-storage] in trac.ini.`,
    502,
    false,
  );
}

/** What became of one try: an answer, or what to throw if there is no other. */
type Tried = { readonly answer: IncomingMessage } | { readonly error: TracError; readonly again: boolean };

async function attempt(options: S3Options, request: S3Request, expected: readonly number[]): Promise<Tried> {
  try {
    const answer = await once(options, request);
    const status = answer.statusCode ?? 0;
    return expected.includes(status) ? { answer } : { error: await failure(options, request, answer), again: isPassing(status) };
  } catch (error) {
    return { error: unreachable(options, error), again: true };
  }
}

/** Sends a request, up to three times while the storage is busy or away. Statuses in `expected` are answers, all others throw. */
export async function ask(options: S3Options, request: S3Request, expected: readonly number[]): Promise<IncomingMessage> {
  for (let tries = 1; ; tries++) {
    const tried = await attempt(options, request, expected);
    if ('answer' in tried) return tried.answer;
    if (!tried.again || tries === TRIES) throw tried.error;
    await sleep(200 * 4 ** (tries - 1) * (0.5 + Math.random()));
  }
}

function unreachable({ endpoint }: S3Options, cause: unknown): TracError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const error = new TracError('S3_STORAGE', `The storage ${endpoint} cannot be reached (${reason}).`, 502, false);
  error.cause = cause;
  return error;
}
