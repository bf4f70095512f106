import type { Notice } from './extension-points.ts';

/** Carries a notice over one redirect. */
export const NOTICE_COOKIE = 'trac_notice';
const MAX_LENGTH = 1_000;

export const encodeNotice = ({ kind, text }: Notice): string =>
  Buffer.from(JSON.stringify([kind, text.slice(0, MAX_LENGTH)])).toString('base64url');

/** Reads a notice cookie; anything odd in it is no notice. */
export function decodeNotice(cookie: string): Notice | undefined {
  try {
    const [kind, text] = JSON.parse(Buffer.from(cookie, 'base64url').toString()) as [unknown, unknown];
    if ((kind !== 'notice' && kind !== 'warning' && kind !== 'error') || typeof text !== 'string') return undefined;
    return { kind, text: text.slice(0, MAX_LENGTH) };
  } catch {
    return undefined;
  }
}
