import { type DefaultTreeAdapterTypes, parseFragment, serialize } from 'parse5';
import type { CompiledText, TextLink, TextMacro } from '../../core/text/extension-points.ts';
import { plainWiki, WIKI_CASES } from './golden-wiki.ts';

/** Numbers from 0 to below 1, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
type Random = () => number;

const LARGE = 262_144;

const MARKS = ["'''", "''", "'''''", "'", '**', '//', '__', '~~', ',,', '^', '`', '{{{', '}}}', '!', '\\\\', '\\', '[[BR]]', '…'];
const REFERENCES = [
  ...[
    '#1',
    '#1,3-5',
    '#gen12',
    'ticket:2',
    'comment:3:ticket:1',
    '{1}',
    'report:2',
    'r12',
    '[12]',
    '[1:3]',
    '[12/trunk]',
    'HelloWorld',
  ],
  ...[
    'Sub/Page',
    'HelloWorld#there',
    'wiki:"a b"',
    '[wiki:Some label]',
    '[#x y]',
    '[/p l]',
    '[../x]',
    '[=#here]',
    '[=#here label]',
    '[[=#h|l]]',
  ],
  ...[
    'http://x.example/a_(b)',
    'http://',
    'javascript:alert(1)',
    '[javascript:alert(1) x]',
    '[[javascript:alert(1)|x]]',
    'JaVaScRiPt:x//',
  ],
  ...[
    '[data:text/html,<script> d]',
    'user@example.org',
    '<http://x>',
    '<wiki:a b>',
    '[mailto:a@b.c x]',
    '[[Image(a)]]',
    '[[x|y]]',
    '[["x"]]',
  ],
  ...[
    '[[span(a, onclick=b, style=color: red)]]',
    '[[TOC]]',
    '[[No(x)]]',
    '[[Foo?]]',
    '[["',
    '["a" b]',
    'a:"',
    "a:'",
    'a:b:',
    '[a:',
    '[[',
    ']]',
    ']',
    '[',
  ],
];
const LINE_STARTS = [
  ...[
    '= ',
    '== ',
    '====== ',
    '======= ',
    ' * ',
    '   * ',
    '- ',
    ' 1. ',
    ' a. ',
    ' iv. ',
    ' 007. ',
    '  ',
    '    ',
    '\t',
    '> ',
    '>> ',
    '>',
    '>>>>',
  ],
  ...[
    '----',
    '||',
    '||=',
    '|| a || b ||',
    '|| a ||\\',
    '|-',
    '|---- align=right',
    ' term:: ',
    ' `a::b`:: x',
    ' a::',
    '{{{',
    '{{{#!',
    '}}}',
    '  {{{',
    '  }}}',
  ],
  ...[
    '{{{#!python',
    '{{{#!python lineno=3 marks=1,2-900',
    '{{{#!diff',
    '{{{#!div style="color:red" onclick=x',
    '{{{#!td colspan=2',
    '{{{#!th',
    '{{{#!tr',
  ],
  ...[
    '{{{#!table class=x',
    '{{{#!span',
    '{{{#!comment',
    '{{{#!htmlcomment',
    '{{{#!rtl',
    '{{{#!text/csv',
    '{{{#!tsv',
    '{{{#!Nothing a=b',
    '{{{#!text',
    '#!html',
    '#!java',
  ],
];
const NOISE = [
  ...[
    '<',
    '>',
    '&',
    '"',
    '<b>',
    '</p>',
    '</div>',
    '</td></tr></table>',
    '<script>',
    '<img src=x onerror=y>',
    '&lt;',
    '&#49;',
    '<!--',
    '-->',
    ']]>',
  ],
  ...[
    ' ',
    '  ',
    'a',
    'word',
    'É',
    '日本',
    '🎉',
    '\u200b',
    '\u202e',
    '\0',
    '\u0001',
    '0',
    '1',
    '.',
    ',',
    ':',
    '::',
    ';',
    '=',
    '|',
    '||',
    '-',
    '@',
    '\\,',
    '(',
    ')',
    '?',
    '%',
  ],
];
const PATCH = '--- a\t1\n+++ b\t2\n@@ -1,3 +1,3 @@ f()\n same\n-old\n+new <b>\n same\n';
const VOCABULARY = [...MARKS, ...REFERENCES, ...LINE_STARTS, ...NOISE];
const HTML_BLOCKS = [
  '{{{#!html\n',
  '<p>',
  '<b>',
  '<table>',
  '<td>',
  '</table>',
  '<a href=javascript:x>',
  '<svg onload=x>',
  '<div style="x:expression(1)">',
];

const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)] as T;

/** One piece, or a few, over and over. */
function repeated(random: Random, size: number): string {
  const piece = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(VOCABULARY, random)).join('');
  const start = random() < 0.3 ? `${pick(LINE_STARTS, random)}\n` : '';
  return start + (piece + (random() < 0.4 ? '\n' : '')).repeat(Math.ceil(size / piece.length)).slice(0, size);
}

