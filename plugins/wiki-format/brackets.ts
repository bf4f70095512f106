import type { TextLink } from 'tracts';
import { CODE, endOf, isDigit, isSpace, isWord } from './characters.ts';
import { Inline } from './inline.ts';
import { drawSpan } from './processor-arguments.ts';
import { drawReference, macroPart, ownLabel, readMacro, readPair } from './references.ts';
import { bracketTargetEnd, isRelativeInBrackets, labelEnd, namespaceEnd, quotedEnd, relativeEnd, unquoted } from './targets.ts';
import { pageEnd } from './words.ts';
import { escapeValue } from './writer.ts';

type Written = string | TextLink;
interface Match {
  readonly end: number;
  write(): void;
}

function reference(line: Inline, at: number, end: number, namespace: string, target: string, label: string): Match {
  const write = (): void => {
    const source = line.text.slice(at, end);
    const shown = namespace === '' ? target : ownLabel(namespace, target);
    line.put(at, drawReference({ namespace, target, label, shown, source }, line));
  };
  return { end, write };
}

const isNameCode = (code: number): boolean => isWord(code) || code === CODE.dot || code === CODE.dash || code === CODE.colon;

/** `[=#name label]` and `[[=#name|label]]`: a place to link to. */
function anchor(line: Inline, at: number, nameStart: number, close: number, end: number): Match | undefined {
  const { text } = line;
  const nameEnd = Math.min(endOf(text, nameStart, isNameCode), close);
  const behind = text.charCodeAt(nameEnd);
  if (nameEnd === nameStart || isDigit(text.charCodeAt(nameStart))) return undefined;
  if (nameEnd < close && !isSpace(behind) && behind !== CODE.pipe) return undefined;
  const write = (): void => {
    line.put(at, `<span class="wikianchor" id="${escapeValue(text.slice(nameStart, nameEnd))}">`);
    const label = new Inline(line.syntax, line.writer);
    label.read(text.slice(nameEnd + 1, close).trim(), 0);
    label.flush();
    line.writer.write('</span>');
  };
  return { end, write };
}

/** `[[...]]`: a line break, an anchor, a macro or a link. */
function doubled(line: Inline, at: number): Match | undefined {
  const { text } = line;
  const close = line.find(']]', at + 2);
  if (close <= at + 2) return undefined;
  const end = close + 2;
  const source = text.slice(at, end);
  const content = source.slice(2, -2);
  const place = content.startsWith('=#') ? anchor(line, at, at + 4, close, end) : undefined;
  if (place !== undefined) return place;
  const call = readMacro(content);
  const write = (): void => {
    if (call === undefined) line.put(at, drawReference(readPair(content, source), line));
    else runMacro(line, at, call.name, call.args, source);
  };
  return { end, write };
}

function runMacro(line: Inline, at: number, name: string, args: string, source: string): void {
  if (name.toLowerCase() === 'br') line.put(at, line.oneLine ? ' ' : '<br />');
  else if (name === 'comment') line.put(at, '');
  else if (name === 'span' || name === 'Span') {
    line.plainUpTo(at);
    drawSpan(args, line.writer, line.syntax);
  } else {
    const otherwise: Written = drawReference(readPair(source.slice(2, -2), source), line);
    line.put(at, macroPart(name, args, source, line, otherwise));
  }
}

const isHex = (code: number): boolean => isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
const HASH_LENGTH = 8;

/** `[12]`, `[12/path]`, `[1:3]`, `[0a1b2c3d]`: changes in a repository. */
function revision(line: Inline, at: number): Match | undefined {
  const { text } = line;
  const start = at + 1;
  const digits = endOf(text, start, isDigit);
  const hex = endOf(text, start, isHex);
  const id = hex - start >= HASH_LENGTH ? hex : digits;
  if (id === start) return undefined;
  const isRange = [':', '-'].includes(text.charAt(id)) && isHex(text.charCodeAt(id + 1));
  const last = isRange ? endOf(text, id + 1, (code) => isHex(code) || code === CODE.comma || code === CODE.dash) : id;
  if (!['/', '?', '#', ']'].includes(text.charAt(last))) return undefined;
  const close = line.find(']', last);
  if (close < 0) return undefined;
  const end = close + 1;
  const target = text.slice(start, close);
  const write = (): void => {
    const source = text.slice(at, end);
    const [namespace, address] = isRange ? ['log', `@${target}`] : ['changeset', target];
    line.put(at, drawReference({ namespace, target: address, label: '', shown: source, source }, line));
  };
  return { end, write };
}

/** `["any page"]` and `["any page" label]`. */
function quotedPage(line: Inline, at: number): Match | undefined {
  const end = quotedEnd(line, at + 1);
  const rest = end < 0 ? undefined : labelEnd(line, end);
  if (rest === undefined) return undefined;
  return reference(line, at, rest.end, 'wiki', line.text.slice(at + 2, end - 1), unquoted(rest.label.trim()));
}

function relative(line: Inline, at: number): Match | undefined {
  const end = relativeEnd(line.text, at + 1, isRelativeInBrackets);
  const rest = end < 0 ? undefined : labelEnd(line, end);
  return rest && reference(line, at, rest.end, '', line.text.slice(at + 1, end), unquoted(rest.label));
}

/** `[HelloWorld label]`; without a label the brackets are text. */
function page(line: Inline, at: number): Match | undefined {
  const end = pageEnd(line.text, at + 1);
  const rest = end < 0 || line.text.charAt(end) === ']' ? undefined : labelEnd(line, end);
  if (rest === undefined || rest.label === '') return undefined;
  return reference(line, at, rest.end, 'wiki', line.text.slice(at + 1, end), unquoted(rest.label.trim()));
}

function spaced(line: Inline, at: number): Match | undefined {
  const start = namespaceEnd(line.text, at + 1);
  if (start < 0) return undefined;
  const end = bracketTargetEnd(line, start);
  const rest = labelEnd(line, end);
  const target = unquoted(line.text.slice(start, end));
  return rest && reference(line, at, rest.end, line.text.slice(at + 1, start - 1), target, unquoted(rest.label));
}

function matchBracket(line: Inline, at: number): Match | undefined {
  const { text } = line;
  const close = line.find(']', at + 1);
  if (close < 0) return undefined;
  const code = text.charCodeAt(at + 1);
  if (code === CODE.bracket) return doubled(line, at);
  if (code === CODE.equals && text.charCodeAt(at + 2) === CODE.hash) return anchor(line, at, at + 3, close, close + 1);
  if (code === CODE.quote || code === CODE.apostrophe) return quotedPage(line, at);
  if (code === CODE.slash || code === CODE.question || code === CODE.hash || code === CODE.dot) return relative(line, at);
  return (isHex(code) ? revision(line, at) : undefined) ?? page(line, at) ?? spaced(line, at);
}

/** Everything that begins with `[`. */
export function readBracket(line: Inline, at: number, escaped: boolean): number {
  const match = matchBracket(line, at);
  if (match === undefined) return -1;
  if (!escaped) match.write();
  return match.end;
}
