import { createHash, getHashes } from 'node:crypto';

/** What ids of mails are made of, so that they need not be remembered. */
export interface IdSource {
  readonly projectUrl: string;
  /** The sender's address; ids end in its domain. */
  readonly from: string;
  readonly hash: string;
  readonly ticket: number;
  readonly reporter: string;
}

export const isKnownHash = (name: string): boolean => getHashes().includes(name);

/** The id of the mail on a change at that time, in microseconds, or of the one on the ticket's creation: 0. As Trac makes it. */
export function messageId({ projectUrl, from, hash, ticket, reporter }: IdSource, micros: number): string {
  const ascii = reporter.replace(/[^\p{ASCII}]/gu, '');
  const source = Buffer.from(`${projectUrl}.${String(ticket).padStart(8, '0')}.${micros}.${ascii}`);
  const digest = createHash(isKnownHash(hash) ? hash : 'md5')
    .update(source)
    .digest('hex');
  return `<${String(source.length).padStart(3, '0')}.${digest}@${from.slice(from.indexOf('@') + 1)}>`;
}
