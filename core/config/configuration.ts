import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError, type Place } from '../kernel/errors.ts';
import { splitList } from '../kernel/literals.ts';
import type { Settings } from '../kernel/settings.ts';
import { DEFAULT_SECTION, refuse } from './lines.ts';
import { decodeIni, type IniFile, MAX_SIZE, parseIni, refuseSize } from './parse.ts';

/** The settings of one trac.ini and the files it inherits from, at one moment. Never changes; a changed file makes a new one. */
export interface Configuration extends Settings {
  /** As given to `loadConfiguration`. */
  readonly file: string | undefined;
  /** Every file that was read, this one first. */
  readonly files: readonly string[];
  /** What each file looked like on disk just before it was read, also those named by `[inherit]` that do not exist. For watching. */
  readonly stamps: ReadonlyMap<string, string>;
  /** Sorted as Trac sorts; without `[DEFAULT]`, whose options show up in every section. */
  sections(): readonly string[];
  /** True when the file or a parent sets it, be it to nothing. */
  has(section: string, name: string): boolean;
  /** Where the section begins. */
  sectionPlace(section: string): Place;
}

interface Entry {
  readonly value: string;
  readonly place: Place;
}
interface SectionEntries {
  readonly place: Place;
  readonly entries: Map<string, Entry>;
}
type Sections = Map<string, SectionEntries>;

/** Each is looked at twice a second. */
const MOST_PARENTS = 100;

/** The stamp of a file that is not there. */
export const MISSING = 'missing';
/** The stamp of a folder, or of something else that holds no text. */
const NO_FILE = 'no file';

/** A text that changes whenever the file does: by writing, by renaming another over it, by a change of mode. Never throws. */
export function stampFile(file: string): string {
  try {
    const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return MISSING;
    return stats.isFile() ? [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':') : NO_FILE;
  } catch (error) {
    // A folder that may not be entered, a link to itself: reading it will say so.
    return `out of reach: ${error instanceof Error ? error.message : error}`;
  }
}

function addSection(sections: Sections, name: string, place: Place): Map<string, Entry> {
  const known = sections.get(name);
  if (known) return known.entries;
  const entries = new Map<string, Entry>();
  sections.set(name, { place, entries });
  return entries;
}

/** The file's own sections, each with what `[DEFAULT]` adds to it. */
function ownSections(ini: IniFile, file: string | undefined): Sections {
  const sections: Sections = new Map();
  const defaults = ini.sections.get(DEFAULT_SECTION)?.values ?? [];
  for (const [section, { line, values }] of ini.sections) {
    const entries = addSection(sections, section, { file, section, line });
    for (const [key, found] of values) {
      entries.set(key, { value: found.value, place: { file, section, key, line: found.line } });
    }
    for (const [key, found] of defaults) {
      if (entries.has(key)) continue;
      entries.set(key, { value: found.value, place: { file, section: DEFAULT_SECTION, key, line: found.line } });
    }
  }
  return sections;
}

/** One run over a file and its parents. Keeps each file read, so that a parent named twice is read once. */
class Loading {
  readonly stamps = new Map<string, string>();
  private readonly done = new Map<string, Sections>();
  private readonly open: string[] = [];

  /** `from` is the `[inherit] file` value that names the file. */
  load(file: string, from?: Place): Sections {
    this.stamps.set(file, stampFile(file));
    if (this.stamps.get(file) === MISSING) {
      if (from) return new Map();
      refuse({ file }, 'there is no such file. Make an environment with `tracts init`, or check the path.');
    }
    if (this.stamps.get(file) === NO_FILE) refuse(from ?? { file }, `${file} is a folder. Name a file.`);
    const path = fromDisk(file, () => realpathSync(file));
    if (this.open.includes(path)) {
      refuse(
        from ?? { file },
        `the file inherits from itself, through ${[...this.open, path].join(' -> ')}. Take one of them out of [inherit] file.`,
      );
    }
    const known = this.done.get(path);
    if (known) return known;
    const sections = this.inherit(
      parseIni(
        fromDisk(file, () => readIni(file)),
        file,
      ),
      file,
      path,
    );
    this.done.set(path, sections);
    return sections;
  }

