import { TracError } from '../kernel/errors.ts';

/** How a constraint compares: exactly, contains, begins with, ends with. */
export type PredicateTest = '=' | '~' | '^' | '$';

/** One field against values: true when any value fits, or, negated, when none does. */
export interface Constraint {
  readonly field: string;
  readonly test: PredicateTest;
  readonly not: boolean;
  /** As written, `$USER` included; none at all fits nothing. */
  readonly values: readonly string[];
}

/**
 * A condition on a ticket: any of the clauses holds, and a clause holds when all its constraints do. Plain data, so that it
 * can be sent to a browser (templates/static/conditions.js evaluates the same) and turned into SQL.
 */
export interface Predicate {
  readonly any: readonly (readonly Constraint[])[];
}

/** What a predicate is asked about. */
export interface Subject {
  /** The text that the database keeps of a field, `''` for nothing. */
  textOf(field: string): string;
  /** True for fields that hold words (keywords, Cc, texts of format `list`): “contains” then looks at each word. */
  isList(field: string): boolean;
}

/** Trac's other names of two fields. */
const SYNONYMS: Readonly<Record<string, string>> = { created: 'time', modified: 'changetime' };

const USER = '$USER';

const fail = (message: string): never => {
  throw new TracError('PREDICATE', message, 400);
};

/** Splits where the separator stands without a backslash before it, and takes that backslash away elsewhere. */
function splitEscaped(text: string, separator: '&' | '|'): string[] {
  const parts = text.split(separator === '&' ? /(?<!\\)&/ : /(?<!\\)\|/);
  return parts.map((part) => part.replaceAll(`\\${separator}`, separator));
}

/** `name`, and the operator in front of the `=`: `!`, `~`, `!~` and so on, which goes before each value as Trac writes it. */
function readTerm(term: string): { readonly field: string; readonly values: readonly string[] } {
  const at = term.indexOf('=');
  if (at < 0) return fail(`“${term}” has no “=”. Example: type=defect`);
  const [, name = '', prefix = ''] = /^(.*?)(!?[~^$]?)$/s.exec(term.slice(0, at)) ?? [];
  const field = SYNONYMS[name] ?? name;
  if (field === '') return fail(`“${term}” has no field before its “=”. Example: type=defect`);
  return { field, values: splitEscaped(term.slice(at + 1), '|').map((value) => prefix + value) };
}

/** The operator that a value begins with; `$USER` is none that ends with “USER”. */
const OPERATOR = /^(!?)(?!\$USER$)([~^$]?)/;

/** The first value's operator rules them all (Trac, surprise 34): where it is plain, another one's is part of its text. */
function toConstraint(field: string, texts: readonly string[]): Constraint {
  const [prefix = '', not = '', test = ''] = OPERATOR.exec(texts[0] ?? '') ?? [];
  const bare = (text: string): string => {
    const own = OPERATOR.exec(text)?.[0] ?? '';
    return own.length === prefix.length ? text.slice(own.length) : text;
  };
  return { field, test: test === '' ? '=' : (test as PredicateTest), not: not !== '', values: texts.map(bare) };
}

/** “Contains nothing” is said of every text: such values count as not written, and with them a constraint that has no other. */
function isVoid({ test, values }: Constraint): boolean {
  return test !== '=' && values.every((value) => value === '');
}

const trimVoid = (one: Constraint): Constraint =>
  one.test === '=' ? one : { ...one, values: one.values.filter((value) => value !== '') };

function toClause(terms: readonly string[]): readonly Constraint[] {
  const byField = new Map<string, string[]>();
  for (const term of terms) {
    const { field, values } = readTerm(term);
    const all = byField.get(field) ?? [];
    for (const value of values) all.push(value);
    byField.set(field, all);
  }
  return [...byField]
    .map(([field, texts]) => toConstraint(field, texts))
    .filter((one) => !isVoid(one))
    .map(trimVoid);
}

/**
 * Reads Trac's query language: `type=defect&status!=closed`, values separated by `|`, operators `=` `~=` (contains) `^=`
 * (begins) `$=` (ends), each with `!` before it for its contrary, clauses separated by `or` standing alone (`a=1&or&b=2`),
 * `\&` and `\|` for the characters themselves. Several terms of one field in a clause are one: their values add up.
 * Throws one sentence for what it cannot read. Blanks count: nothing is trimmed. Ordering and paging are not its business.
 */
export function parsePredicate(text: string): Predicate {
  if (text === '') return fail('The condition is empty. Example: type=defect');
  const clauses: string[][] = [[]];
  for (const term of splitEscaped(text, '&'))
    if (term === 'or') clauses.push([]);
    else clauses.at(-1)?.push(term);
  const written = clauses.filter((terms) => terms.length > 0).map(toClause);
  if (written.length === 0) return fail('“or” stands between two conditions. Example: type=defect&or&priority=blocker');
  const any = written.filter((clause) => clause.length > 0);
  return { any: any.length > 0 ? any : [[]] };
}

const ASCII_CAPITALS = /[A-Z]/g;
/** What “contains” and its like ignore: the case of A to Z and nothing else (SQLite's LIKE). */
const fold = (text: string): string => text.replace(ASCII_CAPITALS, (letter) => letter.toLowerCase());

/** Words as Trac splits them: blanks separate, quotes group, a minus sign in front excludes. */
const wordsOf = (value: string): readonly string[] =>
  (value.match(/-?"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', '')).filter((word) => word !== '' && word !== '-');

const holdsWords = (text: string, value: string): boolean =>
  wordsOf(value).every((word) => (word.startsWith('-') ? !text.includes(word.slice(1)) : text.includes(word)));

function fits(text: string, { test }: Constraint, value: string, isList: boolean): boolean {
  if (test === '=') return text === value;
  const [here, wanted] = [fold(text), fold(value)];
  if (test === '^') return here.startsWith(wanted);
  if (test === '$') return here.endsWith(wanted);
  return isList ? holdsWords(here, wanted) : here.includes(wanted);
}

/** True when the predicate holds for the subject. templates/static/conditions.js does the same; both are held to one table. */
export function evaluatePredicate({ any }: Predicate, subject: Subject): boolean {
  const holds = (one: Constraint): boolean => {
    const text = subject.textOf(one.field);
    const isList = one.test === '~' && subject.isList(one.field);
    return one.values.some((value) => fits(text, one, value, isList)) !== one.not;
  };
  return any.some((clause) => clause.every(holds));
}

const constraintsOf = ({ any }: Predicate): readonly Constraint[] => any.flat();

/** The fields that a predicate asks about, each once. */
export const predicateFields = (predicate: Predicate): ReadonlySet<string> =>
  new Set(constraintsOf(predicate).map(({ field }) => field));

/** Puts the person's name in the place of `$USER`; somebody without an account is nobody, whom no value fits. */
export function predicateFor(predicate: Predicate, user: { readonly name: string; readonly authenticated: boolean }): Predicate {
  if (!constraintsOf(predicate).some(({ values }) => values.includes(USER))) return predicate;
  const put = (value: string): string[] => (value !== USER ? [value] : user.authenticated ? [user.name] : []);
  return { any: predicate.any.map((clause) => clause.map((one) => ({ ...one, values: one.values.flatMap(put) }))) };
}
