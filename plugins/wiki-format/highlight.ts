import { createContext, Script } from 'node:vm';
import type { Anchors } from './anchors.ts';
import { highlighted, languageOf, PLAIN } from './languages.ts';
import type { Arguments } from './processor-arguments.ts';
import { escapeText } from './writer.ts';

/** Milliseconds that may still be spent on one text. */
export interface Budget {
  highlighting: number;
  /** HTML in blocks; once it is used up, they stand as typed. */
  sanitising: number;
}

export const newBudget = (): Budget => ({ highlighting: 250, sanitising: 300 });

/** Shorter code cannot take long in any language. */
const SHORT = 300;
/** Characters; longer code is not highlighted. */
const LONGEST = 65_536;
const MOST_MARKS = 1000;

const room: { work: () => void } = { work: () => undefined };
const context = createContext(room);
const script = new Script('work()');

/** Grammars of languages are patterns, some of which take quadratic time for hostile code: this stops them. */
function withinTime(work: () => string, milliseconds: number): string | undefined {
  let result: string | undefined;
  room.work = () => {
    result = work();
  };
  try {
    script.runInContext(context, { timeout: Math.max(1, Math.round(milliseconds)) });
    return result;
  } catch {
    return undefined;
  } finally {
    room.work = () => undefined;
  }
}

function highlight(code: string, language: string, budget: Budget): string {
  if (language === PLAIN || code.length > LONGEST || budget.highlighting <= 0) return escapeText(code);
  const start = performance.now();
  const work = (): string => highlighted(code, language);
  const html = code.length <= SHORT ? work() : withinTime(work, budget.highlighting);
  budget.highlighting -= performance.now() - start;
  return html ?? escapeText(code);
}

const TOKEN = /<span[^>]*>|<\/span>|\n/g;

/** The lines of highlighted code. A token that goes on over the end of a line is closed there and opened again. */
export function linesOf(html: string): readonly string[] {
  const lines: string[] = [];
  const open: string[] = [];
  let line = '';
  let from = 0;
  for (const match of html.matchAll(TOKEN)) {
    const [token] = match;
    line += html.slice(from, match.index);
    from = match.index + token.length;
    if (token !== '\n') line += token;
    if (token.startsWith('<span')) open.push(token);
    else if (token === '</span>') open.pop();
    else {
      lines.push(`${line}${'</span>'.repeat(open.length)}\n`);
      line = open.join('');
    }
  }
  const rest = line + html.slice(from);
  return rest === '' ? lines : [...lines, rest];
}

/** The numbers in `3,5-8`. */
function marksOf(text: string): ReadonlySet<number> {
  const marks = new Set<number>();
  for (const piece of text.split(',', MOST_MARKS)) {
    const [, first, last = first] = /^\s*(\d{1,6})(?:-(\d{1,6}))?\s*$/.exec(piece) ?? [];
    for (let one = Number(first); one <= Number(last) && marks.size < MOST_MARKS; one++) marks.add(one);
  }
  return marks;
}

function numbered(html: string, args: Arguments, anchors: Anchors): string {
  const lineno = args.get('lineno');
  const first = typeof lineno === 'string' && /^\d{1,6}$/.test(lineno) ? Number(lineno) : 1;
  const marks = marksOf(String(args.get('marks') ?? ''));
  const id = String(args.get('id') ?? 'a').replace(/[^\w-]/g, '');
  const prefix = anchors.take(/^[A-Za-z]/.test(id) ? id : `a${id}`);
  const rows = linesOf(html).map((line, index) => {
    const name = `${prefix}-L${first + index}`;
    const row = marks.has(first + index) ? '<tr class="hilite">' : '<tr>';
    return `${row}<th id="${name}"><a href="#${name}">${first + index}</a></th><td>${line}</td></tr>`;
  });
  const head = '<thead><tr><th class="lineno" title="Line numbers">Line</th><th class="content">&nbsp;</th></tr></thead>';
  return `<table class="code">${head}<tbody>${rows.join('')}</tbody></table>`;
}

/** Code in a language that `languageOf` knows. */
export function drawCode(name: string, code: string, args: Arguments, budget: Budget, anchors: Anchors): string {
  const html = highlight(code, languageOf(name) ?? PLAIN, budget);
  const isNumbered = args.has('lineno') && args.get('lineno') !== false;
  const body = isNumbered ? numbered(html, args, anchors) : `<div class="code"><pre>${html}</pre></div>`;
  return `<div class="wiki-code">${body}</div>`;
}
