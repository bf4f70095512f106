import { rmSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runCommandLine } from '../../core/cli/run.ts';
import { openEnvironment, upgradeEnvironment } from '../../core/environment.ts';
import { silentLog } from '../../core/kernel/log.ts';
import { CommandLine } from '../support/command-line.ts';
import { type Environment, makeEnvironment } from '../support/served.ts';

const PING = `
import { component, ITicketActionController, option } from 'tracts';

/** Offers “ping”, which raises the priority. */
export const Ping = component({
  doc: 'Offers “ping”.',
  implements: [ITicketActionController],
  options: { priority: option.text('ping', 'priority', 'blocker', 'What a pinged ticket becomes.') },
  permissions: { TICKET_PING: 'Ping tickets.' },
  includes: { TICKET_ADMIN: ['TICKET_PING'] },
  create: ({ options }) => ({
    getTicketActions: (ctx) =>
      ctx.ticket.exists && ctx.can('TICKET_PING')
        ? [{
            name: 'ping',
            hint: 'Everybody will look at it.',
            changes: () => ({ priority: options.priority }),
            comment: () => 'Ping!',
          }]
        : [],
  }),
});
`;

/** What “tracts plugin list” prints of an environment. */
async function pluginList({ dir }: Environment): Promise<{ readonly out: string; readonly err: string; readonly code: number }> {
  const { launcher } = new CommandLine();
  const [out, err]: [string[], string[]] = [[], []];
  const io = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    readInput: async () => '',
    interactive: false,
    askSecret: async () => '',
    debug: false,
  };
  const code = await runCommandLine(['plugin', 'list', dir], launcher, io);
  return { out: out.join('\n'), err: err.join('\n'), code };
}

test('a TypeScript file dropped into plugins/ adds an action that works, from the next reading of the configuration on', async () => {
  await using env = await makeEnvironment('[project]\nname = One\n');
  const service = await env.serve();
  const id = await env.fileTicket('Look at me');
  expect((await env.page('admin', `/ticket/${id}`)).text).not.toContain('value="ping"');
  env.write('plugins/ping.ts', PING);
  env.write('conf/trac.ini', '[project]\nname = Two\n[ping]\npriority = critical\n');
  await service.reload();
  expect((await env.page('admin', `/ticket/${id}`)).text).toContain('value="ping"');
  expect((await env.page('ann', `/ticket/${id}`)).text).not.toContain('value="ping"');
  expect((await env.post('admin', `/ticket/${id}`, { action: 'ping', submit: 'Submit' })).status).toBe(303);
  const page = (await env.page('ann', `/ticket/${id}`)).text;
  expect(page).toContain('Ping!');
  expect(page).toMatch(/<dd><a [^>]*>critical<\/a><\/dd>/);
  expect((await pluginList(env)).out).toMatch(/^ping\.Ping +on +default +\/.*plugins\/ping\.ts +Offers “ping”\.$/m);
});

const BROKEN = {
  'throws.ts': "throw new Error('no licence');\n",
  'syntax.ts': "import { component } from 'tracts';\nexport const X = component({ implements: [\n",
  'repeats.ts': `import { component, ITicketManipulator } from 'tracts';
export const Repeats = component({ implements: [ITicketManipulator], permissions: { TICKET_VIEW: 'Mine now.' }, create: () => ({}) });\n`,
  'soon.ts': `import { component, ITicketManipulator, option } from 'tracts';
export const Soon = component({
  implements: [ITicketManipulator],
  options: { hours: option.int('soon', 'hours', 8, 'Hours.') },
  create: () => ({}),
});\n`,
  'needs.ts': `import { component, ITicketManipulator, service } from 'tracts';
const IOracle = service<{ ask(): string }>('IOracle', { doc: 'Knows everything.' });
export const Needs = component({ implements: [ITicketManipulator], uses: { oracle: IOracle }, create: () => ({}) });\n`,
  'typo.js': `import { component, ITicketManipulater } from 'tracts';
export const Typo = component({ implements: [ITicketManipulater], create: () => ({}) });\n`,
  'creates.mjs': `import { component, ITicketManipulator } from 'tracts';
export const Creates = component({ implements: [ITicketManipulator], create: () => { throw new Error('no socket'); } });\n`,
  'route.ts': `import { component, IRouteProvider } from 'tracts';
export const Route = component({
  implements: [IRouteProvider],
  create: () => ({ getRoutes: () => [{ method: 'GET', path: '/ticket/:number', handle: () => ({ text: 'mine' }) }] }),
});\n`,
  'workflow.ts': 'export {};\n',
  'empty.ts': 'export const nothing = 1;\n',
  'missing/index.ts': "import './not-there.ts';\n",
} as const;

