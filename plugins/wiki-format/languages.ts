import { createRequire } from 'node:module';
import type { HLJSApi, LanguageFn } from 'highlight.js';

/** Languages beside the common ones, each loaded when it is first asked for. */
const MORE: ReadonlySet<string> = new Set([
  ...['apache', 'clojure', 'cmake', 'dart', 'delphi', 'django', 'dockerfile', 'dos', 'elixir', 'erlang', 'fortran', 'groovy'],
  ...['haskell', 'http', 'latex', 'lisp', 'matlab', 'nginx', 'ocaml', 'powershell', 'properties', 'scala', 'scheme', 'tcl'],
  ...['verilog', 'vhdl', 'vim'],
]);

const load = createRequire(import.meta.url);
let highlighter: HLJSApi | undefined;

/** Loading it takes a tenth of a second and 13 MB, which sites without code need not spend; texts are read without waiting. */
function getHighlighter(): HLJSApi {
  highlighter ??= load('highlight.js/lib/common') as HLJSApi;
  return highlighter;
}

function hasLanguage(name: string): boolean {
  const known = getHighlighter();
  if (known.getLanguage(name) === undefined && MORE.has(name))
    known.registerLanguage(name, load(`highlight.js/lib/languages/${name}`) as LanguageFn);
  return known.getLanguage(name) !== undefined;
}

/** Not highlighted. */
export const PLAIN = 'plaintext';

/** Names that Trac's administrators know, and what they are called here. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['text', PLAIN],
  ['plain', PLAIN],
  ['txt', PLAIN],
  ['asp', 'xml'],
  ['sql-mysql', 'sql'],
  ['cfg', 'ini'],
  ['conf', 'ini'],
  ['docker', 'dockerfile'],
  ['emacs-lisp', 'lisp'],
  ['elisp', 'lisp'],
  ['ps1', 'powershell'],
  ['batch', 'dos'],
  ['rhtml', 'xml'],
  ['jinja', 'django'],
  ['ksh', 'bash'],
  ['console', 'shell'],
  ['objc', 'objectivec'],
  ['m', 'matlab'],
  ['jinja2', 'django'],
  ['nginxconf', 'nginx'],
  ['apacheconf', 'apache'],
  ['cmd', 'dos'],
  ['bat', 'dos'],
  ['f90', 'fortran'],
  ['pascal', 'delphi'],
  ['pas', 'delphi'],
  ['ml', 'ocaml'],
  ['hs', 'haskell'],
  ['exs', 'elixir'],
  ['ex', 'elixir'],
  ['erl', 'erlang'],
  ['clj', 'clojure'],
  ['pwsh', 'powershell'],
]);

/** By the second half of a MIME type, without `x-`. */
const SUBTYPES: ReadonlyMap<string, string> = new Map([
  ['csrc', 'c'],
  ['chdr', 'c'],
  ['c++src', 'cpp'],
  ['c++hdr', 'cpp'],
  ['ecmascript', 'javascript'],
  ['javascript-src', 'javascript'],
  ['xhtml+xml', 'xml'],
  ['svg+xml', 'xml'],
  ['rss+xml', 'xml'],
  ['atom+xml', 'xml'],
  ['php3', 'php'],
  ['httpd-php', 'php'],
  ['psp', 'python'],
  ['ini-file', 'ini'],
  ['tex', 'latex'],
  ['scripting-tcl', 'tcl'],
  ['emacs-lisp', 'lisp'],
  ['elisp', 'lisp'],
  ['shellscript', 'bash'],
]);

function known(name: string): string | undefined {
  const own = OTHER_NAMES.get(name) ?? name;
  return own === PLAIN || hasLanguage(own) ? own : undefined;
}

const OWN_NAME = /^[\w+#-]{1,30}$/;

/** The language that a processor's name stands for, be it a name or a MIME type; undefined: none that is known. */
export function languageOf(name: string): string | undefined {
  const lower = name.toLowerCase();
  const slash = lower.indexOf('/');
  if (slash < 0) return OWN_NAME.test(lower) ? known(lower) : undefined;
  const subtype = lower.slice(slash + 1).replace(/^x-/, '');
  const language = OWN_NAME.test(subtype) || SUBTYPES.has(subtype) ? known(SUBTYPES.get(subtype) ?? subtype) : undefined;
  return language ?? (lower.startsWith('text/') ? PLAIN : undefined);
}

/** HTML of the code, with its tokens in `span`s. */
export const highlighted = (code: string, language: string): string =>
  getHighlighter().highlight(code, { language, ignoreIllegals: true }).value;