/** Deeper and deeper. */
function nested(random: Random, size: number): string {
  const kinds: readonly ((depth: number) => string)[] = [
    (depth) => `${' '.repeat(depth)}* x\n`,
    (depth) => `${' '.repeat(depth)}text\n`,
    (depth) => `${'>'.repeat(depth)} x\n`,
    () => '{{{#!div\n',
    () => '{{{\n',
    () => '{{{#!table\n{{{#!tr\n{{{#!td\n',
    (depth) => `${' '.repeat(depth)}1. x\n`,
    () => '[[span(',
    (depth) => `${' '.repeat(depth % 40)}{{{#!td\n`,
  ];
  const kind = pick(kinds, random);
  let text = '';
  for (let depth = 1; text.length < size && depth < 10_000; depth++) text += kind(depth);
  return random() < 0.5 ? text : text + '}}}\n'.repeat(5_000);
}

/** Lines made of what the syntax knows. */
function grown(random: Random, size: number): string {
  let text = '';
  while (text.length < size) {
    text += random() < 0.6 ? pick(LINE_STARTS, random) : '';
    for (let left = Math.floor(random() * 12); left > 0; left--) text += pick(VOCABULARY, random) + (random() < 0.4 ? ' ' : '');
    text += random() < 0.15 ? '\n\n' : '\n';
    if (random() < 0.02) text += `{{{#!diff\n${PATCH}}}}\n`;
  }
  return text;
}

/** Recorded texts, cut, joined and mixed. */
function mutated(random: Random, size: number): string {
  let text = '';
  while (text.length < size) text += pick(WIKI_CASES, random).text + pick(['\n', '\n\n', '', ' '], random);
  for (let left = 1 + Math.floor(random() * 20); left > 0; left--) {
    const at = Math.floor(random() * text.length);
    const end = at + Math.floor(random() * 30);
    const piece = pick(
      ['', pick(VOCABULARY, random), text.slice(at, end).repeat(3), [...text.slice(at, end)].reverse().join('')],
      random,
    );
    text = text.slice(0, at) + piece + text.slice(random() < 0.5 ? at : end);
  }
  return text;
}

const html = (random: Random, size: number): string => {
  let text = '{{{#!html\n';
  while (text.length < size) text += pick([...HTML_BLOCKS, ...NOISE, '\n}}}\n', '\n'], random);
  return text;
};

