import { closingLine, isCodeStart } from './code-blocks.ts';
import { readHeading } from './headings.ts';
import { Inline, type InlineSyntax } from './inline.ts';
import { indentOf } from './syntax.ts';
import { escapeText, PartsWriter } from './writer.ts';

/** A block that is cut short; nothing where it is a comment, or never ends. */
function shortened(lines: readonly string[], start: number, end: number): readonly string[] {
  return end === lines.length || (lines[start + 1] ?? '').trim() === '#!comment' ? [] : [' […]'];
}

/** The text with each block of code cut to ` […]`. */
function withoutBlocks(lines: readonly string[]): string {
  const kept: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (isCodeStart(line, indentOf(line))) {
      const end = closingLine(lines, at);
      kept.push(...shortened(lines, at, end));
      at = end;
    } else if (line.trim() !== '}}}') kept.push(line);
  }
  return kept.join('\n');
}

/** Writes a text as one line: no blocks, and what takes a block is not drawn. */
export function formatOneLine(lines: readonly string[], syntax: InlineSyntax): PartsWriter {
  const writer = new PartsWriter();
  const text = withoutBlocks(lines);
  if (text.startsWith('=') && !text.includes('\n') && readHeading(text, 0) !== undefined) writer.write(escapeText(text));
  else {
    const line = new Inline(syntax, writer);
    line.read(text, 0);
    line.flush();
  }
  return writer;
}
