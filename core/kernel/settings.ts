import type { Place } from './errors.ts';

/** What the kernel and components read of trac.ini. Option names are lower case; sections are case-sensitive (Trac). */
export interface Settings {
  /** The raw text, or undefined when neither the file nor its parents set it. */
  get(section: string, name: string): string | undefined;
  /** Names of the sections that exist, empty ones too: a missing [ticket-workflow] means something else than an empty one. */
  sections(): readonly string[];
  /** Option name and raw text, in file order. */
  entries(section: string): readonly (readonly [string, string])[];
  /** Where the value stands, for messages. */
  place(section: string, name: string): Place;
}

/** Settings from plain objects, for tests and dry runs. */
export function plainSettings(sections: Readonly<Record<string, Readonly<Record<string, string>>>>): Settings {
  return {
    get: (section, name) => sections[section]?.[name.toLowerCase()],
    sections: () => Object.keys(sections),
    entries: (section) => Object.entries(sections[section] ?? {}),
    place: (section, key) => ({ section, key }),
  };
}
