import type { Diagnosis, ISettings, SettingChange } from 'tracts';

export const SECTION = 'ticket-custom';

/** The settings as they would be with some lines of [ticket-custom] changed. */
export function withChanges(settings: ISettings, changes: readonly SettingChange[]): ISettings {
  const changed = new Map(changes.map(({ name, value }) => [name, value]));
  const isOurs = (section: string, name: string): boolean => section === SECTION && changed.has(name.toLowerCase());
  return {
    get: (section, name) =>
      isOurs(section, name) ? (changed.get(name.toLowerCase()) ?? undefined) : settings.get(section, name),
    sections: () => [...new Set([...settings.sections(), SECTION])],
    entries: (section) => {
      if (section !== SECTION) return settings.entries(section);
      const kept = settings.entries(section).flatMap(([name, value]) => {
        const next = changed.has(name) ? changed.get(name) : value;
        return next === null || next === undefined ? [] : [[name, next] as const];
      });
      const added = changes.flatMap(({ name, value }) =>
        value === null || kept.some(([known]) => known === name) ? [] : [[name, value] as const],
      );
      return [...kept, ...added];
    },
    place: (section, name) => settings.place(section, name),
  };
}

/** The attributes that a file gives a field, by name. */
export const writtenFor = (settings: ISettings, field: string): ReadonlyMap<string, string> =>
  new Map(
    settings
      .entries(SECTION)
      .filter(([key]) => key.startsWith(`${field}.`))
      .map(([key, value]) => [key.slice(field.length + 1), value]),
  );

/** A problem next to its input. */
export interface Problem {
  readonly field: string;
  readonly message: string;
}

const keyOf = ({ place, message }: Diagnosis): string =>
  place?.key ?? /^\[ticket-custom\] ([^\s:]+):/.exec(message)?.[1] ?? /^([a-z0-9_]+\.[a-z0-9_]+):/.exec(message)?.[1] ?? '';

/** What the diagnoses say of one field, at the inputs of the form: `type`, or `attr_<name>`; each with its line in the file. */
export function problemsOf(diagnoses: readonly Diagnosis[], field: string): readonly Problem[] {
  return diagnoses.flatMap((diagnosis) => {
    // The message knows the attribute even where the line that is shown is the field's own.
    const told = /\[ticket-custom\] ([^\s:]+):/.exec(diagnosis.message)?.[1] ?? keyOf(diagnosis);
    if (told !== field && !told.startsWith(`${field}.`)) return [];
    const line = diagnosis.place?.line === undefined ? '' : ` (trac.ini, line ${diagnosis.place.line})`;
    const text = diagnosis.message.replace(/^\[ticket-custom\] [^\s:]+: /, '').replace(/\.$/, '');
    const said = `${text.charAt(0).toUpperCase()}${text.slice(1)}${line}. ${diagnosis.remedy ?? ''}`.trim();
    return [{ field: told === field ? 'type' : `attr_${told.slice(field.length + 1)}`, message: said }];
  });
}

interface Placed {
  readonly name: string;
  readonly order: number;
}

const isBefore = (a: Placed, b: Placed): boolean => a.order < b.order || (a.order === b.order && a.name < b.name);

/** The lines that move a field one place up or down, as few as it takes: fields are sorted by order, then name. */
export function moveChanges(fields: readonly Placed[], name: string, by: -1 | 1): readonly SettingChange[] {
  const at = fields.findIndex((field) => field.name === name);
  const moved = fields[at];
  const other = fields[at + by];
  if (!moved || !other) return [];
  const wanted = fields.map((field) => field);
  wanted[at] = { name: other.name, order: moved.order };
  wanted[at + by] = { name: moved.name, order: other.order };
  const result: Placed[] = [];
  for (const field of wanted) {
    const before = result.at(-1);
    const fits = before === undefined || isBefore(before, field);
    result.push(fits ? field : { name: field.name, order: before.order + (before.name < field.name ? 0 : 1) });
  }
  return result
    .filter((field) => fields.find((one) => one.name === field.name)?.order !== field.order)
    .map((field) => ({ section: SECTION, name: `${field.name}.order`, value: String(field.order) }));
}
