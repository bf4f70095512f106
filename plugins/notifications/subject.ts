const EXPRESSION = /\$\{([^}]*)\}|\$([a-z_]\w*(?:\.\w+)?)/gi;
const LONGEST = 300;

/** A text that can stand in a header: one line, without control characters or such that turn the direction of writing. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/\p{Cs}/gu, '\ufffd')
    .trim();

export interface SubjectParts {
  /** What `${name}` stands for. */
  readonly words: Readonly<Record<string, string>>;
  /** What `${ticket.name}` stands for. */
  readonly ticket?: Readonly<Record<string, string>>;
}

/** The word that an expression asks for; undefined: none that there could be. Nothing is ever evaluated. */
function wordFor(expression: string, { words, ticket = {} }: SubjectParts): string | undefined {
  const [, ofTicket, name = ''] = /^\s*(ticket\.)?(\w+)\s*$/.exec(expression) ?? [];
  if (ofTicket) return Object.hasOwn(ticket, name) ? ticket[name] : undefined;
  return Object.hasOwn(words, name) ? words[name] : undefined;
}

/** A subject from its template; what the template asks for and is not there is left out. */
export function fillSubject(template: string, parts: SubjectParts): string {
  const filled = template.replace(
    EXPRESSION,
    (_all, braced?: string, bare?: string) => wordFor(braced ?? bare ?? '', parts) ?? '',
  );
  const line = oneLine(filled);
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** Expressions of a template that mean nothing here. */
export const strangeExpressions = (template: string, words: readonly string[]): readonly string[] =>
  [...template.matchAll(EXPRESSION)]
    .map(([all, braced, bare]) => ({ all, expression: (braced ?? bare ?? '').trim() }))
    .filter(({ expression }) => !words.includes(expression) && !/^ticket\.\w+$/.test(expression))
    .map(({ all }) => all);

/** What subjects begin with. */
export const prefixOf = (setting: string, project: string): string => (setting === '__default__' ? `[${project}]` : setting);
