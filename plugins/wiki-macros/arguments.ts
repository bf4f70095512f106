/** What stands between the parentheses of a call. */
export interface MacroArguments {
  /** Without a name, in order, trimmed and without quotes. */
  readonly words: readonly string[];
  /** `name=value`, the names in lower case. */
  readonly named: ReadonlyMap<string, string>;
}

const MOST = 100;

/** A value in quotes, with or without a name before it; else everything up to a comma that no backslash precedes. */
const PIECE = /\s*(?:[A-Za-z][\w-]*\s*=)?\s*(?:"[^"]*"|'[^']*')\s*(?=,|$)|(?:\\,|[^,])*/y;

function split(text: string): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at <= text.length && pieces.length < MOST; at += 1) {
    PIECE.lastIndex = at;
    const piece = PIECE.exec(text)?.[0] ?? '';
    pieces.push(piece.replaceAll('\\,', ','));
    at += piece.length;
  }
  return pieces;
}

const unquote = (text: string): string => /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text;

/** Reads `pic.png, 100px, alt="a, b"`. */
export function readArguments(text: string): MacroArguments {
  const words: string[] = [];
  const named = new Map<string, string>();
  for (const piece of split(text)) {
    const [, name, value = ''] = /^\s*([A-Za-z][\w-]*)\s*=(.*)$/s.exec(piece) ?? [];
    if (name !== undefined) named.set(name.toLowerCase(), unquote(value.trim()));
    else if (piece.trim() !== '') words.push(unquote(piece.trim()));
  }
  return { words, named };
}
