/** One documented, typed INI option. Declaring it is also documenting it: trac.ini.example is printed from these. */
export interface Option<T> {
  readonly section: string;
  readonly name: string;
  readonly fallback: T;
  readonly doc: string;
  /** A value must never appear in pages, listings or logs. */
  readonly secret?: boolean;
  /** Says, for error texts, what a good value looks like: `a whole number. Example: 8`. */
  readonly expects: string;
  /** Throws an Error when the text is no value of this kind. */
  parse(raw: string): T;
  print(value: T): string;
}

// biome-ignore lint/suspicious/noExplicitAny: variance: options of any type stand in one list
export type AnyOption = Option<any>;
export type OptionValues<O> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

interface OptionExtras {
  readonly secret?: boolean;
}

const kind =
  <T>(expects: string, parse: (raw: string) => T, print: (value: T) => string = String) =>
  (section: string, name: string, fallback: T, doc: string, extras: OptionExtras = {}): Option<T> => ({
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

const BOOL_WORDS: Readonly<Record<string, boolean>> = {
  yes: true,
  true: true,
  on: true,
  enabled: true,
  aye: true,
  '1': true,
  checked: true,
  no: false,
  false: false,
  off: false,
  disabled: false,
  '0': false,
};

/** Reads the words and numbers that Trac reads as true (surprise 20); anything else is false there and an error here. */
function parseBool(raw: string): boolean {
  const word = BOOL_WORDS[raw.trim().toLowerCase()];
  if (word !== undefined) return word;
  const number = Number(raw);
  return raw.trim() !== '' && !Number.isNaN(number) ? number !== 0 : raw.trim() === '' ? false : fail('expected yes or no');
}

const splitList = (raw: string): string[] =>
  raw
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

/** The kinds of option. Each takes section, name, default and a line of help. */
export const option = {
  text: kind<string>('a text', (raw) => raw),
  int: kind<number>('a whole number. Example: 8', (raw) =>
    /^\s*[-+]?\d+(?:_\d+)*\s*$/.test(raw)
      ? Number(raw.replaceAll('_', ''))
      : raw.trim() === ''
        ? 0
        : fail('expected a whole number'),
  ),
  float: kind<number>('a number. Example: 2.5', (raw) =>
    raw.trim() !== '' && Number.isFinite(Number(raw)) ? Number(raw) : raw.trim() === '' ? 0 : fail('expected a number'),
  ),
  bool: kind<boolean>('yes or no', parseBool, (value) => (value ? 'enabled' : 'disabled')),
  /** Comma-separated; empty items are dropped. */
  list: kind<readonly string[]>('a comma-separated list. Example: one, two', splitList, (value) => value.join(', ')),
  /** One of a few words. */
  choice: <const C extends readonly [string, ...string[]]>(
    section: string,
    name: string,
    choices: C,
    fallback: C[number],
    doc: string,
    extras: OptionExtras = {},
  ): Option<C[number]> =>
    kind<C[number]>(
      `one of ${choices.join(', ')}`,
      (raw) => choices.find((choice) => choice === raw.trim()) ?? fail(`expected one of ${choices.join(', ')}`),
    )(section, name, fallback, doc, extras),
} as const;
