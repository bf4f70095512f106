import type { CompiledText } from 'tracts';
import type { Anchors } from './anchors.ts';
import { CODE, isSpace } from './characters.ts';
import { type CodeBlock, closingLine, isCodeStart, readCodeBlock } from './code-blocks.ts';
import { definitionEnd } from './definitions.ts';
import { drawHeading, readHeading } from './headings.ts';
import type { Budget } from './highlight.ts';
import { type CellTaker, Inline, type InlineSyntax } from './inline.ts';
import { type ItemStart, mayBeItem, Nesting, readItem, type Surroundings } from './nesting.ts';
import { openingTag, parseArguments } from './processor-arguments.ts';
import { indentOf } from './syntax.ts';
import { Table, type TableSurroundings } from './tables.ts';
import { escapeText, PartsWriter } from './writer.ts';

/** What all blocks of one text share. */
export interface BlockContext {
  readonly syntax: InlineSyntax;
  readonly anchors: Anchors;
  readonly budget: Budget;
  /** Writes a block of code as its processor draws it. */
  process(blocks: Blocks, block: CodeBlock): void;
}

export interface BlockOptions {
  /** Ends of lines are kept. */
  readonly breaks: boolean;
  /** How many blocks this one stands in. */
  readonly depth: number;
  /** Tags that are around it already. */
  readonly given?: 'nothing' | 'table' | 'row';
}

/** Blocks within blocks beyond this stand as typed. */
export const DEEPEST_BLOCK = 20;

const LONGEST_ROW_LINE = 500;

/** The attributes in a line between rows (`|---- align=right`); undefined: it is another line. `at`: where its `|` stands. */
function rowAttributes(line: string, at: number): string | undefined {
  if (!line.startsWith('|-', at) || line.length > LONGEST_ROW_LINE) return undefined;
  let end = at + 1;
  while (line.charCodeAt(end) === CODE.dash) end += 1;
  const rest = line.slice(end).trim();
  return rest === '' || /^[\w-]+=/.test(rest) ? rest : undefined;
}

/** Writes lines as blocks: paragraphs, headings, lists, quotes, tables, code. */
export class Blocks implements Surroundings, TableSurroundings, CellTaker {
  readonly context: BlockContext;
  readonly writer: PartsWriter;
  readonly options: BlockOptions;
  readonly table: Table;
  readonly #inline: Inline;
  readonly #nesting: Nesting;
  #inParagraph = false;
  #inDefinitions = false;
  /** The line belongs to an item, so that it does not begin a paragraph. */
  #inItem = false;
  #inQuote = false;
  /** What a line holds before its first cell; undefined: it is no longer, or never was, in question. */
  #held: PartsWriter | undefined;
  /** Blocks other than tables. */
  others = 0;

  constructor(context: BlockContext, writer: PartsWriter, options: BlockOptions) {
    this.context = context;
    this.writer = writer;
    this.options = options;
    this.table = new Table(this, options.given ?? 'nothing');
    this.#nesting = new Nesting(this);
    this.#inline = new Inline(context.syntax, writer, this);
  }

  /** Writes all lines and closes what they left open. */
  format(lines: readonly string[]): void {
    let at = 0;
    while (at < lines.length) at = this.#formatFrom(lines, at);
    this.#closeAll();
  }

