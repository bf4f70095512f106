import { firstFindings } from '../kernel/diagnoses.ts';
import type { Diagnosis } from '../kernel/errors.ts';
import { parseNumber, parseSwitch } from '../kernel/literals.ts';
import { nearest } from '../kernel/nearest.ts';
import type { Settings } from '../kernel/settings.ts';
import { isSafeHref } from '../text/safe-values.ts';
import { localPath } from './addresses.ts';
import type { NavigationItem } from './extension-points.ts';

export type Menu = NavigationItem['menu'];

/** The section that speaks of each menu. */
export const MENU_SECTIONS = { main: 'mainnav', meta: 'metanav' } as const satisfies Record<Menu, string>;

/** Where an entry leads: a path within the site, or a whole address outside it. */
export interface Target {
  readonly address: string;
  readonly outside: boolean;
}

/** What one section says of one entry. What cannot be used is left out. */
export interface EntryLines {
  /** True: a line bears the name alone. Such a line also brings the entry here from the other menu, or makes a new one. */
  readonly named: boolean;
  readonly enabled: boolean;
  readonly label?: string;
  readonly href?: Target;
  readonly order?: number;
  readonly permission?: string;
  /** The keys of its lines, in the order of the file. */
  readonly keys: readonly string[];
}

/** Both sections: entries by name, which is lower case. */
export type MenuLines = Readonly<Record<Menu, ReadonlyMap<string, EntryLines>>>;

type Draft = { -readonly [K in keyof EntryLines]: EntryLines[K] } & { readonly keys: string[] };

/** What is wrong with a value, as the end of `[section] key = "value": `; with what to do about it. */
interface Fault {
  readonly fault: string;
  readonly remedy: string;
}

const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/**
 * An address as trac.ini has it: with a scheme it leads outside; `/…` and anything else is a path of this site. undefined: neither,
 * or one that a browser might run.
 */
function targetOf(text: string): Target | undefined {
  if (SCHEME.test(text)) {
    return isSafeHref(text) && URL.canParse(text) ? { address: new URL(text).href, outside: true } : undefined;
  }
  const path = localPath(text.startsWith('/') ? text : `/${text}`);
  return path === undefined ? undefined : { address: path, outside: false };
}

const BAD_HREF: Fault = {
  fault: 'this is no address that a menu may lead to',
  remedy: 'Write a path of this site such as /query?status=new, or a whole address such as https://example.org/.',
};

type Reader = (entry: Draft, raw: string) => Fault | undefined;

/** Trac takes a text of nothing for a line that is not there, save that an order of nothing is 0. */
const READERS: Readonly<Record<string, Reader>> = {
  label: (entry, raw) => {
    if (raw !== '') entry.label = raw;
    return undefined;
  },
  href: (entry, raw) => {
    if (raw === '') return undefined;
    const target = targetOf(raw);
    if (target === undefined) return BAD_HREF;
    entry.href = target;
    return undefined;
  },
  order: (entry, raw) => {
    const order = raw === '' ? 0 : parseNumber(raw);
    if (order === undefined || Number.isNaN(order)) {
      return { fault: 'expected a number', remedy: 'Example: 2.5. Without the line the entry stands where it would by itself.' };
    }
    entry.order = order;
    return undefined;
  },
  permission: (entry, raw) => {
    if (raw !== '') entry.permission = raw;
    return undefined;
  },
};

/** `[metanav] logout.redirect` is read by whoever logs people out; what it may be is judged here, with the other addresses. */
function readRedirect(raw: string): Fault | undefined {
  if (raw === '' || targetOf(raw)?.outside === false) return undefined;
  return {
    fault: 'after logging out one stays on this site',
    remedy: 'Write a path of this site such as /about, or remove the line.',
  };
}

function readSwitch(entry: Draft, raw: string): Fault | undefined {
  const enabled = raw === '' ? false : parseSwitch(raw);
  entry.named = true;
  entry.enabled = enabled ?? false;
  return enabled === undefined
    ? { fault: 'expected enabled or disabled', remedy: 'Until it is one of them, the entry is not shown.' }
    : undefined;
}

const shorten = (raw: string): string => JSON.stringify(raw.length > 80 ? `${raw.slice(0, 80)}…` : raw);

const addDraft = (entries: Map<string, Draft>, name: string): Draft => {
  const entry = entries.get(name) ?? { named: false, enabled: true, keys: [] };
  entries.set(name, entry);
  return entry;
};

function unknownAttribute(settings: Settings, section: string, key: string, attribute: string): Diagnosis {
  const near = nearest(attribute, Object.keys(READERS));
  return {
    severity: 'warning',
    message: `[${section}] ${key}: menu entries have no “${attribute}”.`,
    remedy: near ? `Did you mean ${near}?` : `There are ${Object.keys(READERS).join(', ')}.`,
    place: settings.place(section, key),
  };
}

/** `name` or `name.attribute`. */
function splitKey(key: string): { readonly name: string; readonly attribute: string | undefined } {
  const dot = key.lastIndexOf('.');
  return dot < 0 ? { name: key, attribute: undefined } : { name: key.slice(0, dot), attribute: key.slice(dot + 1) };
}

function readerOf(menu: Menu, key: string, attribute: string | undefined): Reader | undefined {
  if (attribute === undefined) return readSwitch;
  if (menu === 'meta' && key === 'logout.redirect') return (_entry, raw) => readRedirect(raw);
  return Object.hasOwn(READERS, attribute) ? READERS[attribute] : undefined;
}

function readLine(settings: Settings, menu: Menu, key: string, raw: string, entries: Map<string, Draft>): Diagnosis | undefined {
  const section = MENU_SECTIONS[menu];
  const { name, attribute } = splitKey(key);
  const read = readerOf(menu, key, attribute);
  if (read === undefined) return unknownAttribute(settings, section, key, attribute ?? '');
  const entry = addDraft(entries, name);
  entry.keys.push(key);
  const found = read(entry, raw);
  if (found === undefined) return undefined;
  const message = `[${section}] ${key} = ${shorten(raw)}: ${found.fault}.`;
  return { severity: 'error', message, remedy: found.remedy, place: settings.place(section, key) };
}

function readSection(settings: Settings, menu: Menu, diagnoses: Diagnosis[]): Map<string, Draft> {
  const section = MENU_SECTIONS[menu];
  const entries = new Map<string, Draft>();
  for (const [key, raw] of settings.entries(section)) {
    // What [DEFAULT] adds to every section is meant for none in particular.
    if (settings.place(section, key).section !== section) continue;
    const diagnosis = readLine(settings, menu, key, raw, entries);
    if (diagnosis) diagnoses.push(diagnosis);
  }
  return entries;
}

/** Reads [mainnav] and [metanav], and says which values cannot be used. */
export function readMenuLines(settings: Settings): { readonly lines: MenuLines; readonly diagnoses: readonly Diagnosis[] } {
  const diagnoses: Diagnosis[] = [];
  const lines = { main: readSection(settings, 'main', diagnoses), meta: readSection(settings, 'meta', diagnoses) };
  return { lines, diagnoses: firstFindings(diagnoses) };
}
