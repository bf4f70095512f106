import { safeClasses, safeId, safeStyle } from 'tracts';
import { Inline, type InlineSyntax } from './inline.ts';
import { escapeValue, type PartsWriter } from './writer.ts';

/** What stands behind a processor's name; a bare word has the value true, `-word` false. */
export type Arguments = ReadonlyMap<string, string | boolean>;

const ARGUMENT = /([-\w]+)=(?:"([^"]*)"|'([^']*)'|([^\s"']*))|(-?\w[-\w]*)/g;
/** Arguments are few and short; the rest of a longer line is not looked at. */
const LONGEST = 500;

/** Reads `name="value" name=value flag -flag`. */
export function parseArguments(text: string): Arguments {
  const found = new Map<string, string | boolean>();
  for (const [, name, double, single, bare, flag] of text.slice(0, LONGEST).matchAll(ARGUMENT)) {
    if (name !== undefined) found.set(name, double ?? single ?? bare ?? '');
    else if (flag !== undefined) found.set(flag.replace(/^-/, ''), !flag.startsWith('-'));
  }
  return found;
}

type Check = (value: string) => string | undefined;
const unlessEmpty = (value: string): string | undefined => (value === '' ? undefined : value);
const matching =
  (pattern: RegExp): Check =>
  (value) =>
    pattern.test(value) ? value : undefined;
const size = matching(/^\d{1,4}(?:px|%)?$/);
const count = matching(/^[1-9]\d{0,2}$/);

const ATTRIBUTES: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['class', (value) => unlessEmpty(safeClasses(value))],
  ['id', safeId],
  ['style', (value) => unlessEmpty(safeStyle(value))],
  ['title', (value) => value.slice(0, 1000)],
  ['lang', matching(/^[A-Za-z0-9-]{1,30}$/)],
  ['dir', matching(/^(?:ltr|rtl|auto)$/)],
  ['align', matching(/^(?:left|right|center|justify)$/)],
  ['valign', matching(/^(?:top|middle|bottom|baseline)$/)],
  ['colspan', count],
  ['rowspan', count],
  ['width', size],
  ['height', size],
  ['border', matching(/^\d{1,2}$/)],
  ['cellpadding', matching(/^\d{1,2}$/)],
  ['cellspacing', matching(/^\d{1,2}$/)],
  ['bgcolor', matching(/^#?\w{1,20}$/)],
]);

/** The tag that opens an element, with those of the arguments that are harmless attributes. */
export function openingTag(element: string, given: Arguments): string {
  let tag = `<${element}`;
  for (const [name, value] of given) {
    const checked = typeof value === 'string' ? ATTRIBUTES.get(name.toLowerCase())?.(value) : undefined;
    if (checked !== undefined) tag += ` ${name.toLowerCase()}="${escapeValue(checked)}"`;
  }
  return `${tag}>`;
}

/** Like a macro's arguments: parted by commas, `\,` being none, some of them `name=value`. */
export function splitArguments(text: string): { readonly words: readonly string[]; readonly named: Arguments } {
  const words: string[] = [];
  const named = new Map<string, string>();
  for (const piece of text.replaceAll('\\,', '\0').split(',', 100)) {
    const argument = piece.replaceAll('\0', ',');
    const equals = argument.indexOf('=');
    const name = equals < 0 ? '' : argument.slice(0, equals).trim();
    if (/^[A-Za-z_]\w+$/.test(name)) named.set(name, argument.slice(equals + 1));
    else words.push(argument);
  }
  return { words, named };
}

/** A piece of a line with attributes. */
export function drawSpanOf(text: string, given: Arguments, writer: PartsWriter, syntax: InlineSyntax): void {
  writer.write(openingTag('span', given));
  const inside = new Inline(syntax, writer);
  inside.read(text, 0);
  inside.flush();
  writer.write('</span>');
}

/** `[[span(text, name=value)]]`. */
export function drawSpan(args: string, writer: PartsWriter, syntax: InlineSyntax): void {
  const { words, named } = splitArguments(args);
  drawSpanOf(words.join(','), named, writer, syntax);
}
