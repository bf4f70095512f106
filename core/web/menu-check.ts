import { firstFindings } from '../kernel/diagnoses.ts';
import type { Diagnosis } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import type { Settings } from '../kernel/settings.ts';
import { type EntryLines, MENU_SECTIONS, type Menu, type MenuLines } from './menu-lines.ts';

/** What is known beside the sections themselves. */
export interface MenuSurroundings {
  readonly settings: Settings;
  /** Names of the entries that components offer, lower case, with the menu of each. */
  readonly offered: ReadonlyMap<string, ReadonlySet<Menu>>;
  readonly permissions: ReadonlyMap<string, string>;
}

/** The entries of Trac's own menus. Every environment that Trac made has lines for them, whether or not something here offers them. */
const TRAC_ENTRIES: Readonly<Record<Menu, readonly string[]>> = {
  main: ['admin', 'browser', 'newticket', 'roadmap', 'search', 'tickets', 'timeline', 'wiki'],
  meta: ['about', 'help', 'login', 'logout', 'prefs'],
};

interface Entry {
  readonly menu: Menu;
  readonly name: string;
  readonly entry: EntryLines;
}

const otherMenu = (menu: Menu): Menu => (menu === 'main' ? 'meta' : 'main');

/** What is wrong with an entry that this menu does not have by itself; undefined: it comes here, or is one of the file's own. */
function strangeness(
  lines: MenuLines,
  { menu, name, entry }: Entry,
  { offered }: MenuSurroundings,
): readonly [string, string] | undefined {
  const other = otherMenu(menu);
  const otherSection = MENU_SECTIONS[other];
  if (offered.get(name)?.has(other) || lines[other].get(name)?.named) {
    if (entry.named) return undefined;
    return [
      `${name} stands in the other menu, so that this line means nothing`,
      `Move it to [${otherSection}], or bring the entry here: ${name} = enabled`,
    ];
  }
  const near = nearest(name, offered.keys());
  const suggestion = near ? `Did you mean ${near}? ` : '';
  if (!entry.named) {
    return [
      `no component offers an entry ${name}`,
      `${suggestion}An entry of your own takes ${name} = enabled and ${name}.href.`,
    ];
  }
  if (!entry.enabled) return [`no component offers an entry ${name}`, `${suggestion}Else remove the line.`];
  // An address that cannot be used has been reported.
  if (entry.keys.includes(`${name}.href`)) return undefined;
  return [
    `no component offers an entry ${name}, and a new one without an address leads nowhere`,
    `${suggestion}Else add ${name}.href.`,
  ];
}

function checkPermission({ menu, name, entry }: Entry, { settings, permissions }: MenuSurroundings): Diagnosis[] {
  const { permission } = entry;
  if (permission === undefined || permissions.has(permission)) return [];
  const section = MENU_SECTIONS[menu];
  const key = `${name}.permission`;
  const near = nearest(permission, [...permissions.keys()]);
  return [
    {
      severity: 'warning',
      message: `[${section}] ${key}: nothing defines the permission ${JSON.stringify(permission)}, so that nobody sees the entry.`,
      remedy: near ? `Did you mean ${near}?` : 'Write one permission, correct it, or enable the plugin that defines it.',
      place: settings.place(section, key),
    },
  ];
}

/** One calm note for a section, as for other options of Trac. */
function noteTracs(menu: Menu, keys: readonly string[], settings: Settings): Diagnosis[] {
  const [first] = keys;
  if (first === undefined) return [];
  const section = MENU_SECTIONS[menu];
  return [
    {
      severity: 'warning',
      message: `[${section}]: entries that Trac has there and this site does not: ${keys.join(', ')}.`,
      remedy: 'Nothing needs to be done; the lines do no harm.',
      place: { ...settings.place(section, first), key: undefined },
    },
  ];
}

function* checkSection(lines: MenuLines, menu: Menu, around: MenuSurroundings): Generator<Diagnosis> {
  const section = MENU_SECTIONS[menu];
  const tracs: string[] = [];
  for (const [name, entry] of lines[menu]) {
    yield* checkPermission({ menu, name, entry }, around);
    const [key = name] = entry.keys;
    const strange = around.offered.get(name)?.has(menu) ? undefined : strangeness(lines, { menu, name, entry }, around);
    if (strange === undefined) continue;
    // Trac writes lines for all its entries; only those for its own place of an entry say nothing of what somebody meant.
    const isTracs =
      TRAC_ENTRIES[menu].includes(name) || (!around.offered.has(name) && TRAC_ENTRIES[otherMenu(menu)].includes(name));
    if (isTracs) tracs.push(...entry.keys);
    else {
      const [message, remedy] = strange;
      const place = around.settings.place(section, key);
      yield { severity: 'warning', message: `[${section}] ${key}: ${message}.`, remedy, place };
    }
  }
  yield* noteTracs(menu, tracs, around.settings);
}

/** Finds lines of [mainnav] and [metanav] that mean nothing: entries nobody offers, addresses missing, permissions nobody has. */
export function checkMenus(lines: MenuLines, around: MenuSurroundings): readonly Diagnosis[] {
  return [...firstFindings(checkSection(lines, 'main', around)), ...firstFindings(checkSection(lines, 'meta', around))];
}
