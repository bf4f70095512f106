import type { CompiledText, SyntaxRules, TextFormat } from 'tracts';
import { Anchors } from './anchors.ts';
import { type BlockContext, Blocks } from './blocks.ts';
import { newBudget } from './highlight.ts';
import type { InlineSyntax } from './inline.ts';
import { formatOneLine } from './one-line.ts';
import { runProcessor } from './processors.ts';
import { lineHandlers } from './syntax.ts';
import { PartsWriter } from './writer.ts';

/** All ends of lines that a text may bring along. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: separators are among them
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;
const NUL = /\0/g;

function linesOf(source: string): readonly string[] {
  const lines = source.replace(NUL, '').split(LINE_END);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** What the format is made with. */
export interface WikiOptions {
  readonly safeSchemes: readonly string[];
  readonly rules: SyntaxRules;
}

/** Trac's wiki text. */
export function wikiFormat({ safeSchemes, rules }: WikiOptions): TextFormat {
  const schemes = new Set(safeSchemes.map((scheme) => scheme.trim().toLowerCase()));
  const newSyntax = (): InlineSyntax => ({ handlers: lineHandlers(), safeSchemes: schemes, rules: rules.forText() });
  return {
    name: 'wiki',
    label: 'Trac wiki',
    compile(source, { inline, breaks }): CompiledText {
      const syntax = newSyntax();
      if (inline) return { parts: formatOneLine(linesOf(source.trim()), syntax).parts };
      const writer = new PartsWriter();
      const context: BlockContext = { syntax, anchors: new Anchors(), budget: newBudget(), process: runProcessor };
      new Blocks(context, writer, { breaks, depth: 0 }).format(linesOf(source));
      return { parts: writer.parts };
    },
  };
}
