/** Codes of the characters that the syntax knows. */
export const CODE = {
  newline: 10,
  space: 32,
  bang: 33,
  quote: 34,
  hash: 35,
  ampersand: 38,
  apostrophe: 39,
  star: 42,
  comma: 44,
  dash: 45,
  dot: 46,
  slash: 47,
  zero: 48,
  nine: 57,
  colon: 58,
  less: 60,
  equals: 61,
  greater: 62,
  question: 63,
  at: 64,
  bracket: 91,
  backslash: 92,
  closing: 93,
  caret: 94,
  underscore: 95,
  backtick: 96,
  r: 114,
  brace: 123,
  pipe: 124,
  tilde: 126,
} as const;

/** Up to here letters have case: Latin, Greek, Cyrillic, Armenian. */
const TABLE_END = 0x590;
const UPPER = 1;
const LOWER = 2;
const WORD = 4;
const SCHEME = 8;
const LETTER = 16;
const DIGIT = 32;
const LOCAL_PART = 64;
const DOMAIN = 128;

function traitsOf(code: number): number {
  const character = String.fromCharCode(code);
  let traits = 0;
  if (/\p{Lu}/u.test(character)) traits |= UPPER;
  if (/\p{Ll}/u.test(character)) traits |= LOWER;
  if (/[\p{L}\p{N}_]/u.test(character)) traits |= WORD;
  if (/[A-Za-z0-9+._-]/.test(character)) traits |= SCHEME;
  if (/[A-Za-z]/.test(character)) traits |= LETTER;
  if (/[0-9]/.test(character)) traits |= DIGIT;
  if (/[A-Za-z0-9.'+_-]/.test(character)) traits |= LOCAL_PART;
  if (/[A-Za-z0-9_-]/.test(character)) traits |= DOMAIN;
  return traits;
}

const TRAITS = Uint8Array.from({ length: TABLE_END }, (_, code) => traitsOf(code));
const WORD_BEYOND = /[\p{L}\p{N}]/u;

const has = (code: number, trait: number): boolean => code < TABLE_END && ((TRAITS[code] ?? 0) & trait) !== 0;

/** Each takes a UTF-16 code; NaN, as beyond the end of a text, is none of them. */
export const isUpper = (code: number): boolean => has(code, UPPER);
export const isLower = (code: number): boolean => has(code, LOWER);
/** Of a scheme or namespace, except for its first character, which `isLetter`. */
export const isScheme = (code: number): boolean => has(code, SCHEME);
export const isLetter = (code: number): boolean => has(code, LETTER);
export const isDigit = (code: number): boolean => has(code, DIGIT);
export const isLocalPart = (code: number): boolean => has(code, LOCAL_PART);
export const isDomain = (code: number): boolean => has(code, DOMAIN);
/** Letters, digits and `_` of any script. */
export const isWord = (code: number): boolean =>
  code < TABLE_END ? ((TRAITS[code] ?? 0) & WORD) !== 0 : code >= TABLE_END && WORD_BEYOND.test(String.fromCharCode(code));
export const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0x200b;
/** Spaces of a line's beginning; tabs are gone by then. */
export const isBlank = (code: number): boolean => code === 32 || code === 9;

/** Behind the last of the characters from `at` on that are of a kind. */
export function endOf(text: string, at: number, isOfKind: (code: number) => boolean): number {
  let end = at;
  while (isOfKind(text.charCodeAt(end))) end += 1;
  return end;
}
