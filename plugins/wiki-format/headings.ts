import type { Anchors } from './anchors.ts';
import { CODE, isDigit, isSpace, isWord } from './characters.ts';
import { Inline, type InlineSyntax } from './inline.ts';
import { PartsWriter, plainText } from './writer.ts';

/** A line such as `== Text == #name`. */
export interface Heading {
  readonly level: number;
  readonly text: string;
  /** Empty: made from the text. */
  readonly name: string;
}

const isNameCode = (code: number): boolean => isWord(code) || code === CODE.colon || code === CODE.dot || code === CODE.dash;

/** Where a name behind `#` at the end of the text begins; -1: there is none. */
function nameStart(text: string): number {
  let at = text.length;
  while (at > 0 && isNameCode(text.charCodeAt(at - 1))) at -= 1;
  const first = text.charCodeAt(at);
  const isName = at < text.length && !isDigit(first) && (isWord(first) || first === CODE.colon);
  return isName && text.charCodeAt(at - 1) === CODE.hash ? at : -1;
}

/** Reads a line whose first `=` stands at `at`; undefined: it is no heading. */
export function readHeading(line: string, at: number): Heading | undefined {
  let end = at;
  while (line.charCodeAt(end) === CODE.equals) end += 1;
  const level = end - at;
  if (level > 6 || !isSpace(line.charCodeAt(end))) return undefined;
  const whole = line.slice(end).trimEnd();
  const start = nameStart(whole);
  const text = (start < 0 ? whole : whole.slice(0, start - 1)).trim();
  const signs = line.slice(at, end);
  return {
    level,
    text: (text.endsWith(signs) ? text.slice(0, -level) : text).trim(),
    name: start < 0 ? '' : whole.slice(start),
  };
}

export function drawHeading({ level, text, name }: Heading, writer: PartsWriter, syntax: InlineSyntax, anchors: Anchors): void {
  const inside = new PartsWriter();
  const line = new Inline(syntax, inside);
  line.read(text, 0);
  line.flush();
  const { parts } = inside;
  const id = name === '' ? anchors.takeForText(plainText(parts)) : anchors.take(name);
  writer.write(`<h${level} class="section" id="${id}">`);
  writer.append(parts);
  writer.write(`</h${level}>\n`);
}
