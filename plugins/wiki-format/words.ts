import {
  CODE,
  endOf,
  isDigit,
  isDomain,
  isLetter,
  isLocalPart,
  isLower,
  isScheme,
  isSpace,
  isUpper,
  isWord,
} from './characters.ts';
import type { Handler, Inline } from './inline.ts';
import { drawReference } from './references.ts';
import { bareTargetEnd, namespaceEnd, unquoted } from './targets.ts';
import { escapeText } from './writer.ts';

/** What may follow a page's name: nothing of a word, and a colon only at the end of a phrase. */
function mayFollowPage(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === CODE.colon) return at + 1 >= text.length || isSpace(text.charCodeAt(at + 1));
  return !isWord(code);
}

/** Behind a version (`@3`) and an anchor (`#here`), so far as they are there and something fitting follows; -1: nothing does. */
function pageSuffixEnd(text: string, at: number): number {
  let end = at;
  if (text.charCodeAt(end) === CODE.at && isDigit(text.charCodeAt(end + 1))) end = endOf(text, end + 1, isDigit);
  if (text.charCodeAt(end) === CODE.hash && isWord(text.charCodeAt(end + 1)) && !isDigit(text.charCodeAt(end + 1))) {
    let anchor = end + 2;
    while (anchor < text.length && !mayFollowPage(text, anchor)) anchor += 1;
    return anchor;
  }
  return mayFollowPage(text, end) ? end : -1;
}

/** Behind a page's name in CamelCase (`HelloWorld`, `SandBox/FirstSteps`) that begins at `at`; -1: there is none. */
export function pageEnd(text: string, at: number): number {
  let end = at;
  let beforeSlash = -1;
  let words = 0;
  while (isUpper(text.charCodeAt(end)) && isLower(text.charCodeAt(end + 1))) {
    end = endOf(text, end + 1, isLower);
    words += 1;
    if (text.charCodeAt(end) !== CODE.slash) continue;
    if (words > 1) beforeSlash = end;
    end += 1;
  }
  if (words < 2) return -1;
  const whole = pageSuffixEnd(text, end);
  return whole >= 0 || beforeSlash < 0 ? whole : pageSuffixEnd(text, beforeSlash);
}

const readPage: Handler = (line, at, escaped) => {
  const { text } = line;
  const before = text.charCodeAt(at - 1);
  if (at > 0 && (before === CODE.slash || isWord(before))) return -1;
  const end = pageEnd(text, at);
  if (end < 0 || escaped) return end;
  const page = text.slice(at, end);
  line.put(at, drawReference({ namespace: 'wiki', target: page, label: '', shown: page, source: page }, line));
  return end;
};

/** Behind the domain of an e-mail address that begins at `at`; -1: there is none. */
function domainEnd(text: string, at: number): number {
  let good = -1;
  let start = at;
  for (let labels = 0; ; labels++) {
    const end = endOf(text, start, isDomain);
    if (end === start) return good;
    if (labels > 0 && isLetter(text.charCodeAt(start))) good = topLevelEnd(text, start);
    if (text.charCodeAt(end) !== CODE.dot) return good;
    start = end + 1;
  }
}

/** A last part of a domain ends with a letter or a digit. */
function topLevelEnd(text: string, start: number): number {
  let end = endOf(text, start, (code) => code !== CODE.underscore && isDomain(code));
  while (text.charCodeAt(end - 1) === CODE.dash) end -= 1;
  return end;
}

function mailFrom(line: Inline, start: number, at: number, escaped: boolean): number {
  const end = domainEnd(line.text, at + 1);
  if (end < 0 || escaped) return end;
  const address = line.text.slice(start, end);
  line.put(start, drawReference({ namespace: 'mailto', target: address, label: '', shown: address, source: address }, line));
  return end;
}

/** `user@example.org`, found by its middle. */
const readMail: Handler = (line, at) => {
  let start = at;
  while (start > line.from && isLocalPart(line.text.charCodeAt(start - 1))) start -= 1;
  return start === at ? -1 : mailFrom(line, start, at, false);
};

function referenceFrom(line: Inline, start: number, colon: number, escaped: boolean): number {
  const { text } = line;
  const end = bareTargetEnd(line, colon + 1);
  if (end < 0 || escaped) return end;
  const source = text.slice(start, end);
  const target = unquoted(text.slice(colon + 1, end));
  line.put(start, drawReference({ namespace: text.slice(start, colon), target, label: '', shown: source, source }, line));
  return end;
}

/** `namespace:target`, found by its colon: most words are not followed by one. */
const readReference: Handler = (line, at) => {
  const { text } = line;
  let start = at;
  while (start > line.from && isScheme(text.charCodeAt(start - 1))) start -= 1;
  while (start < at && !isLetter(text.charCodeAt(start))) start += 1;
  return start === at ? -1 : referenceFrom(line, start, at, false);
};

/** Behind `3`, `3-5`, `1,3-5`. */
export function rangesEnd(text: string, at: number): number {
  let end = endOf(text, at, isDigit);
  for (;;) {
    const code = text.charCodeAt(end);
    const isSeparator = code === CODE.comma || code === CODE.dash || code === CODE.colon;
    if (!isSeparator || !isDigit(text.charCodeAt(end + 1))) return end;
    end = endOf(text, end + 1, isDigit);
  }
}

