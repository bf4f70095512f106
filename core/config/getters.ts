import { parseNumber, parseSwitch, parseWhole, splitList } from '../kernel/literals.ts';
import type { AnyOption } from '../kernel/option.ts';
import type { Settings } from '../kernel/settings.ts';
import { refuse } from './lines.ts';

/** What the getters need of settings. */
export type Readable = Pick<Settings, 'get' | 'place'>;

/** The text, or nothing at all: Trac knows no difference between an unset and an empty option. */
export const getText = (settings: Readable, section: string, name: string): string => settings.get(section, name) ?? '';

/** Trac's reading of a switch: any word it does not know is false. Declared options are stricter, see `option.bool`. */
export const getBool = (settings: Readable, section: string, name: string): boolean =>
  parseSwitch(getText(settings, section, name)) ?? false;

function getNumeric(
  settings: Readable,
  section: string,
  name: string,
  parse: (raw: string) => number | undefined,
  expected: string,
): number {
  const raw = getText(settings, section, name);
  if (raw === '') return 0;
  return parse(raw) ?? refuse(settings.place(section, name), `${JSON.stringify(raw)} is no number: expected ${expected}.`);
}

/** A whole number; 0 when unset or empty. Throws a ConfigError for anything else, `1.0` too. */
export const getInt = (settings: Readable, section: string, name: string): number =>
  getNumeric(settings, section, name, parseWhole, 'a whole number. Example: 8');

/** A number, perhaps infinite or NaN; 0 when unset or empty. Throws a ConfigError for anything else. */
export const getFloat = (settings: Readable, section: string, name: string): number =>
  getNumeric(settings, section, name, parseNumber, 'a number. Example: 2.5');

/** The items of a list, stripped; an empty text has none. Empty items are dropped unless kept: `|a|b` with them is three. */
export const getList = (
  settings: Readable,
  section: string,
  name: string,
  { separator = ',', keepEmpty = false }: { readonly separator?: string; readonly keepEmpty?: boolean } = {},
): string[] => splitList(getText(settings, section, name), separator, keepEmpty);

/** Settings that answer with an option's declared default where nothing is set. Only the exact spelling has a default, as in Trac. */
export function withDefaults(settings: Readable, options: Iterable<AnyOption>): Readable {
  const defaults = new Map<string, string>();
  for (const { section, name, fallback, print } of options) defaults.set(JSON.stringify([section, name]), print(fallback));
  return {
    get: (section, name) => settings.get(section, name) ?? defaults.get(JSON.stringify([section, name])),
    place: (section, name) => settings.place(section, name),
  };
}
