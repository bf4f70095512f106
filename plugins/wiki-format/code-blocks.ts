import { indentOf } from './syntax.ts';

/** `{{{ }}}` over several lines. */
export interface CodeBlock {
  /** Name of the processor; undefined: none was named. */
  readonly name: string | undefined;
  /** What stands behind the name. */
  readonly args: string;
  readonly lines: readonly string[];
  /** The block as typed. */
  readonly source: () => string;
}

const PROCESSOR = /^\s*#!([\w+-][\w+,./-]*)(.*)$/;

/** True for a line that begins a block: nothing or a processor's name behind the braces. `at`: where they stand. */
export function isCodeStart(line: string, at: number): boolean {
  if (!line.startsWith('{{{', at) || line.includes('}}}')) return false;
  const rest = line.slice(at + 3).trim();
  return rest === '' || (rest.startsWith('#!') && PROCESSOR.test(rest));
}

/** Which line closes the block that begins at `start`; that behind the last, if none does. */
export function closingLine(lines: readonly string[], start: number): number {
  let open = 1;
  for (let at = start + 1; at < lines.length; at++) {
    open += levelChange(lines[at] ?? '');
    if (open === 0) return at;
  }
  return lines.length;
}

/** By how many blocks deeper the lines behind this one are. */
function levelChange(line: string): number {
  if (line.includes('}}}')) return line.trim() === '}}}' ? -1 : 0;
  return line.includes('{{{') && isCodeStart(line, indentOf(line)) ? 1 : 0;
}

function withoutIndent(lines: readonly string[], indent: string): readonly string[] {
  if (indent === '' || !lines.every((line) => line === '' || line.startsWith(indent))) return lines;
  return lines.map((line) => line.slice(indent.length));
}

/** Reads the block between two lines. The processor may be named in the first line within, too. */
export function readCodeBlock(lines: readonly string[], start: number, end: number): CodeBlock {
  const first = lines[start] ?? '';
  const indent = indentOf(first);
  const source = (): string => lines.slice(start, end + 1).join('\n');
  const here = PROCESSOR.exec(first.slice(indent + 3));
  const below = here === null && start + 1 < end ? PROCESSOR.exec(lines[start + 1] ?? '') : null;
  const [, name, args = ''] = here ?? below ?? [];
  const body = lines.slice(start + (below === null ? 1 : 2), end);
  return { name, args, lines: withoutIndent(body, first.slice(0, indent)), source };
}
