import { firstFindings } from './diagnoses.ts';
import type { Diagnosis, Place } from './errors.ts';
import { nearest } from './nearest.ts';
import { type Option, option } from './option.ts';
import type { Settings } from './settings.ts';
import type { ExtensionPoint } from './tokens.ts';

interface Named {
  readonly id: string;
}

const exportName = (id: string): string => id.slice(id.indexOf('.') + 1).toLowerCase();

/** True when a name in an option means this component: `Name` or `plugin.Name`, in any case. */
const means = (wanted: string, { id }: Named): boolean => wanted === id.toLowerCase() || wanted === exportName(id);

function optionOf({ orderedBy = '' }: ExtensionPoint<unknown>): { readonly section?: string; readonly key?: string } {
  const [, section, key] = /^\[(.+)] (.+)$/.exec(orderedBy) ?? [];
  return section === undefined || key === undefined ? {} : { section, key };
}

/** The option by which an administrator orders a point's components, for listings and checks; undefined: there is none. */
export function orderOption(point: ExtensionPoint<unknown>): Option<readonly string[]> | undefined {
  const { section, key } = optionOf(point);
  if (section === undefined || key === undefined) return undefined;
  const first = point.defaultOrder?.length ? `, ${point.defaultOrder.join(', ')} first` : '';
  const rest = point.selects
    ? `Once it is set, one that it does not name is not used; until then all are${first}.`
    : 'Those that it does not name follow.';
  const doc = `Components by name, in the order in which they are asked (${point.name}: ${point.doc.replace(/\.$/, '')}). ${rest}`;
  return option.list(section, key, point.selects ? [] : (point.defaultOrder ?? []), doc);
}

/**
 * Puts components into the order that the point's `orderedBy` option names. Those it does not name follow as they were
 * loaded, or stay out when the point `selects` and the option is set.
 *
 * @param all every component that was found, to tell a misspelt name from one that is switched off.
 */
export function orderComponents<E extends Named>(
  point: ExtensionPoint<unknown>,
  entries: readonly E[],
  settings: Settings,
  all: readonly Named[],
): { readonly ordered: readonly E[]; readonly diagnoses: readonly Diagnosis[] } {
  const { section = '', key = '' } = optionOf(point);
  const raw = key ? settings.get(section, key) : undefined;
  const wanted = (raw ?? point.defaultOrder?.join(',') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const lower = wanted.map((name) => name.toLowerCase());
  const ranks = new Map(
    entries.map((entry) => {
      const at = lower.findIndex((name) => means(name, entry));
      return [entry, at < 0 ? lower.length : at];
    }),
  );
  const rank = (entry: E): number => ranks.get(entry) ?? lower.length;
  const selecting = point.selects === true && raw !== undefined && wanted.length > 0;
  const chosen = selecting ? entries.filter((entry) => rank(entry) < lower.length) : entries;
  const ordered = chosen.toSorted((a, b) => rank(a) - rank(b));
  if (raw === undefined || point.namesChecked === false) return { ordered, diagnoses: [] };
  const place = settings.place(section, key);
  const strange = wanted.filter((name) => !entries.some((entry) => means(name.toLowerCase(), entry)));
  const diagnoses = firstFindings(judgeNames(point, strange, { entries, all, place }));
  return { ordered, diagnoses };
}

interface Surroundings {
  readonly entries: readonly Named[];
  readonly all: readonly Named[];
  readonly place: Place;
}

function* judgeNames(
  point: ExtensionPoint<unknown>,
  names: readonly string[],
  { entries, all, place }: Surroundings,
): Generator<Diagnosis> {
  for (const name of names) {
    const off = all.find((entry) => means(name.toLowerCase(), entry));
    const near = nearest(
      name,
      entries.map(({ id }) => id.slice(id.indexOf('.') + 1)),
    );
    yield {
      severity: 'error',
      place,
      message: off ? `${name} is named but switched off, or is no ${point.name}.` : `No component is called ${name}.`,
      remedy: off
        ? `Write "${off.id} = enabled" into [components].`
        : near
          ? `Did you mean ${near}?`
          : 'Remove the name, or install the plugin that brings it.',
    };
  }
}
