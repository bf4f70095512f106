import type { MacroPlace, RuleScan, TextLink, TextMacro } from 'tracts';
import { type Mark, OpenMarks } from './marks.ts';
import { escapeText, type PartsWriter } from './writer.ts';

/**
 * Reads the syntax that begins with one character. `at`: where that stands. Answers where the match ends, or -1: no match.
 * `escaped`: a `!` stands before it; then only the end is wanted and nothing may be written.
 */
export type Handler = (line: Inline, at: number, escaped: boolean) => number;
export type Handlers = readonly (Handler | undefined)[];

/** What lines are read with. */
export interface InlineSyntax {
  /** By code of the character. */
  readonly handlers: Handlers;
  readonly safeSchemes: ReadonlySet<string>;
  readonly rules: RuleScan;
}

/** Takes the cells of a table that a line turns out to hold. */
export interface CellTaker {
  /**
   * A separator from `at` to `end` of the line's text; answers where to read on.
   */
  takeCell(line: Inline, at: number, end: number): number;
}

interface Found {
  readonly from: number;
  readonly at: number;
}

/** Reads the syntax within lines. Marks that a line leaves open stay so for the next, until `flush`. */
export class Inline {
  readonly syntax: InlineSyntax;
  /** One line without blocks, as in headings. The text may still hold ends of lines, in which nothing begins anew. */
  readonly oneLine: boolean;
  readonly marks = new OpenMarks();
  readonly cells: CellTaker | undefined;
  writer: PartsWriter;
  /** Where macros stand while no mark is open. */
  surroundings: MacroPlace = 'line';
  text = '';
  /** What was read since is plain text, yet to be written. */
  from = 0;
  #found = new Map<string, Found>();

  constructor(syntax: InlineSyntax, writer: PartsWriter, cells?: CellTaker) {
    this.syntax = syntax;
    this.writer = writer;
    this.cells = cells;
    this.oneLine = cells === undefined;
  }

  /** Reads the text from `start` on. */
  read(text: string, start: number): void {
    const { rules } = this.syntax;
    this.text = text;
    this.from = start;
    if (this.#found.size > 0) this.#found = new Map();
    let at = start;
    for (let rule = rules.find(text, at); rule !== undefined; rule = rules.find(text, at)) {
      at = this.#readUpTo(at, rule.at);
      if (at === rule.at) at = this.#takeRule(at, rule.end, rule.parts);
    }
    this.#readUpTo(at, text.length);
    this.plainUpTo(text.length);
  }

  #readUpTo(start: number, stop: number): number {
    const { text } = this;
    const { handlers } = this.syntax;
    let at = start;
    while (at < stop) {
      const end = handlers[text.charCodeAt(at)]?.(this, at, false) ?? -1;
      if (end < 0) at += 1;
      else this.from = at = end;
    }
    return at;
  }

  #takeRule(at: number, end: number, parts: readonly (string | TextLink | TextMacro)[]): number {
    this.plainUpTo(at);
    this.writer.append(parts);
    this.from = end;
    return end;
  }

  /** Writes the plain text before `at`. */
  plainUpTo(at: number): void {
    if (at > this.from) this.writer.write(this.text.slice(this.from, at));
    this.from = at;
  }

  /** Writes HTML or a gap in the place of what begins at `at`. */
  put(at: number, part: string | TextLink | TextMacro): void {
    this.plainUpTo(at);
    if (typeof part === 'string') this.writer.write(part);
    else this.writer.add(part);
  }

  /** Writes a piece of the text as typed. */
  putTyped(at: number, from: number, end: number): void {
    this.put(at, escapeText(this.text.slice(from, end)));
  }

  toggle(at: number, mark: Mark): void {
    this.put(at, this.marks.toggle(mark));
  }

  /** Closes the marks that are open. */
  flush(): void {
    this.writer.write(this.marks.flush());
  }

  /** Where a macro would stand here. */
  get place(): MacroPlace {
    if (this.oneLine) return 'line';
    return this.marks.isEmpty ? this.surroundings : 'inline';
  }

  /** Like indexOf on the text, but remembers, so that asking again for each opening mark costs nothing. -1: none. */
  find(what: string, from: number): number {
    const last = this.#found.get(what);
    if (last !== undefined && from >= last.from && (last.at < 0 || last.at >= from)) return last.at;
    const at = this.text.indexOf(what, from);
    this.#found.set(what, { from, at });
    return at;
  }
}
