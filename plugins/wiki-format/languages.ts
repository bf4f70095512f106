import highlighter from 'highlight.js/lib/common';
import apache from 'highlight.js/lib/languages/apache';
import clojure from 'highlight.js/lib/languages/clojure';
import cmake from 'highlight.js/lib/languages/cmake';
import dart from 'highlight.js/lib/languages/dart';
import delphi from 'highlight.js/lib/languages/delphi';
import django from 'highlight.js/lib/languages/django';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import dos from 'highlight.js/lib/languages/dos';
import elixir from 'highlight.js/lib/languages/elixir';
import erlang from 'highlight.js/lib/languages/erlang';
import fortran from 'highlight.js/lib/languages/fortran';
import groovy from 'highlight.js/lib/languages/groovy';
import haskell from 'highlight.js/lib/languages/haskell';
import http from 'highlight.js/lib/languages/http';
import latex from 'highlight.js/lib/languages/latex';
import lisp from 'highlight.js/lib/languages/lisp';
import matlab from 'highlight.js/lib/languages/matlab';
import nginx from 'highlight.js/lib/languages/nginx';
import ocaml from 'highlight.js/lib/languages/ocaml';
import powershell from 'highlight.js/lib/languages/powershell';
import properties from 'highlight.js/lib/languages/properties';
import scala from 'highlight.js/lib/languages/scala';
import scheme from 'highlight.js/lib/languages/scheme';
import tcl from 'highlight.js/lib/languages/tcl';
import verilog from 'highlight.js/lib/languages/verilog';
import vhdl from 'highlight.js/lib/languages/vhdl';
import vim from 'highlight.js/lib/languages/vim';

const MORE = {
  ...{ apache, clojure, cmake, dart, delphi, django, dockerfile, dos, elixir, erlang, fortran, groovy, haskell, http, latex },
  ...{ lisp, matlab, nginx, ocaml, powershell, properties, scala, scheme, tcl, verilog, vhdl, vim },
};
for (const [name, language] of Object.entries(MORE)) highlighter.registerLanguage(name, language);

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

const known = (name: string): string | undefined =>
  OTHER_NAMES.get(name) ?? (highlighter.getLanguage(name) === undefined ? undefined : name);

const OWN_NAME = /^[\w+#-]{1,30}$/;

/** The language that a processor's name stands for, be it a name or a MIME type; undefined: none that is known. */
export function languageOf(name: string): string | undefined {
  const lower = name.toLowerCase();
  const slash = lower.indexOf('/');
  if (slash < 0) return OWN_NAME.test(lower) ? known(lower) : undefined;
  const subtype = lower.slice(slash + 1).replace(/^x-/, '');
  const language = SUBTYPES.get(subtype) ?? (OWN_NAME.test(subtype) ? known(subtype) : undefined);
  return language ?? (lower.startsWith('text/') ? PLAIN : undefined);
}

/** HTML of the code, with its tokens in `span`s. */
export const highlighted = (code: string, language: string): string =>
  highlighter.highlight(code, { language, ignoreIllegals: true }).value;
