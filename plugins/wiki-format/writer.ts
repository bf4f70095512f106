import type { CompiledText, TextLink, TextMacro } from 'tracts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text for between tags: quotes stay as they are. */
export const escapeText = (text: string): string => text.replace(/[&<>]/g, (character) => ESCAPES[character] ?? '');
/** Text for within double quotes. */
export const escapeValue = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? '');

const CHARACTERS: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };
const unescaped = (html: string): string => html.replace(/&(?:amp|lt|gt|quot);/g, (entity) => CHARACTERS[entity] ?? '');

/** Collects finished HTML with the gaps between. */
export class PartsWriter {
  readonly #parts: (string | TextLink | TextMacro)[] = [];
  #html = '';
  #last = '';

  write(html: string): void {
    if (html === '') return;
    this.#html += html;
    this.#last = html;
  }

  add(part: TextLink | TextMacro): void {
    if (this.#html !== '') this.#parts.push(this.#html);
    this.#html = '';
    this.#last = '';
    this.#parts.push(part);
  }

  append(parts: CompiledText['parts']): void {
    for (const part of parts)
      if (typeof part === 'string') this.write(part);
      else this.add(part);
  }

  /** True where this was the last to be written, in one piece. To look into what was written would copy it each time. */
  endsWith(html: string): boolean {
    return this.#last === html;
  }

  get isEmpty(): boolean {
    return this.#html === '' && this.#parts.length === 0;
  }

  get parts(): CompiledText['parts'] {
    return this.#html === '' ? this.#parts : [...this.#parts, this.#html];
  }
}

/** What a person reads of our own HTML, in which every `<` and `>` belongs to a tag. */
export function plainText(parts: CompiledText['parts']): string {
  let text = '';
  for (const part of parts)
    if (typeof part === 'string') text += unescaped(part.replace(/<[^<>]*>/g, ''));
    else if (part.kind === 'link') text += unescaped(part.label.replace(/<[^<>]*>/g, ''));
  return text;
}