  /** Adds what the parents set and the file itself does not; the first parent wins. `path` is the file without links. */
  inherit(ini: IniFile, file: string, path: string): Sections {
    const sections = ownSections(ini, file);
    const named = sections.get('inherit')?.entries.get('file');
    if (!named) return sections;
    const parents = splitList(named.value);
    if (parents.length > MOST_PARENTS)
      refuse(named.place, `more than ${MOST_PARENTS} files are named. Name those that are needed.`);
    this.open.push(path);
    for (const name of parents) addMissing(sections, this.load(resolve(dirname(file), name), named.place));
    this.open.pop();
    return sections;
  }
}

function addMissing(sections: Sections, parent: Sections): void {
  for (const [name, { place, entries }] of parent) {
    const own = addSection(sections, name, place);
    for (const [key, entry] of entries) if (!own.has(key)) own.set(key, entry);
  }
}

function readIni(file: string): string {
  const { size } = statSync(file);
  return size > MAX_SIZE ? refuseSize(size, file) : decodeIni(readFileSync(file), file);
}

function fromDisk<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return refuse({ file }, `the file cannot be read (${reason}). Check its owner and mode.`);
  }
}

const byCodePoint = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));

function freeze(sections: Sections, file: string | undefined, stamps: ReadonlyMap<string, string>): Configuration {
  const names = Object.freeze([...sections.keys()].filter((name) => name !== DEFAULT_SECTION).sort(byCodePoint));
  const find = (section: string, name: string) => sections.get(section)?.entries.get(name.toLowerCase());
  return Object.freeze({
    file,
    files: Object.freeze([...stamps].filter(([, stamp]) => stamp !== MISSING).map(([path]) => path)),
    stamps,
    sections: () => names,
    has: (section: string, name: string) => find(section, name) !== undefined,
    get: (section: string, name: string) => find(section, name)?.value,
    entries: (section: string) => [...(sections.get(section)?.entries ?? [])].map(([key, { value }]) => [key, value] as const),
    place: (section: string, name: string) => find(section, name)?.place ?? { file, section, key: name.toLowerCase() },
    sectionPlace: (section: string) => sections.get(section)?.place ?? { file, section },
  });
}

/** Loading, as data: watching needs to know which files a failed attempt has touched. */
export type Attempt =
  | { readonly configuration: Configuration }
  | { readonly error: ConfigError; readonly stamps: ReadonlyMap<string, string> };

/** Reads the file and its parents; a ConfigError is returned, not thrown. */
export function attemptConfiguration(file: string): Attempt {
  const loading = new Loading();
  try {
    return { configuration: freeze(loading.load(resolve(file)), file, loading.stamps) };
  } catch (error) {
    if (error instanceof ConfigError) return { error, stamps: loading.stamps };
    throw error;
  }
}

/**
 * Reads a trac.ini and the files its `[inherit] file` names (relative to the file that names them; the first wins; one that
 * does not exist is skipped, as in Trac). Throws a ConfigError: the whole configuration is good, or there is none.
 */
export function loadConfiguration(file: string): Configuration {
  const attempt = attemptConfiguration(file);
  if ('error' in attempt) throw attempt.error;
  return attempt.configuration;
}

/**
 * The configuration that a text would make, for dry runs. With `file`, messages name it and parents are read relative to
 * it; without, nothing is read from disk and `[inherit]` has no effect.
 */
export function parseConfiguration(text: string, { file }: { readonly file?: string } = {}): Configuration {
  const loading = new Loading();
  if (file === undefined) return freeze(ownSections(parseIni(text), undefined), undefined, loading.stamps);
  const path = resolve(file);
  const real = stampFile(path) === MISSING ? path : realpathSync(path);
  return freeze(loading.inherit(parseIni(text, path), path, real), file, loading.stamps);
}
