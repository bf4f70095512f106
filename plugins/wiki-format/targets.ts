import { CODE, endOf, isLetter, isScheme, isSpace, isWord } from './characters.ts';
import type { Inline } from './inline.ts';

/** Behind a string in quotes that begins at `at` and holds something; -1: there is none. */
export function quotedEnd(line: Inline, at: number): number {
  const code = line.text.charCodeAt(at);
  if (code !== CODE.quote && code !== CODE.apostrophe) return -1;
  const close = line.find(code === CODE.quote ? '"' : "'", at + 1);
  return close > at + 1 ? close + 1 : -1;
}

/** Behind `namespace:` where it begins at `at`; -1: there is none. */
export function namespaceEnd(text: string, at: number): number {
  if (!isLetter(text.charCodeAt(at))) return -1;
  const end = endOf(text, at, isScheme);
  return text.charCodeAt(end) === CODE.colon ? end + 1 : -1;
}

/** Behind quotes, also where a namespace of another site stands before them: `other:milestone:"1.0 beta"`. */
export function quotedTargetEnd(line: Inline, at: number): number {
  const quoted = quotedEnd(line, at);
  if (quoted >= 0) return quoted;
  const inner = namespaceEnd(line.text, at);
  return inner < 0 ? -1 : quotedEnd(line, inner);
}

const isFirst = (code: number): boolean =>
  code === CODE.slash || code === CODE.question || code === CODE.bang || code === CODE.hash || code === CODE.at || isLast(code);
const isLast = (code: number): boolean =>
  code !== CODE.underscore && (isWord(code) || code === CODE.slash || code === CODE.equals);

/** `a|b` belongs to a target, `a | b` and `a||b` do not. */
function isMiddle(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === CODE.pipe) {
    const next = text.charCodeAt(at + 1);
    return at + 1 < text.length && next !== CODE.pipe && !isSpace(next);
  }
  return at < text.length && code !== CODE.less && code !== CODE.greater && !isSpace(code);
}

/** Behind a target that stands in running text: punctuation at its end is the sentence's. -1: nothing that could be one. */
export function bareTargetEnd(line: Inline, at: number): number {
  const { text } = line;
  const quoted = quotedTargetEnd(line, at);
  if (quoted >= 0) return quoted;
  const first = text.charCodeAt(at);
  if (!isFirst(first) || first === CODE.equals) return -1;
  let end = at + 1;
  for (let next = end; isMiddle(text, next); next++) if (isLast(text.charCodeAt(next))) end = next + 1;
  return end;
}

/** A label in brackets: from the separator at `at` up to `]`. */
export interface LabelEnd {
  readonly label: string;
  /** Behind the bracket. */
  readonly end: number;
}

/** Reads `]` or ` label]`; undefined: neither. */
export function labelEnd(line: Inline, at: number): LabelEnd | undefined {
  const { text } = line;
  if (text.charCodeAt(at) === CODE.closing) return { label: '', end: at + 1 };
  const start = endOf(text, at, isSpace);
  if (start === at) return undefined;
  const close = line.find(']', start);
  return close < 0 ? undefined : { label: text.slice(start, close), end: close + 1 };
}

const isTargetInBrackets = (code: number): boolean => code >= 0 && code !== CODE.closing && !isSpace(code);

/** Behind a target in brackets, which may be empty. */
export function bracketTargetEnd(line: Inline, at: number): number {
  const quoted = quotedTargetEnd(line, at);
  const behind = line.text.charCodeAt(quoted);
  if (quoted >= 0 && (behind === CODE.closing || isSpace(behind))) return quoted;
  return endOf(line.text, at, isTargetInBrackets);
}

/** Behind a reference relative to here: `/path`, `?query`, `#anchor`, `.`, `..`, `./x`, `../x`; -1: there is none. */
export function relativeEnd(text: string, at: number, belongs: (code: number) => boolean): number {
  let start = at;
  while (start < at + 2 && text.charCodeAt(start) === CODE.dot) start += 1;
  const code = text.charCodeAt(start);
  if (code === CODE.slash || code === CODE.question || code === CODE.hash) return endOf(text, start, belongs);
  return start > at ? start : -1;
}
export const isRelativeInBrackets = isTargetInBrackets;

/** Without the quotes around it. */
export function unquoted(text: string): string {
  const first = text.charAt(0);
  const isQuoted = text.length > 1 && (first === '"' || first === "'") && text.endsWith(first);
  return isQuoted ? text.slice(1, -1) : text;
}
