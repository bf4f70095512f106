import { readBracket } from './brackets.ts';
import { CODE, isBlank, isSpace } from './characters.ts';
import type { Handler, Handlers, Inline } from './inline.ts';
import { MARKS, type Mark } from './marks.ts';
import { escapedWordEnd, readReport, wordHandlers } from './words.ts';
import { escapeText } from './writer.ts';

const isRepeated = ({ text }: Inline, at: number, times: number): boolean => {
  const code = text.charCodeAt(at);
  for (let next = at + 1; next < at + times; next++) if (text.charCodeAt(next) !== code) return false;
  return true;
};

/** A mark made of one character so many times. */
const markOf =
  (mark: Mark, times: number): Handler =>
  (line, at, escaped) => {
    if (!isRepeated(line, at, times)) return -1;
    if (!escaped) line.toggle(at, mark);
    return at + times;
  };

const italic = markOf(MARKS.italic, 2);
const bold = markOf(MARKS.bold, 3);

const readQuotes: Handler = (line, at, escaped) => {
  if (!isRepeated(line, at, 5)) {
    const end = bold(line, at, escaped);
    return end < 0 ? italic(line, at, escaped) : end;
  }
  if (!escaped) line.put(at, line.marks.toggleBoldItalic());
  return at + 5;
};

/** Text that is not read; it does not reach across the end of a line. */
function code(line: Inline, at: number, mark: string, close: string, escaped: boolean): number {
  const start = at + mark.length;
  const end = line.find(close, start);
  if (end < 0) return -1;
  const newline = line.oneLine ? line.find('\n', start) : -1;
  if (newline >= 0 && newline < end) return -1;
  if (!escaped) line.put(at, `<code>${escapeText(line.text.slice(start, end))}</code>`);
  return end + close.length;
}

const readBacktick: Handler = (line, at, escaped) => code(line, at, '`', '`', escaped);

const readBrace: Handler = (line, at, escaped) => {
  if (line.text.startsWith('{{{', at)) {
    const end = code(line, at, '{{{', '}}}', escaped);
    if (end >= 0) return end;
  }
  return readReport(line, at, escaped);
};

const readBackslash: Handler = (line, at, escaped) => {
  if (!isRepeated(line, at, 2)) return -1;
  if (!escaped) line.put(at, line.oneLine ? ' ' : '<br />');
  return at + 2;
};

/** In a text of one line, the line between the rows of a table goes, with the space around it. */
function dropRowLine(line: Inline, at: number): number {
  const { text } = line;
  let start = at;
  while (start > line.from && isSpace(text.charCodeAt(start - 1))) start -= 1;
  if (start > 0 && !text.slice(start, at).includes('\n')) return -1;
  let end = at + 1;
  while (text.charCodeAt(end) === CODE.dash) end += 1;
  while (isSpace(text.charCodeAt(end))) end += 1;
  line.put(start, '');
  return end;
}

/** `||`, with `=` on either side of it. */
const readPipes: Handler = (line, at, escaped) => {
  const { text, cells } = line;
  const start = text.charCodeAt(at) === CODE.equals ? at + 1 : at;
  let end = start;
  while (text.charCodeAt(end) === CODE.pipe && text.charCodeAt(end + 1) === CODE.pipe) end += 2;
  if (end === start) return cells === undefined && !escaped && text.startsWith('|-', at) ? dropRowLine(line, at) : -1;
  if (text.charCodeAt(end) === CODE.equals) end += 1;
  if (escaped) return end;
  if (cells !== undefined) return cells.takeCell(line, at, end);
  line.put(at, text.slice(at, end));
  return end;
};

const readBang: Handler = (line, at, escaped) => {
  if (escaped) return -1;
  const next = at + 1;
  const matched = HANDLERS[line.text.charCodeAt(next)]?.(line, next, true) ?? -1;
  const end = matched < 0 ? escapedWordEnd(line, next) : matched;
  if (end < 0) return -1;
  line.putTyped(at, next, end);
  return end;
};

const HANDLERS: Handlers = makeHandlers();

function makeHandlers(): Handlers {
  const handlers: (Handler | undefined)[] = new Array(0x590).fill(undefined);
  for (const [character, handler] of wordHandlers()) handlers[character] = handler;
  handlers[CODE.bang] = readBang;
  handlers[CODE.apostrophe] = readQuotes;
  handlers[CODE.star] = markOf(MARKS.creoleBold, 2);
  handlers[CODE.slash] = markOf(MARKS.creoleItalic, 2);
  handlers[CODE.underscore] = markOf(MARKS.underline, 2);
  handlers[CODE.tilde] = markOf(MARKS.strike, 2);
  handlers[CODE.comma] = markOf(MARKS.subscript, 2);
  handlers[CODE.caret] = markOf(MARKS.superscript, 1);
  handlers[CODE.backtick] = readBacktick;
  handlers[CODE.brace] = readBrace;
  handlers[CODE.backslash] = readBackslash;
  handlers[CODE.bracket] = readBracket;
  handlers[CODE.equals] = readPipes;
  handlers[CODE.pipe] = readPipes;
  return handlers;
}

/** What lines consist of, by the code of the character that a piece begins with, or that gives it away. */
export const lineHandlers = (): Handlers => HANDLERS;

/** How far a line is indented. */
export function indentOf(line: string): number {
  let at = 0;
  while (isBlank(line.charCodeAt(at))) at += 1;
  return at;
}
