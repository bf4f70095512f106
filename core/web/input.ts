import { parse } from 'node:querystring';
import { BadRequestError } from '../kernel/errors.ts';

/** Parameters by name; a repeated one is a list. Has no prototype. */
export type Parameters = Readonly<Record<string, string | readonly string[]>>;

const STRAY_PERCENT = /%(?![0-9a-f]{2})/gi;

/**
 * Reads `a=1&b=2`, refusing what is not UTF-8 and what holds a NUL: PostgreSQL can not store it, and nobody types it.
 *
 * `where` completes the sentence "... in the address".
 */
export function parseParameters(text: string, where: string): Parameters {
  requireText(text, where);
  return parse(text, '&', '=', { maxKeys: 0 }) as Parameters;
}

/** Throws when percent-encoded text is not UTF-8 or holds a NUL. A stray `%` is let through, as browsers do. */
export function requireText(text: string, where: string): void {
  if (text.includes('%00') || text.includes('\0')) {
    throw new BadRequestError(`There is a NUL character in ${where}. Remove it and send again.`);
  }
  // Bytes that are no UTF-8 arrive as U+FFFD; senders percent-encode a real one.
  if (text.includes('\uFFFD') || (text.includes('%') && !isUtf8(text))) {
    throw new BadRequestError(`There are bytes in ${where} that are not UTF-8. Send it as UTF-8.`);
  }
}

function isUtf8(text: string): boolean {
  try {
    decodeURIComponent(text.replace(STRAY_PERCENT, '%25'));
    return true;
  } catch {
    return false;
  }
}

/** The first value of a parameter that should be given once; `''` when it is missing. */
export function firstValue(value: string | readonly string[] | undefined): string {
  return (typeof value === 'string' ? value : value?.[0]) ?? '';
}
