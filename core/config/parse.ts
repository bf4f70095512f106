import { parse as parseNormalised } from 'ini';
import type { Place } from '../kernel/errors.ts';
import { DEFAULT_SECTION, type Item, type LineModel, type OptionLine, readLines, refuse } from './lines.ts';

/** One option of a file. */
interface IniValue {
  readonly value: string;
  /** 1-based. */
  readonly line: number;
}

interface IniSection {
  /** 1-based line of its header. */
  readonly line: number;
  readonly values: ReadonlyMap<string, IniValue>;
}

/** A file as read: sections in file order, `[DEFAULT]` among them; names of options in lower case. */
export interface IniFile {
  readonly sections: ReadonlyMap<string, IniSection>;
}

/** Far above any trac.ini in use (hundreds of kilobytes would be strange), far below what would hold up the process. */
export const MAX_SIZE = 1_048_576;

/**
 * What a file may have of each. Far above any trac.ini in use; what reads it stays quick, and so do the pages drawn from it.
 */
export const MOST_OPTIONS = 10_000;
export const MOST_SECTIONS = 1_000;
/** Each of them is added to every section. */
export const MOST_DEFAULTS = 100;
/** In characters. */
export const LONGEST_VALUE = 100_000;
export const LONGEST_NAME = 1_000;

/** Beyond letters, digits, - and _ everything is %-encoded: the parser gives dots, brackets, quotes and others a meaning. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[.!~*'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** A JSON string is read back as it is; the parser's pattern stops at the two line separators JSON leaves alone. */
const quote = (text: string): string =>
  JSON.stringify(text).replace(/[\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);

/** The same file in the subset of INI on which `ini` and Python agree. The prefixes defeat `__proto__` and number-like keys. */
function normalise({ items }: LineModel): string {
  return items
    .flatMap((item) => {
      if (item.kind === 'section') return `[s_${encode(item.name)}]`;
      return item.kind === 'option' ? `k_${encode(item.key)}=${quote(item.value)}` : [];
    })
    .join('\n');
}

function checkText(text: string, file: string | undefined): void {
  if (text.length > MAX_SIZE) refuseSize(text.length, file);
  if (text.startsWith('\ufeff')) {
    refuse({ file, line: 1 }, 'the file begins with a byte order mark, which Trac refuses too. Save it as UTF-8 without BOM.');
  }
  if (/\p{Surrogate}/u.test(text))
    refuse({ file }, 'the text has half a surrogate pair, which no UTF-8 file can hold. Remove that character.');
}

/** Throws the ConfigError for a file of this many bytes. */
export function refuseSize(size: number, file: string | undefined): never {
  refuse(
    { file },
    `the file has ${(size / MAX_SIZE).toFixed(1)} MB, more than the ${MAX_SIZE / 1_048_576} MB allowed. Is it really a configuration file?`,
  );
}

/** The text of a file's bytes. Throws a ConfigError for what is too big or is no UTF-8. */
export function decodeIni(bytes: Uint8Array, file?: string): string {
  if (bytes.length > MAX_SIZE) refuseSize(bytes.length, file);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const line = countGoodLines(bytes) + 1;
    if (bytes.includes(0)) refuse({ file, line }, 'this is a binary file (or UTF-16), not UTF-8 text. Restore it from a backup.');
    return refuse({ file, line }, 'a character is not UTF-8. Save the file as UTF-8 without BOM.');
  }
}

/** How many whole lines are valid UTF-8 before the first that is not. */
function countGoodLines(bytes: Uint8Array): number {
  let count = 0;
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    const line = bytes.subarray(start, end);
    if (!Buffer.from(Buffer.from(line).toString('utf8')).equals(line)) break;
    start = end + 1;
    count++;
  }
  return count;
}

const grouped = (count: number): string => count.toLocaleString('en');

function refuseLength(what: string, text: string, most: number, place: Place): void {
  if (text.length > most) refuse(place, `the ${what} has more than ${grouped(most)} characters. Shorten it.`);
}

function refuseNumber(what: string, items: readonly Item[], most: number, file: string | undefined): void {
  const beyond = items[most];
  if (beyond) refuse({ file, line: beyond.at + 1 }, `more than ${grouped(most)} ${what}. Is this really a configuration file?`);
}

/** Refuses lengths and numbers that nobody means, with the line where it becomes too much. */
function checkMeasures({ items }: LineModel, file: string | undefined): void {
  const sections = items.filter((item) => item.kind === 'section');
  const options = items.filter((item) => item.kind === 'option');
  const defaults = options.filter(({ section }) => section === DEFAULT_SECTION);
  refuseNumber('sections in one file', sections, MOST_SECTIONS, file);
  refuseNumber('options in one file', options, MOST_OPTIONS, file);
  refuseNumber(`options in [${DEFAULT_SECTION}]`, defaults, MOST_DEFAULTS, file);
  for (const { at, name } of sections) refuseLength('name', name, LONGEST_NAME, { file, line: at + 1 });
  for (const { at, section, writtenKey, key, value } of options) {
    refuseLength('name', writtenKey, LONGEST_NAME, { file, line: at + 1 });
    refuseLength('value', value, LONGEST_VALUE, { file, section, key, line: at + 1 });
  }
}

/** Reads the text of one trac.ini with Trac 1.6's meaning. Throws a ConfigError that names the first bad line. */
export function parseIni(text: string, file?: string): IniFile {
  checkText(text, file);
  const model = readLines(text, file);
  checkMeasures(model, file);
  const raw: Readonly<Record<string, Readonly<Record<string, unknown>>>> = parseNormalised(normalise(model));
  const sections = new Map<string, { line: number; values: Map<string, IniValue> }>();
  for (const item of model.items) {
    if (item.kind === 'section' && !sections.has(item.name)) sections.set(item.name, { line: item.at + 1, values: new Map() });
    if (item.kind === 'option') {
      sections.get(item.section)?.values.set(item.key, { value: pick(raw, item), line: item.at + 1 });
    }
  }
  return { sections };
}

/** `ini` turns the words true, false and null into values; they are texts here. */
const pick = (raw: Readonly<Record<string, Readonly<Record<string, unknown>>>>, { section, key }: OptionLine): string =>
  String(raw[`s_${encode(section)}`]?.[`k_${encode(key)}`]);
