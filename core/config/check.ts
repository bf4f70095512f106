import { basename } from 'node:path';
import { firstFindings } from '../kernel/diagnoses.ts';
import { type Diagnosis, describePlace, type Place } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import type { AnyOption } from '../kernel/option.ts';
import type { Configuration } from './configuration.ts';
import { type Declared, FREE_SECTIONS, HIDDEN, isSecret } from './declared.ts';
import { DEFAULT_SECTION } from './lines.ts';
import { isTracOption, TRAC_OPTIONS } from './trac-options.ts';

/** A place as messages show it: the file without its folder. */
const show = (place: Place): string =>
  describePlace({ ...place, file: place.file === undefined ? undefined : basename(place.file) });

interface Names {
  /** Names of declared options by section; the core itself reads `[inherit] file`. */
  readonly declared: ReadonlyMap<string, ReadonlySet<string>>;
  readonly free: ReadonlySet<string>;
}

function collect(options: Iterable<Declared>, free: ReadonlySet<string>): Names {
  const declared = new Map<string, Set<string>>([['inherit', new Set(['file'])]]);
  for (const { option } of options) {
    const names = declared.get(option.section) ?? new Set();
    declared.set(option.section, names.add(option.name));
  }
  return { declared, free };
}

function judgeSection(configuration: Configuration, section: string, { declared, free }: Names): Diagnosis {
  const place = configuration.sectionPlace(section);
  const near = nearest(section, [...declared.keys(), ...free, ...TRAC_OPTIONS.keys()]);
  return {
    severity: 'warning',
    place,
    message: `${show(place)}: no component reads this section.`,
    remedy: near
      ? `Did you mean [${near}]? (Upper and lower case differ in names of sections.)`
      : 'Remove it, or install the plugin that reads it.',
  };
}

function judgeOption(place: Place, section: string, name: string, { declared }: Names): Diagnosis {
  const near = nearest(name, declared.get(section) ?? []);
  const elsewhere = [...declared].find(([, names]) => names.has(name))?.[0];
  const suggestion = near ? `Did you mean ${near}?` : elsewhere ? `Did you mean [${elsewhere}] ${name}?` : undefined;
  return {
    severity: 'warning',
    place,
    message: `${show(place)}: no component reads this option.`,
    remedy: suggestion ?? 'Remove it, or install the plugin that reads it.',
  };
}

/** One calm note for a section: an environment made by Trac has every default of Trac in its file. */
function noteTracs(configuration: Configuration, section: string, names: readonly string[]): Diagnosis[] {
  if (names.length === 0) return [];
  const place = configuration.place(section, names[0] ?? '');
  return [
    {
      severity: 'warning',
      place: { ...place, key: undefined },
      message: `${show({ ...place, key: undefined })}: known to Trac, not used here (yet): ${names.join(', ')}.`,
      remedy: 'Nothing needs to be done; the lines do no harm.',
    },
  ];
}

function* checkSection(configuration: Configuration, section: string, names: Names): Generator<Diagnosis> {
  if (names.free.has(section)) return;
  if (!names.declared.has(section) && !TRAC_OPTIONS.has(section)) {
    yield judgeSection(configuration, section, names);
    return;
  }
  const unread = configuration
    .entries(section)
    .map(([name]) => ({ name, place: configuration.place(section, name) }))
    .filter(({ name, place }) => place.section !== DEFAULT_SECTION && !names.declared.get(section)?.has(name));
  const tracs = unread.map(({ name }) => name).filter((name) => isTracOption(section, name));
  yield* noteTracs(configuration, section, tracs);
  const known = new Set(tracs);
  for (const { name, place } of unread) if (!known.has(name)) yield judgeOption(place, section, name, names);
}

function* checkSections(configuration: Configuration, names: Names): Generator<Diagnosis> {
  for (const section of configuration.sections()) yield* checkSection(configuration, section, names);
}

const byPlace = (left: Diagnosis, right: Diagnosis): number =>
  (left.place?.file ?? '').localeCompare(right.place?.file ?? '') || (left.place?.line ?? 0) - (right.place?.line ?? 0);

/**
 * Warns of sections and options that nobody reads, with the nearest known name. Names that Trac reads and we do not (yet)
 * get one calm note for each section. Options that `[DEFAULT]` adds to every section are left alone.
 */
export function checkNames(
  configuration: Configuration,
  options: Iterable<Declared>,
  freeSections: ReadonlySet<string> = FREE_SECTIONS,
): Diagnosis[] {
  const names = collect(options, freeSections);
  return firstFindings(checkSections(configuration, names)).sort(byPlace);
}

/** Warns of a file that sets nothing: every option has its default then, the workflow and who may see what among them. */
export function checkEmpty(configuration: Configuration): Diagnosis[] {
  const { file } = configuration;
  if (file === undefined || configuration.sections().length > 0) return [];
  const message = `${basename(file)} sets nothing: every option has its default.`;
  const remedy = 'Restore the file from a backup if it once had content.';
  return [{ severity: 'warning', message, remedy, place: { file } }];
}

/** What is wrong with a text as the value of an option, as a diagnosis; undefined when it is good. */
export function checkValue(option: AnyOption, raw: string, place: Place, secret = option.secret === true): Diagnosis | undefined {
  try {
    option.parse(raw);
    return undefined;
  } catch {
    const remedy = secret
      ? 'Correct the value.'
      : `Correct the value, or remove the line: the default is ${printDefault(option)}.`;
    const message = `${show(place)} = ${secret ? HIDDEN : quote(raw)}: expected ${option.expects}`;
    return { severity: 'error', place, message, remedy };
  }
}

/** Long values are cut: the beginning is enough to find them. */
const quote = (raw: string): string => JSON.stringify(raw.length > 80 ? `${raw.slice(0, 80)}…` : raw);

const printDefault = (option: AnyOption): string => option.print(option.fallback) || 'empty';

/** Reads every declared option that the files set and reports each value that is none of its kind. Secrets are not shown. */
export function checkValues(configuration: Configuration, options: Iterable<Declared>): Diagnosis[] {
  const all = [...options];
  const found = new Map<string, Diagnosis>();
  for (const { option, component } of all) {
    const raw = configuration.get(option.section, option.name);
    if (raw === undefined) continue;
    const place = configuration.place(option.section, option.name);
    const diagnosis = checkValue(option, raw, place, isSecret(all, option.section, option.name));
    if (diagnosis && !found.has(diagnosis.message)) found.set(diagnosis.message, { ...diagnosis, component });
  }
  return [...found.values()].sort(byPlace);
}
