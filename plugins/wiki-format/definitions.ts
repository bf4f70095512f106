import { isSpace } from './characters.ts';

/** Behind the code that begins at `at`; -1: it is not closed. */
function codeEnd(line: string, at: number): number {
  const mark = line.startsWith('{{{', at) ? '}}}' : '`';
  const length = mark.length;
  if (mark === '`' && line.charAt(at) === '{') return -1;
  const close = line.indexOf(mark, at + length);
  return close < 0 ? -1 : close + length;
}

/** Where the `::` behind the term of a definition stands, in a line indented by `indent`; -1: it is no definition. */
export function definitionEnd(line: string, indent: number): number {
  if (!line.includes('::', indent + 1)) return -1;
  let at = indent;
  while (at >= 0 && at < line.length) {
    const character = line.charAt(at);
    if (line.startsWith('::', at)) return at > indent && endsTerm(line, at + 2) ? at : -1;
    at = character === '`' || character === '{' ? codeEnd(line, at) : at + 1;
  }
  return -1;
}

const endsTerm = (line: string, at: number): boolean => at === line.length || isSpace(line.charCodeAt(at));
