import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const LAYERS = ['kernel', 'config', 'db', 'security', 'adjunct', 'jobs', 'text', 'ticket', 'web', 'cli'].map(
  (name) => `core/${name}`,
);

/** Which folder may import which (architecture.md). `core` is what lies directly in core/: the composition root. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'core/kernel': [],
  'core/config': ['core/kernel'],
  'core/db': ['core/kernel', 'core/config'],
  'core/security': ['core/kernel', 'core/config', 'core/db'],
  'core/adjunct': ['core/kernel', 'core/config', 'core/db', 'core/security'],
  'core/jobs': ['core/kernel', 'core/config', 'core/db', 'core/security'],
  'core/text': ['core/kernel', 'core/config', 'core/db', 'core/security'],
  'core/ticket': ['core/kernel', 'core/config', 'core/db', 'core/security', 'core/adjunct', 'core/jobs', 'core/text'],
  'core/web': ['core/kernel', 'core/config', 'core/db', 'core/security', 'core/adjunct', 'core/jobs', 'core/text'],
  'core/cli': ['core/kernel', 'core/config', 'core/db', 'core/security', 'core/adjunct', 'core/jobs', 'core/text', 'core/ticket'],
  core: LAYERS,
  'core/testing': ['core', ...LAYERS],
  migrations: [],
};

/** Packages that one file or folder alone may import. */
const ONLY_IN: Readonly<Record<string, RegExp>> = {
  tsyringe: /^core\/kernel\/kernel\.ts$/,
  ini: /^core\/config\//,
  'better-sqlite3': /^core\/db\//,
  pg: /^core\/db\//,
  'node-cron': /^core\/jobs\//,
  nunjucks: /^core\/web\/views\.ts$/,
  fastify: /^core\/(web|testing)\//,
};

const files = ['core', 'plugins', 'migrations'].flatMap((top) =>
  readdirSync(top, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => path.posix.join(top, file)),
);

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+'([^']+)'/gms)].map(([, type, target = '']) => ({
    target,
    typeOnly: type !== undefined,
  }));
}

const folderOf = (file: string): string =>
  Object.keys(MAY_IMPORT)
    .filter((folder) => file.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0] ?? '?';
const resolve = (file: string, target: string): string => path.posix.join(path.posix.dirname(file), target);
const pluginFolder = (file: string): string => file.split('/').slice(0, 2).join('/');

describe.each(files)('%s', (file) => {
  const imports = importsOf(file);

  test('has at most 400 lines', () => {
    expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThanOrEqual(401);
  });

  test('imports only what its layer may', () => {
    for (const { target } of imports.filter(({ target }) => target.startsWith('.'))) {
      const to = resolve(file, target);
      if (file.startsWith('plugins/')) expect(pluginFolder(to), `${file} imports ${target}`).toBe(pluginFolder(file));
      else if (folderOf(to) !== folderOf(file))
        expect(MAY_IMPORT[folderOf(file)], `${file} imports ${target}`).toContain(folderOf(to));
    }
    if (!file.startsWith('plugins/')) expect(imports.filter(({ target }) => /^tracts(\/|$)/.test(target))).toEqual([]);
  });

  test('leaves each library to the place that owns it', () => {
    for (const [name, place] of Object.entries(ONLY_IN))
      if (imports.some(({ target, typeOnly }) => target === name && !typeOnly))
        expect(file, `${file} imports ${name}`).toMatch(place);
  });
});

test('only the service writes tickets: the store has no other user', () => {
  const users = files.filter((file) =>
    importsOf(file).some(
      ({ target, typeOnly }) => !typeOnly && /(^|\/)store\.ts$/.test(target) && resolve(file, target) === 'core/ticket/store.ts',
    ),
  );
  expect(users.sort()).toEqual(['core/ticket/load.ts', 'core/ticket/service.ts']);
});

test('no SQL but in the files that may write a ticket names the ticket table for writing', () => {
  const writers = files.filter((file) =>
    /\('ticket(_change|_custom|_change_field)?'\)[^;]*\.(insert|update|delete|del)\(/s.test(readFileSync(file, 'utf8')),
  );
  expect(writers.sort()).toEqual(['core/ticket/history.ts', 'core/ticket/replacement.ts', 'core/ticket/store.ts']);
});

test('no file imports itself in a circle', () => {
  const edges = new Map(
    files.map((file) => [
      file,
      importsOf(file)
        .filter(({ target, typeOnly }) => target.startsWith('.') && !typeOnly)
        .map(({ target }) => resolve(file, target)),
    ]),
  );
  const done = new Set<string>();
  const walk = (file: string, trail: readonly string[]): void => {
    expect(trail, `circle: ${[...trail, file].join(' -> ')}`).not.toContain(file);
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) walk(next, [...trail, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
});
