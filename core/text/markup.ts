const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const SPECIAL = /[&<>"']/;

/** Text as HTML that shows it literally, in elements and in quoted attributes. */
export const escapeHtml = (text: string): string =>
  SPECIAL.test(text) ? text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '') : text;

/** Text as typed: paragraphs where lines are left empty, ends of lines kept. */
export function plainHtml(text: string): string {
  const paragraphs: string[][] = [[]];
  for (const line of escapeHtml(text.replaceAll('\0', ''))
    .trimEnd()
    .split(/\r\n|\r|\n/)) {
    if (line.trim() === '') paragraphs.push([]);
    else paragraphs.at(-1)?.push(line);
  }
  return paragraphs
    .filter((lines) => lines.length > 0)
    .map((lines) => `<p>\n${lines.join('<br />\n')}\n</p>\n`)
    .join('');
}

/** A message in the place of what could not be drawn; `inline`: fits into a line. */
export const messageHtml = (title: string, message: string, inline: boolean): string =>
  inline
    ? `<span class="system-message"><strong>${escapeHtml(title)}</strong> ${escapeHtml(message)}</span>`
    : `<div class="system-message"><strong>${escapeHtml(title)}</strong><pre>${escapeHtml(message)}</pre></div>`;

const BLOCK =
  /^\s*<(?:address|article|aside|blockquote|details|div|dl|fieldset|figure|form|h[1-6]|hr|nav|ol|p|pre|section|table|ul)\b/i;

/** True for HTML that begins with a block, and so must not stand in a paragraph. */
export const beginsWithBlock = (html: string): boolean => BLOCK.test(html);