const DIAGNOSE = (answer: string): string => `
import { component, IDiagnostician } from 'tracts';
export const Asked = component({ implements: [IDiagnostician], create: () => ({ diagnose: ${answer} }) });
`;
const COMMAND = (answer: string): string => `
import { component, ICommandProvider } from 'tracts';
export const Told = component({ implements: [ICommandProvider], create: () => ({ getCommands: ${answer} }) });
`;
const STRANGE: Readonly<Record<string, string>> = {
  'nothing.js': 'throw null;',
  'unshown.js': "throw { toString() { throw new Error('x'); } };",
  'proxy.js': "export const P = new Proxy({}, { get() { throw new Error('x'); } });",
  'null-finding.js': DIAGNOSE('() => [null]'),
  'throws-null.js': DIAGNOSE('() => { throw null; }'),
  'no-list.js': DIAGNOSE('() => 3'),
  'no-commands.js': COMMAND("() => { throw new Error('x'); }"),
  'null-command.js': COMMAND('() => [null]'),
  'undisposed.js': COMMAND("() => [], dispose() { throw new Error('stays'); }"),
};

test('the strangest plugins cost the command line nothing but themselves', async () => {
  await using env = await makeEnvironment('');
  for (const [name, text] of Object.entries(STRANGE)) env.write(`plugins/${name}`, text);
  const line = new CommandLine();
  const list = await line.run(['plugin', 'list', env.dir]);
  expect(list.code).toBe(0);
  for (const name of ['nothing.js', 'unshown.js', 'proxy.js', 'no-commands.js', 'null-command.js'])
    expect(list.err).toContain(name);
  expect(list.err).toContain('a component did not end well {"component":"undisposed.Told","error":"stays"}');
  const check = await line.run(['config', 'check', env.dir]);
  expect(check.code).toBe(1);
  for (const name of ['null-finding', 'throws-null', 'no-list'])
    expect(check.out).toContain(`${name}.Asked could not check the configuration`);
  for (const run of [list, check, await line.run(['fields', env.dir]), await line.run(['--help', env.dir])])
    expect(run.err).not.toContain('unexpected');
  line.close();
});

test('plugins that fail are left out and told with file and remedy, on the command line and on /about; the rest runs', async () => {
  await using env = await makeEnvironment('[soon]\nhours = tomorrow\n');
  env.write('plugins/ping.ts', PING);
  for (const [name, text] of Object.entries(BROKEN)) env.write(`plugins/${name}`, text);
  await env.serve();
  const id = await env.fileTicket('Still here');
  expect((await env.page('admin', `/ticket/${id}`)).text).toContain('value="ping"');
  const said: readonly (readonly [string, RegExp])[] = [
    ['throws.ts', /plugins\/throws\.ts: the plugin could not be loaded: no licence/],
    ['syntax.ts', /plugins\/syntax\.ts: the plugin could not be loaded: /],
    [
      'repeats.ts',
      /plugins\/repeats\.ts: component repeats\.Repeats declares the permission TICKET_VIEW, which core\.\w+ declares/,
    ],
    ['soon.ts', /conf\/trac\.ini, line 2, \[soon\] hours = "tomorrow": expected a whole number\. Example: 8\. Correct the value/],
    ['needs.ts', /plugins\/needs\.ts: component needs\.Needs needs IOracle \(Knows everything\.\), which nothing provides/],
    [
      'typo.js',
      /plugins\/typo\.js: component typo\.Typo names no interface as number 1 of "implements"; is its import spelt right\?/,
    ],
    ['creates.mjs', /plugins\/creates\.mjs: component creates\.Creates could not be started: no socket/],
    ['route.ts', /plugins\/route\.ts: component route\.Route .*GET \/ticket\/:number/],
    ['workflow.ts', /plugins\/workflow\.ts: a plugin called workflow is there already\. Rename the file/],
    ['empty.ts', /plugins\/empty\.ts: the file exports no component/],
    ['missing', /plugins\/missing\/index\.ts: the plugin could not be loaded: Cannot find module/],
  ];
  const { err, out, code } = await pluginList(env);
  const about = (await env.page('admin', '/about')).text.replace(/<[^>]+>/g, '').replaceAll('&quot;', '"');
  for (const [name, pattern] of said) {
    expect(err, name).toMatch(pattern);
    expect(about, name).toMatch(pattern);
  }
  expect(out).toMatch(/^repeats\.Repeats +off/m);
  expect(out).toMatch(/^route\.Route +off/m);
  expect(out).toMatch(/^ping\.Ping +on/m);
  expect(code).toBe(0);
  expect((await env.page('ann', '/about')).text).not.toContain('no licence');
  expect(env.logged.filter(({ level, message }) => level === 'error' && message.includes('no licence'))).toHaveLength(1);
});

