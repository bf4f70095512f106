import { LRUCache } from 'lru-cache';
import type { Log } from '../kernel/log.ts';
import type { CompiledText, CompileOptions, TextFormat } from './extension-points.ts';
import { escapeHtml, plainHtml } from './markup.ts';

/** A text read once, in one format with one set of options. */
export interface Compiled {
  readonly format: string;
  readonly inline: boolean;
  readonly breaks: boolean;
  readonly text: CompiledText;
  /** The whole HTML; undefined where a link or macro has to be looked up. */
  readonly html: string | undefined;
}

/** What is wanted of a text. */
export interface Wanted extends CompileOptions {
  readonly source: string;
  readonly format: string;
  /** Not kept. */
  readonly passing: boolean;
}

/** Characters; longer texts stand as typed. */
const LARGEST = 262_144;
/** Milliseconds; a text that took longer stands as typed from then on. */
const PATIENCE = 2000;

const isString = (part: CompiledText['parts'][number]): part is string => typeof part === 'string';

function noticeHtml({ notice }: CompiledText, inline: boolean): string {
  if (notice === undefined) return '';
  const tag = inline ? 'span' : 'p';
  return `<${tag} class="text-notice">${escapeHtml(notice)}</${tag}>`;
}

/** The HTML of a text that has no gaps; undefined: it has some. */
function wholeHtml(text: CompiledText): string | undefined {
  return text.parts.every(isString) ? text.parts.join('') : undefined;
}

function asTyped({ source, inline }: Wanted, notice?: string): CompiledText {
  const html = inline ? escapeHtml(source.replaceAll('\0', '')) : plainHtml(source);
  return notice === undefined ? { parts: [html] } : { parts: [html], notice };
}

function sizeOf(source: string, variants: readonly Compiled[]): number {
  let size = 2 * source.length + 200;
  for (const { text, html } of variants) {
    size += 100 + 2 * (html?.length ?? 0);
    if (html === undefined)
      for (const part of text.parts) size += isString(part) ? 2 * part.length + 20 : 300 + 4 * part.source.length;
  }
  return size;
}

const isSame = (one: Compiled, { format, inline, breaks }: Wanted): boolean =>
  one.format === format && one.inline === inline && one.breaks === breaks;

/** Reads texts, and keeps what came of it by content, up to so many bytes in all. */
export function compiledTexts(formats: () => ReadonlyMap<string, TextFormat>, bytes: number, log: Log) {
  const kept = new LRUCache<string, Compiled[]>({
    maxSize: Math.max(1, bytes),
    sizeCalculation: (variants, source) => sizeOf(source, variants),
  });

  function read(wanted: Wanted): CompiledText {
    const format = formats().get(wanted.format);
    if (format === undefined) return asTyped(wanted);
    if (wanted.source.length > LARGEST) return asTyped(wanted, 'This text is too long to be formatted.');
    const start = performance.now();
    try {
      const text = format.compile(wanted.source, wanted);
      const took = performance.now() - start;
      if (took < PATIENCE) return text;
      log.warn('A text took too long to be formatted.', {
        format: wanted.format,
        length: wanted.source.length,
        ms: Math.round(took),
      });
      return asTyped(wanted, 'This text takes too long to be formatted.');
    } catch (error) {
      log.error('A text could not be formatted.', { format: wanted.format, length: wanted.source.length, error: String(error) });
      return asTyped(wanted, 'This text could not be formatted.');
    }
  }

  function compile(wanted: Wanted): Compiled {
    const text = read(wanted);
    const notice = noticeHtml(text, wanted.inline);
    const noted = notice === '' ? text : { ...text, parts: [notice, ...text.parts] };
    return { format: wanted.format, inline: wanted.inline, breaks: wanted.breaks, text: noted, html: wholeHtml(noted) };
  }

  return (wanted: Wanted): Compiled => {
    const { source } = wanted;
    const variants = kept.get(source);
    const known = variants?.find((one) => isSame(one, wanted));
    if (known !== undefined) return known;
    const made = compile(wanted);
    if (wanted.passing) return made;
    kept.set(source, variants === undefined ? [made] : [...variants, made]);
    return made;
  };
}
