import type { StateCore, Token } from 'markdown-it';
import { safeId, type TextMacro } from 'tracts';
import { GAP, withGaps } from './references.ts';

const TASK = /^\[([ xX])\][ \t]+(?=\S)/;
/** `[[Name]]` or `[[Name(arguments)]]` alone in a paragraph. */
const MACRO = /^\[\[([A-Za-z][\w.-]{0,40})(?:\((.{0,1000})\))?\]\]$/s;

/** What somebody reads of a line. */
const textOf = (token: Token): string =>
  (token.children ?? [])
    .filter(({ type }) => type === 'text' || type === 'code_inline' || type === 'text_special')
    .map(({ content }) => content)
    .join('');

/** Gives headings ids to point at, each once. */
function nameHeading(open: Token, line: Token, taken: Map<string, number>): void {
  const id = safeId(
    textOf(line)
      .replace(/[^\p{L}\p{N}_-]+/gu, '')
      .replace(/^[^\p{L}_]+/u, '')
      .slice(0, 90),
  );
  if (id === undefined) return;
  const count = (taken.get(id) ?? 0) + 1;
  taken.set(id, count);
  open.attrSet('id', count === 1 ? id : `${id}-${count}`);
}

/** `- [x] done`: a box that shows and does nothing. */
function markTask(state: StateCore, line: Token): void {
  const [first] = line.children ?? [];
  const match = first?.type === 'text' ? TASK.exec(first.content) : null;
  if (first === undefined || match === null) return;
  first.content = first.content.slice(match[0].length);
  const box = new state.Token('task', '', 0);
  box.meta = { done: match[1] !== ' ' };
  line.children?.unshift(box);
}

function macroOf(content: string, tight: boolean): TextMacro | undefined {
  const [, name, args = ''] = MACRO.exec(content.trim()) ?? [];
  if (name === undefined) return undefined;
  return {
    kind: 'macro',
    name,
    args,
    body: undefined,
    place: tight ? 'block' : 'paragraph',
    otherwise: `<code>[[${name}]]</code>`,
    source: content.trim(),
  };
}

/** Alignment by an attribute: pages forbid styles in elements. */
function alignCell(token: Token): void {
  const align = /^text-align:(left|right|center)$/.exec(String(token.attrGet('style') ?? ''))?.[1];
  token.attrs = align === undefined ? null : [['align', align]];
}

/** A line of text in a paragraph, heading, cell or list item. */
function finishLine(state: StateCore, line: Token, before: readonly (Token | undefined)[]): void {
  const [open, outer] = before;
  const isParagraph = open?.type === 'paragraph_open';
  const macro = isParagraph ? macroOf(line.content, open?.hidden === true) : undefined;
  if (macro !== undefined) {
    const token = new state.Token(GAP, '', 0);
    token.meta = { part: macro };
    line.children = [token];
    return;
  }
  if (isParagraph && outer?.type === 'list_item_open') markTask(state, line);
  line.children = withGaps(state, line.children ?? []);
}

/** Runs over a text that was read: references, tasks, macros, ids of headings, alignment. */
export function finishBlocks(state: StateCore): void {
  const taken = new Map<string, number>();
  const { tokens } = state;
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'th_open' || token.type === 'td_open') alignCell(token);
    if (token.type !== 'inline') continue;
    const open = tokens[index - 1];
    if (open?.type === 'heading_open') nameHeading(open, token, taken);
    finishLine(state, token, [open, tokens[index - 2]]);
  }
}