const PACKAGE = `
import { component, IRouteProvider, ITicketManipulator, PermissionError, TracError } from 'tracts';
import { IWorkflowOperation } from 'tracts/workflow';
export const Same = component({
  implements: [ITicketManipulator, IRouteProvider, IWorkflowOperation],
  create: () => ({
    name: 'from_package',
    plan: () => ({}),
    getRoutes: () => [
      { method: 'GET', path: '/same', handle: () => ({ text: String(new PermissionError('X') instanceof TracError) }) },
      { method: 'GET', path: '/refused', handle: () => { throw new PermissionError('NICE_TRY'); } },
    ],
  }),
});
`;

test('an npm package that [trac] plugins names is loaded from the environment and meets the running core', async () => {
  await using env = await makeEnvironment('[trac]\nplugins = tracts-same, @acme/tracts-other, not-installed\n');
  const manifest = { version: '1.0.0', type: 'module', exports: './main.js' };
  env.write('node_modules/tracts-same/package.json', JSON.stringify({ name: 'tracts-same', ...manifest }));
  env.write('node_modules/tracts-same/main.js', PACKAGE);
  env.write('node_modules/@acme/tracts-other/package.json', JSON.stringify({ name: '@acme/tracts-other', ...manifest }));
  env.write('node_modules/@acme/tracts-other/main.js', PACKAGE.replaceAll('/same', '/other').replace('/refused', '/elsewhere'));
  await env.serve();
  expect(await env.page('ann', '/same')).toEqual({ status: 200, text: 'true' });
  expect(await env.page('ann', '/other')).toEqual({ status: 200, text: 'true' });
  const refused = await env.page('ann', '/refused');
  expect(refused.status).toBe(403);
  expect(refused.text).toContain('NICE_TRY');
  const { out, err } = await pluginList(env);
  expect(out).toMatch(/^tracts-same\.Same +on/m);
  expect(out).toMatch(/^tracts-other\.Same +on/m);
  expect(err).toMatch(
    /trac\.ini, line 2, \[trac\] plugins: the package not-installed is not installed in .*npm install not-installed/,
  );
});

const COUNTER = `
import { component, IRouteProvider, ITicketFieldProvider } from 'tracts';
export const Counter = component({
  implements: [IRouteProvider, ITicketFieldProvider],
  permissions: { COUNTER_VIEW: 'See the counter.' },
  create: () => ({
    getTicketFields: () => [{ name: 'weight', type: 'text', label: 'Weight' }],
    getRoutes: () => [
      {
        method: 'GET',
        path: '/counter',
        requires: 'COUNTER_VIEW',
        handle: async (ctx) => ({ text: String((await ctx.db('counter').first('value')).value) }),
      },
    ],
  }),
});
`;
const MIGRATION = `
export async function up(db) {
  await db.schema.createTable('counter', (t) => t.integer('value').notNullable());
  await db('counter').insert({ value: 41 });
}
`;

