import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Configuration, loadConfiguration } from '../../core/config/configuration.ts';
import { editIni } from '../../core/config/edit.ts';
import { getBool, getFloat, getInt, getList, getText, type Readable, withDefaults } from '../../core/config/getters.ts';
import { decodeIni } from '../../core/config/parse.ts';
import { ConfigError } from '../../core/kernel/errors.ts';
import { option } from '../../core/kernel/option.ts';

interface GoldenValue {
  readonly section: string;
  readonly key: string;
  readonly [getter: string]: unknown;
}
interface GoldenCase {
  readonly name: string;
  readonly ini?: string;
  readonly ini_base64?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly error?: { readonly error: string; readonly message: string };
  readonly sections?: readonly string[];
  readonly options?: Readonly<Record<string, readonly (readonly [string, string])[]>>;
  readonly values?: readonly GoldenValue[];
}

const golden: { readonly cases: readonly GoldenCase[] } = JSON.parse(
  readFileSync(new URL('./ini/ini.json', import.meta.url), 'utf8'),
);

/** The options of Trac whose defaults the recorded values show. */
const TRAC_OPTIONS = [
  option.text('ticket', 'default_type', 'defect', ''),
  option.text('ticket', 'default_priority', 'major', ''),
  option.bool('ticket', 'restrict_owner', false, ''),
  option.int('ticket', 'max_comment_size', 262_144, ''),
  option.text('ticket', 'allowed_empty_fields', 'milestone,version', ''),
  option.int('query', 'items_per_page', 100, ''),
  option.bool('notification', 'smtp_enabled', false, ''),
  option.text('trac', 'base_url', '', ''),
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracts-ini-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const bytesOf = ({ ini = '', ini_base64 }: GoldenCase): Buffer =>
  ini_base64 === undefined ? Buffer.from(ini) : Buffer.from(ini_base64, 'base64');

function write(golden: GoldenCase): string {
  for (const [name, text] of Object.entries(golden.files ?? {})) writeFileSync(join(folder, name), text);
  const file = join(folder, 'trac.ini');
  writeFileSync(file, bytesOf(golden));
  return file;
}

/** A number as the recording writes it; a failure in its shape, the words apart. */
function recorded(read: () => number): unknown {
  try {
    const value = read();
    return Number.isFinite(value) ? value : String(value).replace('Infinity', 'inf').replace('NaN', 'nan');
  } catch (error) {
    return { error: error instanceof ConfigError ? 'ConfigurationError' : 'another error' };
  }
}

const withoutMessage = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'error' in value ? { error: value.error } : value;

function readAll(configuration: Configuration, settings: Readable, { section, key }: GoldenValue): GoldenValue {
  return {
    section,
    key,
    get: getText(settings, section, key),
    has: settings.get(section, key) !== undefined,
    has_no_defaults: configuration.has(section, key),
    getbool: getBool(settings, section, key),
    getint: recorded(() => getInt(settings, section, key)),
    getfloat: recorded(() => getFloat(settings, section, key)),
    getlist: getList(settings, section, key),
    getlist_keep_empty: getList(settings, section, key, { keepEmpty: true }),
    getlist_pipe: getList(settings, section, key, { separator: '|', keepEmpty: true }),
  };
}

const refused = golden.cases.filter((golden) => golden.error);
const good = golden.cases.filter((golden) => !golden.error);

describe('Trac 1.6 refuses the file, and so do we', () => {
  it.each(refused.map((golden) => [golden.name, golden] as const))('%s', (_name, golden) => {
    const file = write(golden);
    expect(() => loadConfiguration(file)).toThrow(ConfigError);
  });

  it.each(
    refused.flatMap((golden) => {
      const line = /line: (\d+)|\[line +(\d+)\]/.exec(golden.error?.message ?? '');
      return line ? [[golden.name, golden, Number(line[1] ?? line[2])] as const] : [];
    }),
  )('%s: with the same line number', (_name, golden, line) => {
    const file = write(golden);
    expect(() => loadConfiguration(file)).toThrow(expect.objectContaining({ place: expect.objectContaining({ line }) }));
  });
});

describe('Trac 1.6 and we read the same from', () => {
  it.each(good.map((golden) => [golden.name, golden] as const))('%s', (_name, golden) => {
    const configuration = loadConfiguration(write(golden));
    const settings = withDefaults(configuration, TRAC_OPTIONS);
    expect(configuration.sections()).toEqual(golden.sections);
    for (const [section, entries] of Object.entries(golden.options ?? {})) {
      expect(configuration.entries(section)).toEqual(entries);
    }
    const expected = golden.values?.map((value) =>
      Object.fromEntries(Object.entries(value).map(([getter, result]) => [getter, withoutMessage(result)])),
    );
    expect(golden.values?.map((value) => readAll(configuration, settings, value))).toEqual(expected);
  });
});

describe('our edit, unlike Trac, keeps the file when it adds an option to', () => {
  it.each(good.map((golden) => [golden.name, golden] as const))('%s', (_name, golden) => {
    const file = write(golden);
    const before = loadConfiguration(file);
    const text = decodeIni(bytesOf(golden));
    const edited = editIni(text, 'zz-new', 'added', 'x');
    writeFileSync(file, edited);
    const after = loadConfiguration(file);
    expect(edited.startsWith(text)).toBe(true);
    expect(after.sections()).toEqual([...before.sections(), 'zz-new']);
    expect(after.get('zz-new', 'added')).toBe('x');
    for (const section of before.sections()) expect(after.entries(section)).toEqual(before.entries(section));
  });
});
