import { parseNumber, parseSwitch, parseWhole, splitList, strip } from './literals.ts';

/** One documented, typed INI option. Declaring it is also documenting it: trac.ini.example is printed from these. */
export interface Option<T> {
  readonly section: string;
  readonly name: string;
  readonly fallback: T;
  readonly doc: string;
  /** A value must never appear in pages, listings or logs. */
  readonly secret?: boolean;
  /** What a text that is no value of this kind counts as, and is reported. Without it, such a text costs the component. */
  readonly otherwise?: T;
  /** Says, for error texts, what a good value looks like: `a whole number. Example: 8`. */
  readonly expects: string;
  /** Throws an Error when the text is no value of this kind. */
  parse(raw: string): T;
  print(value: T): string;
}

// biome-ignore lint/suspicious/noExplicitAny: variance: options of any type stand in one list
export type AnyOption = Option<any>;
export type OptionValues<O> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

interface OptionExtras<T> {
  readonly secret?: boolean;
  readonly otherwise?: T;
}

const kind =
  <T>(expects: string, parse: (raw: string) => T, print: (value: T) => string = String) =>
  (section: string, name: string, fallback: T, doc: string, extras: OptionExtras<T> = {}): Option<T> => ({
    section,
    name: name.toLowerCase(),
    fallback,
    doc,
    expects,
    parse,
    print,
    ...extras,
  });

const fail = (message: string): never => {
  throw new Error(message);
};

/** A number, or zero for an empty text, as Trac has it; NaN and infinity are nobody's intention and refused. */
function parseFinite(raw: string, parse: (raw: string) => number | undefined, expected: string): number {
  if (strip(raw) === '') return 0;
  const number = parse(raw);
  return number !== undefined && Number.isFinite(number) ? number : fail(`expected ${expected}`);
}

/** The kinds of option. Each takes section, name, default and a line of help. */
export const option = {
  text: kind<string>('a text', (raw) => raw),
  int: kind<number>('a whole number. Example: 8', (raw) => parseFinite(raw, parseWhole, 'a whole number')),
  float: kind<number>('a number. Example: 2.5', (raw) => parseFinite(raw, parseNumber, 'a number')),
  /**
   * The words and numbers that Trac knows; any other word is silently false there and an error here. Empty is no. An option of
   * Trac's that much depends on is declared with `otherwise: false`.
   */
  bool: kind<boolean>(
    'yes or no',
    (raw) => (strip(raw) === '' ? false : (parseSwitch(raw) ?? fail('expected yes or no'))),
    (value) => (value ? 'enabled' : 'disabled'),
  ),
  /** Comma-separated; empty items are dropped. */
  list: kind<readonly string[]>(
    'a comma-separated list. Example: one, two',
    (raw) => splitList(raw),
    (value) => value.join(', '),
  ),
  /** One of a few words. */
  choice: <const C extends readonly [string, ...string[]]>(
    section: string,
    name: string,
    choices: C,
    fallback: C[number],
    doc: string,
    extras: OptionExtras<C[number]> = {},
  ): Option<C[number]> =>
    kind<C[number]>(
      `one of ${choices.join(', ')}`,
      (raw) => choices.find((choice) => choice === strip(raw)) ?? fail(`expected one of ${choices.join(', ')}`),
    )(section, name, fallback, doc, extras),
} as const;
