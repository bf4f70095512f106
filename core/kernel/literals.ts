/** The characters Python calls white space, which is not JavaScript's set: no U+FEFF, but U+001C to U+001F and U+0085. */
const SPACES = new Set(
  [0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000]
    .concat(range(0x09, 0x0d), range(0x1c, 0x20), range(0x2000, 0x200a))
    .map((code) => String.fromCharCode(code)),
);

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** How many characters of white space the text begins with, as Python counts white space. */
export function countIndent(text: string): number {
  let start = 0;
  while (start < text.length && SPACES.has(text.charAt(start))) start++;
  return start;
}

/** Removes white space at the end, as Python's `str.rstrip` does. Linear, whatever the text: a regular expression is not. */
export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && SPACES.has(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Removes white space at both ends, as Python's `str.strip` does. */
export const strip = (text: string): string => stripEnd(text.slice(countIndent(text)));

const TRUE_WORDS = ['yes', 'true', 'enabled', 'on'];
const FALSE_WORDS = ['no', 'false', 'disabled', 'off'];

/** Reads a text as Trac reads a switch: four words each, and numbers. Undefined for anything else (which Trac takes as false). */
export function parseSwitch(raw: string): boolean | undefined {
  const number = parseNumber(raw);
  if (number !== undefined) return number !== 0;
  const word = strip(raw).toLowerCase();
  if (TRUE_WORDS.includes(word)) return true;
  return FALSE_WORDS.includes(word) ? false : undefined;
}

/** Digits of other scripts become 0 to 9: they stand in runs of ten, so the distance from the run's start is the digit. */
function foldDigits(text: string): string {
  return text.replace(/[^\P{Nd}0-9]/gu, (char) => {
    let zero = char.codePointAt(0) ?? 0;
    const code = zero;
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
    return String((code - zero) % 10);
  });
}

const DIGITS = '\\d+(?:_\\d+)*';
const WHOLE = new RegExp(`^[-+]?${DIGITS}$`);
const FLOATING = new RegExp(`^[-+]?(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:e[-+]?${DIGITS})?$`, 'i');
const ENDLESS = /^([-+]?)(?:(inf|infinity)|nan)$/i;

/** Reads what Python's `int()` reads: `1_000`, `007` and digits of any script, but not `1.0`. Undefined if it is none. */
export function parseWhole(raw: string): number | undefined {
  const text = foldDigits(strip(raw));
  return WHOLE.test(text) ? Number(text.replaceAll('_', '')) : undefined;
}

/** Reads what Python's `float()` reads, `inf` and `nan` included. Undefined if it is none. */
export function parseNumber(raw: string): number | undefined {
  const text = foldDigits(strip(raw));
  if (FLOATING.test(text)) return Number(text.replaceAll('_', ''));
  const endless = ENDLESS.exec(text);
  if (!endless) return undefined;
  return endless[2] === undefined ? Number.NaN : Number(`${endless[1]}Infinity`);
}

/** Splits at a separator and strips each item. An empty text has no items, also when empty items are kept. */
export function splitList(raw: string, separator = ',', keepEmpty = false): string[] {
  if (raw === '') return [];
  const items = raw.split(separator).map(strip);
  return keepEmpty ? items : items.filter((item) => item !== '');
}