test('a plugin folder brings migrations: the site waits for the upgrade, then has its tables', async () => {
  await using env = await makeEnvironment();
  env.write('plugins/counter/index.ts', COUNTER);
  env.write('plugins/counter/migrations/0001_counter.ts', MIGRATION);
  await expect(env.serve()).rejects.toThrow(/needs an upgrade \(counter\/0001_counter\).*tracts upgrade/);
  expect(await upgradeEnvironment(env.dir)).toEqual(['counter/0001_counter']);
  expect(await upgradeEnvironment(env.dir)).toEqual([]);
  await env.serve();
  expect(await env.page('admin', '/counter')).toEqual({ status: 200, text: '41' });
  expect((await env.page('ann', '/counter')).status).toBe(403);
});

test('a plugin that is not upgraded yet does not take over a running site', async () => {
  await using env = await makeEnvironment('[project]\nname = One\n');
  const service = await env.serve();
  env.write('plugins/counter/index.ts', COUNTER);
  env.write('plugins/counter/migrations/0001_counter.ts', MIGRATION);
  env.write('conf/trac.ini', '[project]\nname = Two\n');
  await service.reload();
  expect((await env.page('admin', '/about')).text).toMatch(/needs an upgrade \(counter\/0001_counter\)/);
  expect((await env.page('admin', '/counter')).status).toBe(404);
});

test('switched off, a plugin’s fields, pages and permissions are gone; its data comes back with it', async () => {
  await using env = await makeEnvironment();
  env.write('plugins/counter/index.ts', COUNTER);
  env.write('plugins/counter/migrations/0001_counter.ts', MIGRATION);
  await upgradeEnvironment(env.dir);
  const service = await env.serve();
  const id = await env.fileTicket('Heavy');
  const stored = await env.post('admin', `/ticket/${id}`, { action: 'leave', field_weight: '12 kg', submit: 'Submit' });
  expect(stored.status).toBe(303);
  const look = async () => {
    const page = (await env.page('admin', `/ticket/${id}`)).text;
    const knows = (await env.page('admin', '/admin/users')).text.includes('COUNTER_VIEW');
    return [(await env.page('admin', '/counter')).status, page.includes('name="field_weight"'), page.includes('12 kg'), knows];
  };
  const on = await look();
  expect(on.slice(0, 3)).toEqual([200, true, true]);
  env.write('conf/trac.ini', '[components]\ncounter.* = disabled\n');
  await service.reload();
  const off = await look();
  expect(off.slice(0, 2)).toEqual([404, false]);
  const sent = await env.post('admin', `/ticket/${id}`, { action: 'leave', field_weight: '1 kg', submit: 'Submit' });
  expect(sent.status).toBe(422);
  expect(sent.text).toContain('There is no field “weight”');
  env.write('conf/trac.ini', '[components]\ncounter.counter = enabled\ncounter.* = disabled\n');
  await service.reload();
  expect(await look()).toEqual(on);
});

test.each([
  ['tracopt.ticket.deleter.* = enabled', true],
  ['tracopt.ticket.deleter.TicketDeleter = enabled', true],
  ['tracopt.* = enabled', true],
  ['tracopt.* = enabled\ntracopt.ticket.deleter.* = disabled', false],
  ['tracopt.* = enabled\ndelete-ticket.* = disabled', false],
  ['sample-plugins.workflow.deleteticket.* = enabled', true],
  ['trac.* = disabled', false],
])('[components] %s: deleting is offered: %s', async (lines, offered) => {
  await using env = await makeEnvironment(`[components]\n${lines}\n`);
  const { site, database } = await openEnvironment(env.dir, { log: silentLog });
  const state = site.kernel.components().find(({ id }) => id === 'delete-ticket.DeleteTicket');
  expect(state?.enabled).toBe(offered);
  expect(site.kernel.permissions().has('TICKET_DELETE')).toBe(offered);
  await site.close();
  await database.close();
});

test('a plugin folder that is gone is no plugin, and no error', async () => {
  await using env = await makeEnvironment();
  rmSync(path.join(env.dir, 'plugins'), { recursive: true });
  await env.serve();
  expect((await env.page('admin', '/about')).status).toBe(200);
});
