const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const DEEPEST_QUOTE = 6;
const GREATEST_ID = 2_147_483_647;

/** Text as HTML that shows it literally. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

const TICKET = /(?<![\w/&#])#([1-9]\d{0,9})(?![\w-])/g;

/** Makes `#12` a link where it stands as a word of its own; everything else is escaped. */
function inline(text: string, ticketHref: (id: number) => string): string {
  let html = '';
  let end = 0;
  for (const match of text.matchAll(TICKET)) {
    const id = Number(match[1]);
    if (id > GREATEST_ID) continue;
    html += `${escapeHtml(text.slice(end, match.index))}<a class="ticket-link" href="${escapeHtml(ticketHref(id))}">#${id}</a>`;
    end = match.index + match[0].length;
  }
  return html + escapeHtml(text.slice(end));
}

const isQuote = (line: string): boolean => line.startsWith('>');
const unquote = (line: string): string => line.replace(/^> ?/, '');

/** Groups lines into runs of one kind, so that every line is looked at once a level. */
function* runs(
  lines: readonly string[],
  depth: number,
): Generator<{ readonly quoted: boolean; readonly lines: readonly string[] }> {
  let start = 0;
  for (let end = 1; end <= lines.length; end++) {
    const quoted = depth < DEEPEST_QUOTE && isQuote(lines[start] ?? '');
    if (end < lines.length && quoted === (depth < DEEPEST_QUOTE && isQuote(lines[end] ?? ''))) continue;
    yield { quoted, lines: lines.slice(start, end) };
    start = end;
  }
}

function paragraphs(lines: readonly string[], ticketHref: (id: number) => string): string {
  const found: string[][] = [[]];
  for (const line of lines) {
    if (line.trim() === '') found.push([]);
    else found.at(-1)?.push(inline(line, ticketHref));
  }
  return found
    .filter((paragraph) => paragraph.length > 0)
    .map((paragraph) => `<p>${paragraph.join('<br>')}</p>`)
    .join('\n');
}

function blocks(lines: readonly string[], ticketHref: (id: number) => string, depth: number): string {
  let html = '';
  for (const run of runs(lines, depth))
    html += run.quoted
      ? `<blockquote>${blocks(run.lines.map(unquote), ticketHref, depth + 1)}</blockquote>\n`
      : paragraphs(run.lines, ticketHref);
  return html;
}

/**
 * Plain text as safe HTML: paragraphs, line breaks, `> ` quotes and links on `#12`. Time grows with the text's length alone.
 *
 * Leading blanks survive as typed only where the style sheet says `white-space: pre-wrap` (class `prose`).
 */
export const plainTextToHtml = (text: string, ticketHref: (id: number) => string): string =>
  text.trim() === '' ? '' : blocks(text.replace(/\r\n?/g, '\n').replace(/\n+$/, '').split('\n'), ticketHref, 0);

/** A text as the beginning of an answer to it: every line behind `> `. */
export const quoteText = (text: string, heading: string): string =>
  `${heading}\n${text
    .replace(/\r\n?/g, '\n')
    .trimEnd()
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')}\n\n`;
