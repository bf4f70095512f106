import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CORE_COMMANDS } from '../../core/cli/commands/index.ts';
import { ICommandProvider } from '../../core/cli/extension-points.ts';
import { parseConfiguration } from '../../core/config/configuration.ts';
import { createEnvironment, memorySite, openEnvironment } from '../../core/environment.ts';
import * as core from '../../core/index.ts';
import { TRAC_COMPONENTS } from '../../core/kernel/enablement.ts';
import { silentLog } from '../../core/kernel/log.ts';
import { publicModules } from '../../core/kernel/plugin-loader.ts';
import type { Site } from '../../core/site.ts';
import { testSite } from '../../core/testing/index.ts';

const pages = [
  'README.md',
  'CHANGELOG.md',
  'DECISIONS.md',
  'templates/README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join('docs', name)),
];
const read = (file: string): string => readFileSync(file, 'utf8');
const blocks = (file: string, language: string): string[] =>
  [...read(file).matchAll(/^( *)```(\w+)\n(.*?)^ *```$/gms)]
    .filter(([, , name]) => name === language)
    .map(([, indent = '', , text = '']) => text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));

let site: Site;
beforeAll(async () => {
  site = await memorySite();
});
afterAll(() => site.close());

describe.each(pages)('%s', (file) => {
  test('links only to files that are there', () => {
    const text = read(file).replace(/`[^`\n]+`/g, '');
    const targets = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => target);
    expect(targets.filter((target) => !existsSync(path.join(path.dirname(file), target)))).toEqual([]);
  });

  test('names only commands that exist', () => {
    const known = [...CORE_COMMANDS, ...site.all(ICommandProvider).flatMap((provider) => [...provider.getCommands()])];
    const names = new Set(known.map(({ name }) => name));
    const typed = [...read(file).matchAll(/(?:^ {4}|`|\n {4}npx |npx )tracts\s([a-z]+)(?:\s([a-z]+))?/gm)];
    const strange = typed.filter(([, first = '', second = '']) => !names.has(first) && !names.has(`${first} ${second}`));
    expect(strange.map(([text]) => text)).toEqual([]);
  });

  test('has only samples of trac.ini that can be read', () => {
    for (const text of blocks(file, 'ini').filter((one) => one.includes('[')))
      expect(() => parseConfiguration(text)).not.toThrow();
  });
});

describe('docs/admin/plugins.md', () => {
  test("has the table of Trac's components", () => {
    const rows = [
      ...read('docs/admin/plugins.md').matchAll(/^\| `(trac\.[^`]+|tracopt\.[^`]+|sample-plugins\.[^`]+)` \| `([^`]+)` \|$/gm),
    ];
    expect(Object.fromEntries(rows.map(([, theirs, ours]) => [theirs, ours]))).toEqual(TRAC_COMPONENTS);
  });

  test('leads only to components that exist', () => {
    const ids = site.kernel.components().map(({ id }) => id);
    expect(Object.values(TRAC_COMPONENTS).filter((id) => !ids.includes(id))).toEqual([]);
  });
});

test('docs/authors/interfaces.md has every extension point and service with what it does and where its order is set', async () => {
  const text = read('docs/authors/interfaces.md');
  const modules = Object.entries(await publicModules(core));
  const missing = modules.flatMap(([name, module]) =>
    Object.values(module as Record<string, { kind?: string; name: string; doc: string; orderedBy?: string }>)
      .filter((value) => typeof value === 'object' && (value.kind === 'point' || value.kind === 'service'))
      .filter(({ name: token, doc, orderedBy }) => {
        const from = name === 'tracts' ? '' : ` (\`${name}\`)`;
        const row = text.split('\n').find((line) => line.startsWith(`| \`${token}\`${from} | ${doc.replace(/\.$/, '')}`));
        return row === undefined || (orderedBy !== undefined && !row.includes(`\`${orderedBy}\``));
      })
      .map(({ name: token, doc }) => `${name}: ${token}: ${doc}`),
  );
  expect(missing).toEqual([]);
});

test('docs/admin/permissions.md has every permission of the core with its help and what it includes', () => {
  const text = read('docs/admin/permissions.md');
  const own = [...site.kernel.permissions()].filter(([, { component }]) => component.startsWith('core.'));
  expect(own.length).toBeGreaterThan(25);
  const rows = own.map(
    ([name, { help, includes }]) => `| ${name} | ${help} | ${name === 'TRAC_ADMIN' ? 'all' : includes.join(', ')} |`,
  );
  expect(rows.filter((row) => !text.includes(row))).toEqual([]);
});

test('docs/authors/plugins.md quotes the optional plugins as they are', () => {
  const flat = (text: string): string => text.replace(/\s+/g, ' ').trim();
  const sources = readdirSync('plugins/optional')
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => flat(read(path.join('plugins/optional', name))));
  const quoted = blocks('docs/authors/plugins.md', 'ts').filter((text) => /DeleteTicket|prepareTicket/.test(text));
  expect(quoted).toHaveLength(2);
  for (const text of quoted) expect(sources.some((source) => source.includes(flat(text)))).toBe(true);
});

test('docs/authors/plugins.md and docs/admin/plugins.md name every optional plugin', () => {
  const names = readdirSync('plugins/optional').filter((name) => !name.endsWith('.test.ts'));
  const missing = ['docs/authors/plugins.md', 'docs/admin/plugins.md'].flatMap((file) =>
    names.filter((name) => !read(file).includes(`\`${name.replace('.ts', '')}\``)).map((name) => `${file}: ${name}`),
  );
  expect(missing).toEqual([]);
});

describe('README.md', () => {
  test('opens with the two commands', () => {
    expect(
      read('README.md')
        .match(/^ {4}npm.*$/gm)
        ?.slice(0, 2),
    ).toEqual(['    npm ci && npm start', '    npm ci && npm test']);
  });

  test('has a workflow without fault that does what the text says', async () => {
    const [ini = ''] = blocks('README.md', 'ini');
    await using made = await testSite({ ini });
    expect(made.site.diagnoses()).toEqual([]);
    const { id } = await made.fileTicket({ summary: 'First' });
    for (const action of ['accept', 'test', 'resolve', 'reopen']) await made.submit(id, action);
    expect(await made.ticket(id)).toMatchObject({ status: 'new', owner: 'reporter', resolution: '' });
  });

  test('has a plugin that runs when it is saved as it stands', async () => {
    const [source = ''] = blocks('README.md', 'ts');
    const dir = mkdtempSync(path.join(tmpdir(), 'tracts-docs-'));
    rmSync(dir, { recursive: true });
    await createEnvironment(dir, { ini: '[project]\nname = Ping\n' });
    mkdirSync(path.join(dir, 'plugins'), { recursive: true });
    writeFileSync(path.join(dir, 'plugins', 'ping.ts'), source);
    const { site: opened, database } = await openEnvironment(dir, { log: silentLog });
    expect(opened.diagnoses()).toEqual([]);
    expect(opened.kernel.components().find(({ id }) => id === 'ping.Ping')).toMatchObject({ enabled: true, problems: [] });
    expect(opened.kernel.permissions().get('TICKET_PING')?.help).toBe('Ping tickets.');
    await opened.close();
    await database.close();
    rmSync(dir, { recursive: true });
  });
});
