import { parse } from 'node:querystring';
import { BadRequestError, RepeatedValueError } from '../kernel/errors.ts';
import type { WebRequest } from './extension-points.ts';

/** Parameters by name; a repeated one is a list. Has no prototype. */
export type Parameters = Readonly<Record<string, string | readonly string[]>>;

const STRAY_PERCENT = /%(?![0-9a-f]{2})/gi;
const ESCAPED_NUL = /(?<!\\)(?:\\\\)*\\u0000/;
const utf8 = new TextDecoder('utf-8', { fatal: true });
/** Takes no mark off the beginning: it is part of what was typed. */
const typedUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads `a=1&b=2` and never throws; `requireEncodedText` says whether it could be read rightly. */
export const parseParameters = (text: string): Parameters => parse(text, '&', '=', { maxKeys: 0 }) as Parameters;

/** Reads a submitted form. */
export function parseForm(text: string): Parameters {
  requireEncodedText(text, 'the form');
  return parseParameters(text);
}

/**
 * Throws when percent-encoded text is not UTF-8 or holds a NUL, which PostgreSQL can not store and nobody types. A stray `%`
 * is let through, as browsers do. `where` completes the sentence "... in the address".
 */
export function requireEncodedText(text: string, where: string): void {
  if (text.includes('%00') || text.includes('\0')) throw holdsNul(where);
  // Bytes that are no UTF-8 arrive as U+FFFD; senders percent-encode a real one.
  if (text.includes('\uFFFD') || (text.includes('%') && !isUtf8(text))) throw notUtf8(where);
}

/** The text of a JSON body, or the error to answer with. */
export function readJsonText(bytes: Uint8Array): string | Error {
  try {
    const text = utf8.decode(bytes);
    return ESCAPED_NUL.test(text) || text.includes('\0') ? holdsNul('the request') : text;
  } catch {
    return notUtf8('the request');
  }
}

/** The text of one part of a form; throws when it is not UTF-8. */
export function readFormText(bytes: Uint8Array): string {
  try {
    return typedUtf8.decode(bytes);
  } catch {
    throw notUtf8('the form');
  }
}

const holdsNul = (where: string): Error => new BadRequestError(`There is a NUL character in ${where}. Remove it and send again.`);
const notUtf8 = (where: string): Error =>
  new BadRequestError(`There are bytes in ${where} that are not UTF-8. Send it as UTF-8.`);

function isUtf8(text: string): boolean {
  try {
    decodeURIComponent(text.replace(STRAY_PERCENT, '%25'));
    return true;
  } catch {
    return false;
  }
}

/** The first value of a parameter of an address; `''` when it is missing. */
export function firstValue(value: string | readonly string[] | undefined): string {
  return (typeof value === 'string' ? value : value?.[0]) ?? '';
}

/** What a form has in a control for one text; `''` when it is missing. Throws 400 where it came several times, or as a file. */
export function formText({ body, files }: Pick<WebRequest, 'body' | 'files'>, name: string): string {
  const value = body[name];
  if (typeof value === 'object') throw new RepeatedValueError(name);
  requireNoFile(files, (field) => field === name);
  return value ?? '';
}

/** Throws 400 where a file came in the place of a text. */
export function requireNoFile(files: WebRequest['files'], isText: (field: string) => boolean): void {
  const file = files.find(({ field }) => isText(field));
  if (file) throw new BadRequestError(`“${file.field}” came as a file, and takes text. Send it as text.`);
}
