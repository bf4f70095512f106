/**
 * What the tools of the editor make of a text: the part from `from` to `to` becomes `text`, and then `start` to `end` is selected.
 * Nothing here knows a page, but for `write`.
 */

/** Bold and italic are so many of one character; all of them together are both. */
const EMPHASIS = {
  wiki: { sign: "'", bold: 3, italic: 2 },
  markdown: { sign: '*', bold: 2, italic: 1 },
};
/** What begins a line, and what is taken away again. */
const LINES = {
  wiki: {
    list: { make: (line) => ` * ${line}`, has: /^ *[*-] +/ },
    numbered: { make: (line, number) => ` ${number}. ${line}`, has: /^ *\d+\. +/ },
    quote: { make: (line) => `> ${line}`, has: /^> ?/ },
  },
  markdown: {
    list: { make: (line) => `- ${line}`, has: /^ *[*+-] +/ },
    numbered: { make: (line, number) => `${number}. ${line}`, has: /^ *\d+[.)] +/ },
    quote: { make: (line) => `> ${line}`, has: /^> ?/ },
  },
};
const FENCES = { wiki: ['{{{', '}}}'], markdown: ['```', '```'] };
/** Belongs to the line and not to its text. */
const LINE_START = /^(?:[ \t]*(?:[*+-]|\d+[.)]|>+|#{1,6}|=+) +)*[ \t]*/;
const WORD = /[\p{L}\p{N}_]/u;

const runBefore = (text, at, sign) => {
  let start = at;
  while (text[start - 1] === sign) start -= 1;
  return at - start;
};
const runAfter = (text, at, sign) => {
  let end = at;
  while (text[end] === sign) end += 1;
  return end - at;
};

const isWord = (value, at) => WORD.test(value[at] ?? '');

/** The word that the caret stands in; at its edges it stands in none. */
function wordAt(value, at) {
  let [from, to] = [at, at];
  if (!isWord(value, at - 1) || !isWord(value, at)) return [from, to];
  while (isWord(value, from - 1)) from -= 1;
  while (isWord(value, to)) to += 1;
  return [from, to];
}

/** Without the blanks at either end; where nothing is selected, the word that the caret stands in. */
function narrowed(value, start, end) {
  if (start === end) return wordAt(value, start);
  const chosen = value.slice(start, end);
  const from = start + chosen.length - chosen.trimStart().length;
  return [from, Math.max(from, start + chosen.trimEnd().length)];
}

function emphasise(kind, format, value, from, to) {
  const { sign, [kind]: length, bold, italic } = EMPHASIS[format];
  const has = (run) => run === length || run >= bold + italic;
  const chosen = value.slice(from, to);
  const inner = Math.min(runAfter(chosen, 0, sign), runBefore(chosen, chosen.length, sign));
  if (chosen.length > 2 * inner && has(inner)) {
    const text = chosen.slice(length, chosen.length - length);
    return { from, to, text, start: from, end: from + text.length };
  }
  const outer = Math.min(runBefore(value, from, sign), runAfter(value, to, sign));
  if (has(outer)) return { from: from - length, to: to + length, text: chosen, start: from - length, end: to - length };
  const mark = sign.repeat(length);
  return { from, to, text: mark + chosen + mark, start: from + length, end: to + length };
}

/** Emphasis does not reach from one paragraph or item into the next: each line gets its own. */
function emphasiseLines(kind, format, value, from, to) {
  const lines = value.slice(from, to).split('\n');
  const parts = lines.map((line) => {
    const start = LINE_START.exec(line)[0].length;
    return [line.slice(0, start), line.slice(start).trimEnd()];
  });
  const edits = parts.map(([, text]) => emphasise(kind, format, text, 0, text.length).text);
  const isMore = parts.map(([, text], index) => text === '' || edits[index].length > text.length);
  const isAllMarked = !parts.some(([, text], index) => text !== '' && isMore[index]);
  const text = parts.map(([start, rest], index) => {
    const changes = rest !== '' && isMore[index] !== isAllMarked;
    return start + (changes ? edits[index] : rest);
  });
  const joined = text.join('\n');
  return { from, to, text: joined, start: from, end: from + joined.length };
}

function wrap(value, from, to, open, close) {
  const chosen = value.slice(from, to);
  if (chosen.length > open.length + close.length && chosen.startsWith(open) && chosen.endsWith(close)) {
    const text = chosen.slice(open.length, chosen.length - close.length);
    return { from, to, text, start: from, end: from + text.length };
  }
  if (value.slice(0, from).endsWith(open) && value.startsWith(close, to))
    return {
      from: from - open.length,
      to: to + close.length,
      text: chosen,
      start: from - open.length,
      end: to - open.length,
    };
  return { from, to, text: open + chosen + close, start: from + open.length, end: to + open.length };
}

/** The whole lines that are touched. */
function wholeLines(value, start, end) {
  const last = end > start && value[end - 1] === '\n' ? end - 1 : end;
  const from = value.lastIndexOf('\n', start - 1) + 1;
  const next = value.indexOf('\n', last);
  return [start === 0 ? 0 : from, next < 0 ? value.length : next];
}

function code(format, value, start, end) {
  const [from, to] = narrowed(value, start, end);
  const chosen = value.slice(from, to);
  if (chosen.includes('\n')) {
    const [first, last] = wholeLines(value, from, to);
    const [open, close] = FENCES[format];
    return wrap(value, first, last, `${open}\n`, `\n${close}`);
  }
  if (chosen.slice(1, -1).includes('`'))
    return format === 'wiki' ? wrap(value, from, to, '{{{', '}}}') : wrap(value, from, to, '`` ', ' ``');
  return wrap(value, from, to, '`', '`');
}

/** A list of one kind becomes one of the other. */
const OTHER_LIST = { list: 'numbered', numbered: 'list' };

function markLines(kind, format, value, start, end) {
  const [from, to] = wholeLines(value, start, end);
  const { make, has } = LINES[format][kind];
  const other = LINES[format][OTHER_LIST[kind]];
  const lines = value.slice(from, to).split('\n');
  const written = lines.filter((line) => line.trim() !== '');
  const isMarked = written.length > 0 && written.every((line) => has.test(line));
  let number = 0;
  const changed = lines.map((line) => {
    if (isMarked) return line.replace(has, '');
    if (line.trim() === '' && lines.length > 1) return kind === 'quote' ? '>' : line;
    number += 1;
    const bare = line.replace(has, '');
    return make(other ? bare.replace(other.has, '') : bare, number);
  });
  const text = changed.join('\n');
  const last = from + text.length;
  return { from, to, text, start: start === end ? last : from, end: last };
}

const HEADINGS = {
  wiki: { has: /^ *(=+) +(.*?)(?: +\1)? *$/, text: 2, open: '== ', close: ' ==' },
  markdown: { has: /^(#{1,6}) +(.*?)(?: +#+)? *$/, text: 2, open: '## ', close: '' },
};

function heading(format, value, start, end) {
  const [from, to] = wholeLines(value, start, end);
  const { has, text: group, open, close } = HEADINGS[format];
  const lines = value.slice(from, to).split('\n');
  const isMarked = lines.some((line) => line.trim() !== '') && lines.every((line) => line.trim() === '' || has.test(line));
  const changed = lines.map((line) => {
    if (isMarked) return has.exec(line)?.[group] ?? line;
    return line.trim() === '' && lines.length > 1 ? line : open + (has.exec(line)?.[group] ?? line.trim()) + close;
  });
  const text = changed.join('\n');
  const caret = from + text.length - (isMarked ? 0 : close.length);
  return { from, to, text, start: start === end ? caret : from, end: start === end ? caret : from + text.length };
}

const ADDRESS = /^(?:https?:\/\/|mailto:)\S+$/;
const SCHEME = 'https://';

function link(format, value, start, end) {
  const [from, to] = start === end ? [start, end] : narrowed(value, start, end);
  const chosen = value.slice(from, to).replaceAll('\n', ' ');
  if (ADDRESS.test(chosen)) {
    const text = format === 'wiki' ? `[${chosen} ]` : `[](${chosen})`;
    const caret = from + (format === 'wiki' ? text.length - 1 : 1);
    return { from, to, text, start: caret, end: caret };
  }
  const text = format === 'wiki' ? `[${SCHEME} ${chosen}]` : `[${chosen}](${SCHEME})`;
  const at = from + (format === 'wiki' ? 1 : chosen.length + 3);
  return { from, to, text, start: at, end: at + SCHEME.length };
}

/** The number sign: proposals follow while one types on. */
function ticket(value, start, end) {
  const number = /^#?(\d+)$/.exec(value.slice(start, end).trim())?.[1];
  if (number)
    return { from: start, to: end, text: `#${number}`, start: start + number.length + 1, end: start + number.length + 1 };
  return insertion(value, end, end, '#');
}

/** Text in a place of its own: a blank keeps it from what stands before. */
export function insertion(value, from, to, inserted) {
  const text = /[\s([{]$/.test(value.slice(0, from)) || from === 0 ? inserted : ` ${inserted}`;
  return { from, to, text, start: from + text.length, end: from + text.length };
}

/** What the tool `kind` makes of a text in which `start` to `end` is selected. */
export function edited(kind, language, value, start, end) {
  const format = language in EMPHASIS ? language : 'markdown';
  if (kind === 'bold' || kind === 'italic') {
    const [from, to] = narrowed(value, start, end);
    const isLong = value.slice(from, to).includes('\n');
    return (isLong ? emphasiseLines : emphasise)(kind, format, value, from, to);
  }
  if (kind === 'code') return code(format, value, start, end);
  if (kind === 'heading') return heading(format, value, start, end);
  if (kind === 'link') return link(format, value, start, end);
  if (kind === 'ticket') return ticket(value, start, end);
  return markLines(kind, format, value, start, end);
}

/** Writes it as if it were typed: it can be undone, and everybody hears of it. */
export function write(field, { from, to, text, start, end }) {
  if (field.disabled || field.readOnly) return;
  field.focus({ preventScroll: true });
  field.setSelectionRange(from, to);
  const before = field.value;
  const wanted = before.slice(0, from) + text + before.slice(to);
  if (wanted !== before) {
    if (text === '') document.execCommand('delete');
    else document.execCommand('insertText', false, text);
    if (field.value !== wanted) {
      field.value = before;
      field.setRangeText(text, from, to);
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }
  }
  field.setSelectionRange(start, end);
}
