import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';
import { extensionOf } from './names.ts';

const SAMPLE = 64 * 1024;

/** Drawn in the browser where they stand: pictures that cannot run anything, and text, which is never taken for more. */
const SHOWN: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'text/plain']);
/** What a browser might run, by the ending that a download gets. */
const ACTIVE = /^\.(?:x?html?|xht|shtml|mht|mhtml|svgz?|xml|xsl|xslt|rdf|rss|atom|js|mjs|cjs|wasm|swf|hta|htc|vbs)$/i;
const MARKUP = /^\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype|\?xml|html|head|body|svg|script|math|\w+:\w+)\b/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: texts have none of these
const NOT_IN_TEXT = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/;

/** What the content is by its own bytes: nobody's word is taken for it. `text/plain` is UTF-8. */
export async function sniffType(file: string): Promise<string> {
  const sample = await readSample(file);
  const text = textOf(sample);
  if (text !== undefined && MARKUP.test(text.slice(0, 4096))) return markupType(text);
  const found = await fileTypeFromFile(file);
  if (found) return found.mime;
  return text === undefined ? 'application/octet-stream' : 'text/plain';
}

/** The type with which a file of that name is sent, and whether a browser may draw it instead of saving it. */
export function servedAs(type: string, filename: string): { readonly type: string; readonly inline: boolean } {
  if (ACTIVE.test(extensionOf(filename)) || !/^[\w.+-]+\/[\w.+-]+$/.test(type) || /html|xml|script|svg|multipart/.test(type))
    return { type: 'application/octet-stream', inline: false };
  return { type: type === 'text/plain' ? 'text/plain; charset=utf-8' : type, inline: SHOWN.has(type) };
}

/** True for pictures that pages may show. */
export const isPicture = (type: string, filename: string): boolean =>
  type.startsWith('image/') && servedAs(type, filename).inline;

async function readSample(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SAMPLE), 0, SAMPLE, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function textOf(sample: Buffer): string | undefined {
  try {
    // A character may be cut at the sample's end: `stream` waits for its rest.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: sample.length === SAMPLE });
    return NOT_IN_TEXT.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function markupType(text: string): string {
  if (/<svg\b/i.test(text.slice(0, 4096))) return 'image/svg+xml';
  return /^\s*<\?xml\b/i.test(text) ? 'application/xml' : 'text/html';
}
