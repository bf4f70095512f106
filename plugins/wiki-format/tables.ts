import { CODE, isSpace } from './characters.ts';
import type { PartsWriter } from './writer.ts';

/** What a table asks of the blocks around it. */
export interface TableSurroundings {
  readonly writer: PartsWriter;
  closeForTable(): void;
  flush(): void;
}

/** Browsers know no more. */
const MOST_COLUMNS = 1000;

interface Separator {
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

/** Where the last character of a cell stands that begins at `from`, by the next separator; -1: there is none. */
function lastOfCell(text: string, from: number): number {
  for (let bar = text.indexOf('||', from); bar >= 0; bar = text.indexOf('||', bar + 1)) {
    const isHeader = text.charCodeAt(bar - 1) === CODE.equals && bar - 2 >= from;
    const last = isHeader ? bar - 2 : bar - 1;
    if (last >= from && text.charCodeAt(last) !== CODE.bang) return last;
  }
  return -1;
}

/** A cell is aligned to where its text touches the separator; to the middle with two spaces on both sides. */
function alignmentOf(text: string, from: number): string {
  const last = lastOfCell(text, from);
  const touchesLeft = from < text.length && text.charCodeAt(from) !== CODE.space;
  const touchesRight = last >= 0 && text.charCodeAt(last) !== CODE.space;
  if (touchesLeft) return touchesRight ? '' : 'left';
  if (touchesRight) return 'right';
  const isRoomy = text.charCodeAt(from + 1) === CODE.space && text.charCodeAt(last - 1) === CODE.space;
  return last > from && isRoomy ? 'center' : '';
}

/** Behind the spaces and the `\` that end a line; -1: something else follows. */
function restEnd(text: string, at: number): number {
  let end = at;
  while (isSpace(text.charCodeAt(end))) end += 1;
  if (text.charCodeAt(end) === CODE.backslash) end += 1;
  return end === text.length ? end : -1;
}

/** The table that is open, if one is. */
export class Table {
  readonly #around: TableSurroundings;
  /** The tags of a `{{{#!table}}}` or `{{{#!tr}}}` around are there already. */
  readonly #given: 'nothing' | 'table' | 'row';
  #isOpen = false;
  #inRow = false;
  #cell = '';
  #keepsRow = false;
  /** Tables that were begun. */
  begun = 0;

  constructor(around: TableSurroundings, given: 'nothing' | 'table' | 'row') {
    this.#around = around;
    this.#given = given;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    if (this.#isOpen) return;
    this.#around.closeForTable();
    this.#isOpen = true;
    this.begun += 1;
    if (this.#given === 'nothing') this.#around.writer.write('<table class="wiki">\n');
  }

  openRow(tag = '<tr>'): void {
    this.open();
    if (this.#inRow) return;
    this.#inRow = true;
    if (this.#given !== 'row') this.#around.writer.write(tag);
  }

  closeCell(): void {
    if (this.#cell === '') return;
    this.#around.writer.write(`</${this.#cell}>`);
    this.#cell = '';
  }

  closeRow(): void {
    if (!this.#inRow) return;
    this.closeCell();
    this.#inRow = false;
    if (this.#given !== 'row') this.#around.writer.write('</tr>');
  }

  /** At the end of a line: the row ends, unless the line says that it goes on. */
  endLine(): void {
    this.#around.flush();
    if (!this.#keepsRow) this.closeRow();
    this.#keepsRow = false;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.closeRow();
    this.#keepsRow = false;
    this.#isOpen = false;
    if (this.#given === 'nothing') this.#around.writer.write('</table>\n');
  }

  /** `|---`: another row, whose cells stand in blocks that follow. */
  startRow(tag: string): void {
    this.open();
    this.closeRow();
    this.openRow(tag);
    this.#keepsRow = true;
  }

  /** A separator in a line; answers where to read on. */
  take(text: string, at: number, end: number): number {
    this.openRow();
    const separator: Separator = { text, at, end };
    const rest = restEnd(text, end);
    const pairs = this.#pairsOf(separator);
    const span = rest < 0 ? pairs : pairs - 1;
    if (rest >= 0 && text.charCodeAt(rest - 1) === CODE.backslash && rest > end) this.#keepsRow = true;
    if (span > 0) this.#startCell(separator, span);
    return rest < 0 ? end : rest;
  }

  #pairsOf({ text, at, end }: Separator): number {
    const signs = (text.charCodeAt(at) === CODE.equals ? 1 : 0) + (text.charCodeAt(end - 1) === CODE.equals ? 1 : 0);
    return (end - at - signs) / 2;
  }

  #startCell({ text, end }: Separator, span: number): void {
    this.#around.flush();
    this.closeCell();
    this.#cell = text.charCodeAt(end - 1) === CODE.equals ? 'th' : 'td';
    const align = alignmentOf(text, end);
    const colspan = span > 1 ? ` colspan="${Math.min(span, MOST_COLUMNS)}"` : '';
    this.#around.writer.write(`<${this.#cell}${colspan}${align === '' ? '' : ` style="text-align: ${align}"`}>`);
  }
}
