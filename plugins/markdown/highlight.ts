import { createRequire } from 'node:module';

interface Highlighter {
  getLanguage(name: string): unknown;
  highlight(code: string, options: { readonly language: string; readonly ignoreIllegals: boolean }): { readonly value: string };
}

/** Characters; longer code stands without colours. */
const LONGEST = 20_000;

let library: Highlighter | undefined;
/** Loaded when the first code is drawn: that takes longer than everything else of this plugin. */
function getLibrary(): Highlighter {
  library ??= createRequire(import.meta.url)('highlight.js/lib/common') as Highlighter;
  return library;
}

/** Code as HTML with classes; `''`: the language is unknown, or the code too long. */
export function highlight(code: string, language: string): string {
  if (!/^[\w+#.-]{1,30}$/.test(language) || code.length > LONGEST) return '';
  const known = getLibrary();
  return known.getLanguage(language) === undefined ? '' : known.highlight(code, { language, ignoreIllegals: true }).value;
}
