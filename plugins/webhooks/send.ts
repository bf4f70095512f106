import { createHmac } from 'node:crypto';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { type HostAddress, resolveTarget } from './addresses.ts';

/** One POST to make. */
export interface Posting {
  readonly url: URL;
  readonly secret: string;
  readonly event: string;
  /** Names the message; the same in every attempt. */
  readonly delivery: string;
  readonly body: string;
  readonly now: Date;
}

/** Limits of a POST. */
export interface SendLimits {
  readonly allowPrivate: boolean;
  /** Milliseconds for all of it. */
  readonly timeout: number;
}

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly retryAfter: number | undefined;
  /** The beginning of the answer's text. */
  readonly text: string;
}

const MOST_READ = 4096;
const LONGEST_WAIT = 86_400;

/** What stands in X-Tracts-Signature: whoever knows the secret can tell that text and time are ours. */
export const signatureOf = (secret: string, timestamp: string, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;

/** Answers with what was resolved before, whatever the name means now. */
const pinned = (addresses: readonly HostAddress[]): LookupFunction =>
  ((_hostname, options, done) => {
    const [first] = addresses;
    if (!first) done(new Error('this host has no address'), '', 0);
    else if (options.all) done(null, [...addresses]);
    else done(null, first.address, first.family);
  }) as LookupFunction;

function retryAfterOf(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) : (Date.parse(header) - now.getTime()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), LONGEST_WAIT);
}

/** Reads the beginning; whatever else there is nobody waits for. */
async function readReply(response: IncomingMessage, now: Date): Promise<Reply> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size >= MOST_READ) break;
  }
  return {
    status: response.statusCode ?? 0,
    retryAfter: retryAfterOf(response.headers['retry-after'], now),
    text: Buffer.concat(chunks).subarray(0, MOST_READ).toString('utf8').replaceAll('\0', ''),
  };
}

function begin({ url, secret, event, delivery, body, now }: Posting, addresses: readonly HostAddress[]): ClientRequest {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const bytes = Buffer.from(body);
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = open(url, {
    method: 'POST',
    agent: false,
    lookup: pinned(addresses),
    headers: {
      'content-type': 'application/json',
      'content-length': bytes.length,
      'user-agent': 'Tracts-Webhook/1',
      'x-tracts-event': event,
      'x-tracts-delivery': delivery,
      'x-tracts-timestamp': timestamp,
      'x-tracts-signature': signatureOf(secret, timestamp, body),
    },
  });
  request.end(bytes);
  return request;
}

/** Posts it and waits for the answer. Redirects are not followed: they would lead where nobody allowed. Throws when none comes. */
export async function post(posting: Posting, { allowPrivate, timeout }: SendLimits): Promise<Reply> {
  let request: ClientRequest | undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${timeout / 1000} seconds.`)), timeout);
  });
  const work = async (): Promise<Reply> => {
    const addresses = await resolveTarget(posting.url, allowPrivate);
    const made = begin(posting, addresses);
    request = made;
    const response = await new Promise<IncomingMessage>((resolve, reject) => made.once('response', resolve).on('error', reject));
    return readReply(response, posting.now);
  };
  const working = work();
  // After the time is up its failure is nobody's business.
  working.catch(() => undefined);
  try {
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
    request?.destroy();
  }
}
