import { join } from 'node:path';
import { ConfigError, type Diagnosis, type Place } from '../kernel/errors.ts';
import { checkEmpty, checkNames, checkValue, checkValues } from './check.ts';
import { attemptConfiguration, loadConfiguration } from './configuration.ts';
import { type Declared, FREE_SECTIONS, findDeclared, HIDDEN, isSecret } from './declared.ts';
import { setOption } from './write.ts';

/** What `tracts config show --json` prints. */
export type Shown =
  | { readonly sections: Readonly<Record<string, Readonly<Record<string, string>>>> }
  | { readonly error: { readonly message: string; readonly line: number | null } };

/** Where an environment folder keeps its configuration (Trac's layout). */
export const configFileOf = (dir: string): string => join(dir, 'conf', 'trac.ini');

/**
 * Everything the file and its parents set, as raw text. Secrets are masked when the options that say which are secret are
 * given. A bad file is told as data, not thrown.
 */
export function showConfiguration(file: string, options: Iterable<Declared> = []): Shown {
  const attempt = attemptConfiguration(file);
  if ('error' in attempt) return { error: { message: attempt.error.message, line: attempt.error.place.line ?? null } };
  const { configuration } = attempt;
  const declared = [...options];
  const mask = (section: string, [name, value]: readonly [string, string]): [string, string] => [
    name,
    value !== '' && isSecret(declared, section, name) ? HIDDEN : value,
  ];
  // Not by assignment: a section may be called __proto__.
  const sections = Object.fromEntries(
    configuration
      .sections()
      .map((section) => [section, Object.fromEntries(configuration.entries(section).map((entry) => mask(section, entry)))]),
  );
  return { sections };
}

/** One setting as `tracts config get` answers: its text, and where it is set, or that it is the default. */
export interface Setting {
  /** Undefined when nothing sets it and no option declares it. Not masked: the administrator asks for this one by name. */
  readonly value: string | undefined;
  /** Undefined when the value is the default or there is none. */
  readonly place: Place | undefined;
}

/** Reads one setting of an environment. Throws a ConfigError when its trac.ini is bad. */
export function getSetting(dir: string, section: string, name: string, options: Iterable<Declared> = []): Setting {
  const configuration = loadConfiguration(configFileOf(dir));
  const value = configuration.get(section, name);
  if (value !== undefined) return { value, place: configuration.place(section, name) };
  const option = findDeclared(options, section, name);
  return { value: option?.print(option.fallback), place: undefined };
}

/** What came of a change. */
export interface Changed {
  /** False when the file already said so, or when it was refused. */
  readonly changed: boolean;
  /** Errors say why it was refused, warnings what is odd about it. */
  readonly diagnoses: readonly Diagnosis[];
}

/**
 * Sets one option in an environment's trac.ini. A value that a declared option cannot read is refused; a name nobody reads is
 * set with a warning. Throws a ConfigError when the file is bad or cannot be written.
 */
export function changeSetting(
  dir: string,
  section: string,
  name: string,
  value: string,
  options: Iterable<Declared> = [],
  freeSections: ReadonlySet<string> = FREE_SECTIONS,
): Changed {
  const file = configFileOf(dir);
  const declared = [...options];
  const option = findDeclared(declared, section, name);
  const place = { file, section, key: name.toLowerCase() };
  const wrong = option && checkValue(option, value, place, isSecret(declared, section, name));
  if (wrong) return { changed: false, diagnoses: [wrong] };
  const changed = setOption(file, section, name, value);
  const configuration = loadConfiguration(file);
  const diagnoses = checkNames(configuration, declared, freeSections).filter(
    (diagnosis) => diagnosis.place?.section === section && (diagnosis.place.key ?? place.key) === place.key,
  );
  return { changed, diagnoses };
}

/** Removes one option from an environment's trac.ini, so that its parents or the default decide; true when it was there. */
export const removeSetting = (dir: string, section: string, name: string): boolean =>
  setOption(configFileOf(dir), section, name, null);

/** Everything wrong or odd in an environment's trac.ini: it cannot be read, values of the wrong kind, names nobody reads. */
export function checkConfiguration(
  dir: string,
  options: Iterable<Declared>,
  freeSections: ReadonlySet<string> = FREE_SECTIONS,
): Diagnosis[] {
  const declared = [...options];
  try {
    const configuration = loadConfiguration(configFileOf(dir));
    const empty = checkEmpty(configuration);
    if (empty.length > 0) return empty;
    return [...checkValues(configuration, declared), ...checkNames(configuration, declared, freeSections)];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [{ severity: 'error', message: error.message, place: error.place, remedy: undefined }];
  }
}
