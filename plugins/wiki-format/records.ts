import { escapeText } from './writer.ts';

const MOST_COLUMNS = 200;

interface Field {
  readonly value: string;
  readonly end: number;
}

/** A field in quotes, in which `""` is a quote. */
function quotedField(text: string, at: number): Field {
  let value = '';
  let from = at + 1;
  for (;;) {
    const close = text.indexOf('"', from);
    if (close < 0) return { value: value + text.slice(from), end: text.length };
    value += text.slice(from, close);
    if (text.charAt(close + 1) !== '"') return { value, end: close + 1 };
    value += '"';
    from = close + 2;
  }
}

function bareField(text: string, at: number, separator: string): Field {
  let end = at;
  while (end < text.length && text.charAt(end) !== separator && text.charAt(end) !== '\n') end += 1;
  return { value: text.slice(at, end), end };
}

/** Reads records parted by lines, their fields by the separator. */
export function readRecords(text: string, separator: string): readonly (readonly string[])[] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at < text.length) {
    const isQuoted = text.charAt(at) === '"';
    const field = isQuoted ? quotedField(text, at) : bareField(text, at, separator);
    const rest = isQuoted ? bareField(text, field.end, separator) : { value: '', end: field.end };
    record.push(field.value + rest.value);
    if (text.charAt(rest.end) !== separator || rest.end >= text.length) {
      records.push(record);
      record = [];
    } else if (rest.end + 1 === text.length) record.push('');
    at = rest.end + 1;
  }
  return record.length === 0 ? records : [...records, record];
}

const row = (cells: readonly string[], element: 'td' | 'th'): string =>
  `<tr>${cells
    .slice(0, MOST_COLUMNS)
    .map((cell) => `<${element}>${escapeText(cell)}</${element}>`)
    .join('')}</tr>`;

/** A table whose first row names the columns. */
export function drawRecords(text: string, separator: string): string {
  const [head, ...rows] = readRecords(text, separator);
  if (head === undefined) return '';
  const body = rows.map((cells) => row(cells, 'td')).join('');
  return `<table class="wiki"><thead>${row(head, 'th')}</thead><tbody>${body}</tbody></table>\n`;
}