/** `r12` and `r1:3`, found by the first digit. */
const readRevision: Handler = (line, at, escaped) => {
  const { text } = line;
  const start = at - 1;
  if (start < line.from || text.charCodeAt(start) !== CODE.r) return -1;
  if (start > 0 && isWord(text.charCodeAt(start - 1))) return -1;
  return revisionFrom(line, start, escaped);
};

function revisionFrom(line: Inline, start: number, escaped: boolean): number {
  const { text } = line;
  const first = endOf(text, start + 1, isDigit);
  const end = rangesEnd(text, start + 1);
  if (isWord(text.charCodeAt(end))) return -1;
  if (escaped) return end;
  const revision = text.slice(start + 1, end);
  const source = text.slice(start, end);
  const [namespace, target] = end > first ? ['log', `@${revision}`] : ['changeset', revision];
  line.put(start, drawReference({ namespace, target, label: '', shown: source, source }, line));
  return end;
}

/** Behind the word at `at`, were it not escaped: a reference, an address, a revision; -1: it is none of them. */
export function escapedWordEnd(line: Inline, at: number): number {
  const { text } = line;
  if (text.charCodeAt(at) === CODE.r && isDigit(text.charCodeAt(at + 1))) {
    const revision = revisionFrom(line, at, true);
    if (revision >= 0) return revision;
  }
  const local = endOf(text, at, isLocalPart);
  if (local > at && text.charCodeAt(local) === CODE.at) {
    const mail = mailFrom(line, at, local, true);
    if (mail >= 0) return mail;
  }
  const colon = namespaceEnd(text, at);
  return colon < 0 ? -1 : referenceFrom(line, at, colon - 1, true);
}

const isPrefix = (code: number): boolean => isLetter(code) || code === CODE.dash || code === CODE.dot || code === 43;

/** `#12`, `#1,3-5`, and `#other12` for ticket 12 of another site. */
const readTicket: Handler = (line, at, escaped) => {
  const { text } = line;
  if (text.charCodeAt(at - 1) === CODE.ampersand) return -1;
  const start = endOf(text, at + 1, isPrefix);
  if (!isDigit(text.charCodeAt(start))) return -1;
  const end = rangesEnd(text, start);
  if (escaped) return end;
  const prefix = text.slice(at + 1, start);
  const numbers = text.slice(start, end);
  const source = text.slice(at, end);
  const [namespace, target] = prefix === '' ? ['ticket', numbers] : [prefix, `ticket:${numbers}`];
  line.put(at, drawReference({ namespace, target, label: '', shown: source, source }, line));
  return end;
};

/** `{3}`, and `{other3}` for report 3 of another site; -1: it is neither. */
export const readReport: Handler = (line, at, escaped) => {
  const { text } = line;
  const prefixEnd = endOf(text, at + 1, isPrefix);
  const start = prefixEnd > at + 1 ? endOf(text, prefixEnd, isSpace) : prefixEnd;
  const close = endOf(text, start, isDigit);
  if (close === start || text.charAt(close) !== '}') return -1;
  if (escaped) return close + 1;
  const prefix = text.slice(at + 1, prefixEnd);
  const source = text.slice(at, close + 1);
  const number = text.slice(start, close);
  const [namespace, target] = prefix === '' ? ['report', number] : [prefix, `report:${number}`];
  line.put(at, drawReference({ namespace, target, label: '', shown: source, source }, line));
  return close + 1;
};

/** `<namespace:target with spaces>`; all other `<` are text. */
const readAngle: Handler = (line, at, escaped) => {
  const { text } = line;
  const target = namespaceEnd(text, at + 1);
  const close = target < 0 ? -1 : line.find('>', target);
  if (close > target && target > 0) {
    if (escaped) return close + 1;
    const source = text.slice(at + 1, close);
    const [namespace, rest] = [text.slice(at + 1, target - 1), unquoted(text.slice(target, close))];
    line.put(at, '&lt;');
    line.from = close;
    line.put(close, drawReference({ namespace, target: rest, label: '', shown: source, source }, line));
    line.put(close, '&gt;');
    return close + 1;
  }
  if (escaped) return -1;
  line.put(at, '&lt;');
  return at + 1;
};

const asEntity =
  (entity: string): Handler =>
  (line, at, escaped) => {
    if (escaped) return -1;
    line.put(at, entity);
    return at + 1;
  };

/** What words and numbers may mean, by the character that gives them away. */
export function wordHandlers(): ReadonlyMap<number, Handler> {
  const handlers = new Map<number, Handler>([
    [CODE.at, readMail],
    [CODE.colon, readReference],
    [CODE.hash, readTicket],
    [CODE.less, readAngle],
    [CODE.greater, asEntity(escapeText('>'))],
    [CODE.ampersand, asEntity(escapeText('&'))],
  ]);
  for (let digit = CODE.zero; digit <= CODE.nine; digit++) handlers.set(digit, readRevision);
  for (let code = 0; code < 0x590; code++) if (isUpper(code)) handlers.set(code, readPage);
  return handlers;
}