/** A hostile text. `strict`: it holds no HTML of the author's, so that a browser must read what we write as we wrote it. */
export function hostileText(random: Random): { readonly text: string; readonly strict: boolean } {
  const size = random() < 0.06 ? LARGE : Math.floor(20 + random() ** 3 * 4000);
  const isHtml = random() < 0.04;
  if (isHtml) return { text: html(random, Math.min(size, 60_000)), strict: false };
  const make = pick([repeated, nested, grown, grown, mutated, mutated], random);
  const text = make(random, make === mutated ? Math.min(size, 40_000) : size).slice(0, LARGE);
  return { text, strict: !/#!\s*html/.test(text) };
}

function drawMacro({ place, otherwise, source }: TextMacro): string {
  if (source.length % 2 === 0) return typeof otherwise === 'string' ? otherwise : drawLink(otherwise);
  if (place === 'block') return '<div class="macro">x</div>';
  return place === 'paragraph' ? '</p><div class="macro">x</div><p>' : '<span class="macro">x</span>';
}
const drawLink = ({ label }: TextLink): string => `<a href="/somewhere">${label}</a>`;

/** The text as HTML, with every reference a link and every second macro known. */
export const drawAll = ({ parts }: CompiledText): string =>
  parts.map((part) => (typeof part === 'string' ? part : part.kind === 'link' ? drawLink(part) : drawMacro(part))).join('');

const VOID: ReadonlySet<string> = new Set(['br', 'hr', 'img', 'col', 'wbr', 'input']);
const TAG = /<!--[\s\S]*?-->|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*\/?>/g;

interface Written {
  /** `p`, `/p`, in order, without what browsers add. */
  readonly elements: readonly string[];
  readonly text: string;
}

function readTags(drawn: string): Written {
  const elements: string[] = [];
  let text = '';
  let from = 0;
  for (const match of drawn.matchAll(TAG)) {
    text += drawn.slice(from, match.index);
    from = match.index + match[0].length;
    const [, slash = '', name] = match;
    if (name !== undefined && name !== 'tbody' && !VOID.has(name)) elements.push(`${slash}${name}`);
  }
  return { elements, text: text + drawn.slice(from) };
}

function nestingFault(elements: readonly string[]): string | undefined {
  const open: string[] = [];
  for (const element of elements)
    if (!element.startsWith('/')) open.push(element);
    else if (open.pop() !== element.slice(1)) return `<${element}> closes something else`;
  return open.length === 0 ? undefined : `left open: ${open.slice(0, 5).join(' ')}`;
}

/** What is wrong with the tags of HTML that only we wrote. */
function writtenFault(drawn: string): string | undefined {
  const { elements, text } = readTags(drawn);
  const fault = nestingFault(elements);
  if (fault !== undefined) return fault;
  if (/[<>]/.test(text)) return 'a bare < or >';
  const read = readTags(serialize(parseFragment(drawn))).elements;
  const at = elements.findIndex((element, index) => element !== read[index]);
  if (at < 0 && elements.length === read.length) return undefined;
  const around = (all: readonly string[]): string => all.slice(Math.max(0, at - 3), at + 3).join(' ');
  return `written ${around(elements)}, read ${around(read)}`;
}

const FORBIDDEN: ReadonlySet<string> = new Set([
  ...[
    'script',
    'style',
    'iframe',
    'object',
    'embed',
    'form',
    'input',
    'svg',
    'math',
    'link',
    'meta',
    'base',
    'template',
    'textarea',
  ],
]);
const EVIL = /^[\s\0-\x20]*(?:javascript|vbscript|data):/i;

function attributeFault(name: string, value: string): string | undefined {
  if (name.startsWith('on')) return `attribute ${name}`;
  if ((name === 'href' || name === 'src') && EVIL.test(value)) return `${name}=${value.slice(0, 40)}`;
  return name === 'style' && /url\s*\(|expression\s*\(|@|\\/i.test(value) ? `style=${value.slice(0, 40)}` : undefined;
}

function findEvil(root: DefaultTreeAdapterTypes.ParentNode, faults: string[]): void {
  const pending: DefaultTreeAdapterTypes.ChildNode[] = root.childNodes.slice();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (!('tagName' in node)) continue;
    if (FORBIDDEN.has(node.tagName)) faults.push(`element ${node.tagName}`);
    for (const { name, value } of node.attrs) {
      const fault = attributeFault(name, value);
      if (fault !== undefined) faults.push(fault);
    }
    for (const child of node.childNodes) pending.push(child);
  }
}

/** What is wrong with HTML that came of a text: it runs something, is not closed in itself, or is not read as it was written. */
export function faultsOf(drawn: string, strict: boolean): readonly string[] {
  const faults: string[] = [];
  const tree = parseFragment(`${drawn}<section></section>`);
  const last = tree.childNodes.at(-1);
  if (last === undefined || !('tagName' in last) || last.tagName !== 'section')
    faults.push('what follows is drawn into the text');
  findEvil(tree, faults);
  const fault = strict ? writtenFault(drawn) : undefined;
  return fault === undefined ? faults : [...faults, fault];
}

/** What came of one text. */
export interface Tried {
  /** Of the processor, so that other work on the machine does not count. */
  readonly milliseconds: number;
  readonly faults: readonly string[];
}

/** Reads a text in the way given and looks at what came of it. */
export function tryText(text: string, strict: boolean, options: { readonly inline: boolean; readonly breaks: boolean }): Tried {
  const start = process.cpuUsage();
  const drawn = drawAll(plainWiki.compile(text, options));
  const length = Buffer.byteLength(drawn);
  const { user, system } = process.cpuUsage(start);
  const milliseconds = (user + system) / 1000;
  const faults = length > 40 * text.length + 10_000 ? [`${length} bytes of HTML`] : [];
  return { milliseconds, faults: [...faults, ...faultsOf(drawn, strict)] };
}