  /** Writes what begins with the line; answers which line comes next. */
  #formatFrom(lines: readonly string[], at: number): number {
    const line = lines[at] ?? '';
    const indent = indentOf(line);
    const first = line.charCodeAt(indent);
    if (first === CODE.brace && isCodeStart(line, indent)) return this.#formatCode(lines, at);
    if (first === CODE.greater) return this.#formatCitation(lines, at);
    if (line === '') this.#closeAll();
    else if (first === CODE.dash && line.startsWith('----')) this.#formatRule();
    else this.#formatLine(line.includes('\t') ? line.replaceAll('\t', '        ') : line);
    return at + 1;
  }

  #formatCode(lines: readonly string[], at: number): number {
    const end = closingLine(lines, at);
    this.context.process(this, readCodeBlock(lines, at, end));
    return end + 1;
  }

  #formatRule(): void {
    this.#closeAll();
    this.others += 1;
    this.writer.write('<hr />\n');
  }

  /** Lines with `>` before them are a text of their own. */
  #formatCitation(lines: readonly string[], at: number): number {
    const depth = (lines[at] ?? '').indexOf('>');
    if (depth < this.#nesting.listDepth) this.#nesting.closeListsBelow(depth);
    const quoted: string[] = [];
    let end = at;
    for (; end < lines.length; end++) {
      const line = lines[end] ?? '';
      const start = indentOf(line);
      if (line.charCodeAt(start) !== CODE.greater) break;
      quoted.push(line.slice(start + 1));
    }
    this.table.close();
    this.closeParagraph();
    if (depth === 0) this.#nesting.closeQuotes();
    this.flush();
    this.others += 1;
    this.#writeCitation(quoted);
    return end;
  }

  #writeCitation(quoted: readonly string[]): void {
    const isSpaced = quoted.every((line) => line === '' || line.startsWith(' ') || line.startsWith('>'));
    const lines = isSpaced ? quoted.map((line) => (line.startsWith(' ') ? line.slice(1) : line)) : quoted;
    const depth = this.options.depth + 1;
    this.writer.write('<blockquote class="citation">\n');
    if (depth < DEEPEST_BLOCK) new Blocks(this.context, this.writer, { breaks: this.options.breaks, depth }).format(lines);
    else this.writer.write(`<p>\n${lines.map(escapeText).join('<br />\n')}\n</p>\n`);
    this.writer.write('</blockquote>\n');
  }

  #formatLine(line: string): void {
    const indent = indentOf(line);
    this.#inItem = false;
    this.#inQuote = false;
    if (indent === 0) {
      this.#nesting.forgetTabs();
      this.closeDefinitions();
    }
    const start = this.#startLine(line, indent);
    if (start < 0) return;
    if (line.includes('||', start)) this.#writeRow(line, start);
    else this.#writeText(line, start);
  }

  /** Reads what a line begins with; answers where its text begins, or -1: it is written. */
  #startLine(line: string, indent: number): number {
    const first = line.charCodeAt(indent);
    if (first === CODE.equals) {
      const heading = readHeading(line, indent);
      if (heading !== undefined) {
        this.#closeAll();
        this.others += 1;
        drawHeading(heading, this.writer, this.context.syntax, this.context.anchors);
        return -1;
      }
    }
    const item = mayBeItem(first) ? readItem(line, indent) : undefined;
    if (item !== undefined) return this.#startItem(item);
    const row = first === CODE.pipe ? rowAttributes(line, indent) : undefined;
    if (row !== undefined) return this.#startRow(row);
    return indent > 0 && indent < line.length ? this.#startIndented(line, indent) : this.#startPlain(0);
  }

  #startItem(item: ItemStart): number {
    this.#inItem = true;
    this.others += 1;
    this.#nesting.startItem(item);
    return item.at;
  }

  #startRow(attributes: string): number {
    this.#startPlain(0);
    this.table.startRow(openingTag('tr', parseArguments(attributes)));
    this.writer.write('\n');
    this.table.endLine();
    return -1;
  }

  #startIndented(line: string, indent: number): number {
    const term = definitionEnd(line, indent);
    if (term >= 0) {
      this.#startPlain(0);
      return this.#startDefinition(line, indent, term);
    }
    if (this.#nesting.continuesItem(indent)) this.#inItem = true;
    else if (!this.#inDefinitions) {
      this.#nesting.indent(indent);
      this.#inQuote = true;
    }
    return this.#startPlain(indent);
  }

  /** Closes what the line does not go on with. */
  #startPlain(start: number): number {
    if (!this.#inItem) this.#nesting.closeLists();
    if (!this.#inQuote) this.#nesting.closeQuotes();
    return start;
  }

  #startDefinition(line: string, indent: number, term: number): number {
    this.table.close();
    if (this.#inDefinitions) {
      this.flush();
      this.writer.write('</dd>');
    } else {
      this.closeParagraph();
      this.writer.write('<dl class="wiki">');
    }
    this.#inDefinitions = true;
    this.others += 1;
    this.writer.write('<dt>');
    const inside = new Inline(this.context.syntax, this.writer);
    inside.read(line.slice(indent, term).trim(), 0);
    inside.flush();
    this.writer.write('</dt><dd>');
    let start = term + 2;
    while (isSpace(line.charCodeAt(start))) start += 1;
    return start;
  }

  get #inParagraphLine(): boolean {
    return !this.#inItem && !this.#inDefinitions;
  }

  #writeText(line: string, start: number): void {
    this.table.close();
    if (!this.#inParagraphLine) {
      this.#inline.surroundings = 'block';
      this.#inline.read(line, start);
      this.writer.write('\n');
      return;
    }
    this.#openParagraph();
    this.#inline.surroundings = 'paragraph';
    this.#inline.read(line, start);
    this.#endParagraphLine();
  }

  #endParagraphLine(): void {
    const isBroken = !this.options.breaks || this.writer.endsWith('<br />');
    this.writer.write(isBroken ? '\n' : '<br />\n');
  }

  /** A line that may hold cells: whether it does shows only when it is read, as separators in code are none. */
  #writeRow(line: string, start: number): void {
    const held = new PartsWriter();
    this.#held = held;
    this.#inline.writer = held;
    this.#inline.surroundings = this.#inParagraphLine ? 'paragraph' : 'block';
    this.#inline.read(line, start);
    this.#inline.writer = this.writer;
    if (this.#held === undefined) {
      this.writer.write('\n');
      this.table.endLine();
      return;
    }
    this.#held = undefined;
    this.table.close();
    if (this.#inParagraphLine) this.#openParagraph();
    this.writer.append(held.parts);
    if (this.#inParagraphLine) this.#endParagraphLine();
    else this.writer.write('\n');
  }

  takeCell(line: Inline, at: number, end: number): number {
    line.plainUpTo(at);
    const held = this.#held;
    if (held !== undefined) {
      this.#held = undefined;
      line.writer = this.writer;
      line.surroundings = 'block';
      if (!held.isEmpty) {
        this.others += 1;
        this.table.close();
      }
      this.writer.append(this.#inParagraph ? held.parts : withoutParagraph(held.parts));
    }
    return this.table.take(line.text, at, end);
  }

  #openParagraph(): void {
    if (this.#inParagraph) return;
    this.#inParagraph = true;
    this.others += 1;
    this.writer.write('<p>\n');
  }

  closeParagraph(): void {
    if (!this.#inParagraph) return;
    this.#inParagraph = false;
    this.flush();
    this.writer.write('</p>\n');
  }

  closeDefinitions(): void {
    if (!this.#inDefinitions) return;
    this.#nesting.closeLists();
    this.table.close();
    this.flush();
    this.#inDefinitions = false;
    this.writer.write('</dd></dl>\n');
  }

  flush(): void {
    this.#inline.flush();
  }

  closeForList(): void {
    this.table.close();
    this.closeParagraph();
    this.flush();
  }

  closeForQuote(): void {
    this.others += 1;
    this.table.close();
    this.closeParagraph();
  }

  closeForQuoteEnd(): void {
    this.table.close();
    this.closeParagraph();
  }

  closeForTable(): void {
    this.closeParagraph();
    this.flush();
    this.#nesting.closeLists();
    this.closeDefinitions();
  }

  #closeAll(): void {
    this.table.close();
    this.closeParagraph();
    this.#nesting.closeQuotes();
    this.#nesting.closeLists();
    this.closeDefinitions();
  }
}

/** The same where no paragraph is open: text before the first cell of a line. */
const withoutParagraph = (parts: CompiledText['parts']): CompiledText['parts'] =>
  parts.map((part) =>
    typeof part !== 'string' && part.kind === 'macro' && part.place === 'paragraph' ? { ...part, place: 'inline' } : part,
  );
