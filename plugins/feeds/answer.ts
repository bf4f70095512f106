import { createHash } from 'node:crypto';
import { firstValue, type Outcome, type WebRequest } from 'tracts';
import { FEED_TYPES, type Feed, type FeedFormat, writeFeed } from './feed.ts';

/** The format that an address asks for; undefined: no feed. */
export function formatIn(query: WebRequest['query']): FeedFormat | undefined {
  const text = firstValue(query['format']);
  return text === 'rss' || text === 'atom' ? text : undefined;
}

const isKnown = (header: string | undefined, tag: string): boolean =>
  (header ?? '').split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === tag);

/** The feed, or the word that the reader has it already. */
export function answerFeed(feed: Feed, format: FeedFormat, request: WebRequest): Outcome {
  const text = writeFeed(feed, format);
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  // What a person may see is nobody else's: no cache between may keep it, and the reader's own asks each time.
  const headers = { etag: tag, 'cache-control': 'private, no-cache', vary: 'Cookie' };
  const type = `${FEED_TYPES[format]}; charset=utf-8`;
  return isKnown(request.headers['if-none-match'], tag) ? { text: '', type, status: 304, headers } : { text, type, headers };
}
