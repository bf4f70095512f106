import { CODE, isDigit, isLetter } from './characters.ts';
import type { PartsWriter } from './writer.ts';

/** Deeper lists and quotes stay at this level. */
const DEEPEST = 50;

/** What begins an item of a list. */
export interface ItemStart {
  readonly depth: number;
  readonly element: 'ul' | 'ol';
  /** Attributes of the list, should this item begin it. */
  readonly attributes: string;
  /** Where the item's text begins. */
  readonly at: number;
}

const ROMAN = /^[ivxIVX]{1,5}$/;
const MOST_DIGITS = 9;
const BULLET = 0x2022;

function numberingOf(mark: string): string {
  const first = mark.charAt(0);
  if (first === 'i') return ' class="lowerroman"';
  if (first === 'I') return ' class="upperroman"';
  if (isDigit(mark.charCodeAt(0))) return mark === '1' || mark.length > MOST_DIGITS ? '' : ` start="${Number(mark)}"`;
  const isLower = first === first.toLowerCase();
  const start = mark.charCodeAt(0) - (isLower ? 96 : 64);
  return ` class="${isLower ? 'lower' : 'upper'}alpha"${mark.length > 1 || start === 1 ? '' : ` start="${start}"`}`;
}

const isBullet = (code: number): boolean => code === CODE.star || code === CODE.dash || code === BULLET;

/** True where an item may begin with the character. */
export const mayBeItem = (code: number): boolean => isBullet(code) || isDigit(code) || isLetter(code);

/** Reads ` * `, ` 1. `, ` a. `, ` iv. ` where a line is indented by `depth`; undefined: it begins no item. */
export function readItem(line: string, depth: number): ItemStart | undefined {
  const code = line.charCodeAt(depth);
  if (isBullet(code))
    return line.charCodeAt(depth + 1) === CODE.space ? { depth, element: 'ul', attributes: '', at: depth + 2 } : undefined;
  return isDigit(code) || isLetter(code) ? readNumberedItem(line, depth, code) : undefined;
}

function readNumberedItem(line: string, depth: number, code: number): ItemStart | undefined {
  let end = depth + 1;
  const belongs = isDigit(code) ? isDigit : isLetter;
  while (end - depth < 1000 && belongs(line.charCodeAt(end))) end += 1;
  if (line.charCodeAt(end) !== CODE.dot || line.charCodeAt(end + 1) !== CODE.space) return undefined;
  const mark = line.slice(depth, end);
  if (isLetter(code) && mark.length > 1 && !ROMAN.test(mark)) return undefined;
  return { depth, element: 'ol', attributes: numberingOf(mark), at: end + 2 };
}

interface OpenList {
  readonly element: 'ul' | 'ol';
  depth: number;
}

/** What has to be closed before a list or a quote can be opened, and the marks that an item leaves open. */
export interface Surroundings {
  readonly writer: PartsWriter;
  closeForList(): void;
  closeForQuote(): void;
  closeForQuoteEnd(): void;
  flush(): void;
}

/** The lists and indented quotes that are open. They never stand in one another. */
export class Nesting {
  readonly #around: Surroundings;
  #lists: OpenList[] = [];
  #quotes: number[] = [];
  /** Columns at which something was indented since the last line that was not. */
  #tabs: number[] = [];

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get inList(): boolean {
    return this.#lists.length > 0;
  }

  get inQuote(): boolean {
    return this.#quotes.length > 0;
  }

  get listDepth(): number {
    return this.#lists.at(-1)?.depth ?? -1;
  }

  forgetTabs(): void {
    if (this.#tabs.length > 0) this.#tabs = [];
  }

  #setTab(depth: number): void {
    this.#tabs = [...this.#tabs.filter((tab) => tab < depth).slice(-2 * DEEPEST), depth];
  }

  startItem(start: ItemStart): void {
    const { element } = start;
    const depth = this.#lists.length >= DEEPEST ? Math.min(start.depth, this.listDepth) : start.depth;
    if (depth > this.listDepth) {
      this.#openList(start, depth);
      return;
    }
    this.closeListsBelow(depth);
    const last = this.#lists.at(-1);
    if (last === undefined) this.#openList(start, depth);
    else if (last.element !== element) {
      this.#closeList();
      this.#openList(start, depth);
    } else {
      last.depth = depth;
      this.#closeItem();
      this.#around.writer.write('<li>');
    }
  }

  /** True: a line indented so far goes on with an item. */
  continuesItem(depth: number): boolean {
    const last = this.#lists.at(-1);
    if (last === undefined) return false;
    if (depth >= last.depth) return depth <= last.depth + (last.element === 'ol' ? 3 : 2);
    if (!this.#lists.some((list) => depth > list.depth)) return false;
    this.closeListsBelow(depth);
    return true;
  }

  closeListsBelow(depth: number): void {
    while (this.#lists.length > 0 && depth < this.listDepth) this.#closeList();
  }

  closeLists(): void {
    this.closeListsBelow(-1);
  }

  #openList({ element, attributes }: ItemStart, depth: number): void {
    this.#around.closeForList();
    this.closeQuotes();
    this.#lists.push({ element, depth });
    this.#setTab(depth);
    this.#around.writer.write(`<${element}${attributes}><li>`);
  }

  #closeItem(): void {
    this.#around.flush();
    this.#around.writer.write('</li>');
  }

  #closeList(): void {
    const list = this.#lists.pop();
    this.#closeItem();
    this.#around.writer.write(`</${list?.element ?? 'ul'}>`);
  }

  /** Text indented so far: a quote for each column at which something was indented before. */
  indent(depth: number): void {
    const innermost = this.#quotes.at(-1) ?? 0;
    if (depth > innermost && this.#quotes.length < DEEPEST) {
      this.#setTab(depth);
      const deeper = this.#tabs.filter((tab) => tab > innermost);
      for (const tab of deeper.slice(0, DEEPEST - this.#quotes.length)) this.#openQuote(tab);
      return;
    }
    while (depth < (this.#quotes.at(-1) ?? 0)) this.#closeQuote();
    if (this.#quotes.length === 0) this.#openQuote(depth);
    else this.#quotes[this.#quotes.length - 1] = depth;
  }

  closeQuotes(): void {
    while (this.#quotes.length > 0) this.#closeQuote();
  }

  #openQuote(depth: number): void {
    this.#around.closeForQuote();
    this.closeLists();
    this.#quotes.push(depth);
    this.#setTab(depth);
    this.#around.writer.write('<blockquote>\n');
  }

  #closeQuote(): void {
    this.#around.closeForQuoteEnd();
    this.#quotes.pop();
    this.#around.writer.write('</blockquote>\n');
  }
}
