import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CommandLine } from '../support/command-line.ts';
import { type Environment, makeEnvironment } from '../support/served.ts';

const workflow = (action: string): string => `[ticket-workflow]
create = <none> -> new
leave = * -> *
leave.operations = leave_status
${action} = new -> done
`;
const BROKEN = '[project]\nname = Two\nthis line says nothing\n';

/** Two seconds are promised; a machine that is busy with other tests may take longer. */
const PATIENCE_MS = 6000;

/** Asks again and again until it is so. */
async function soon(look: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    if (await look()) return true;
    if (performance.now() > end) return false;
    await sleep(50);
  }
}

const shows = (env: Environment, name: string, url: string, text: string) => async () =>
  (await env.page(name, url)).text.includes(text);

test('an edited workflow is in force within two seconds, without a restart', async () => {
  await using env = await makeEnvironment(workflow('finish'));
  const service = await env.serve();
  const id = await env.fileTicket('Any');
  expect(await shows(env, 'ann', `/ticket/${id}`, 'value="finish"')()).toBe(true);
  env.write('conf/trac.ini', workflow('complete'));
  expect(await soon(shows(env, 'ann', `/ticket/${id}`, 'value="complete"'))).toBe(true);
  expect((await env.page('ann', `/ticket/${id}`)).text).not.toContain('value="finish"');
  expect((await env.post('ann', `/ticket/${id}`, { action: 'finish', submit: 'Submit' })).status).toBe(422);
  expect((await env.post('ann', `/ticket/${id}`, { action: 'complete', submit: 'Submit' })).status).toBe(303);
  expect(service.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test('a trac.ini of absurd size is refused or cut with its line, the site goes on, and the repair is noticed', async () => {
  await using env = await makeEnvironment(workflow('finish'));
  await env.serve();
  const states = (count: number): string => Array.from({ length: count }, (_, index) => `s${index}`).join(',');
  env.write('conf/trac.ini', `${workflow('finish')}leave_all = ${states(100_000)} -> done\n`);
  expect(
    await soon(shows(env, 'admin', '/about', 'trac.ini, line 6, [ticket-workflow] leave_all: the value has more than')),
  ).toBe(true);
  env.write('conf/trac.ini', `${workflow('finish')}leave_all = ${states(15_000)} -> done\n`);
  expect(await soon(shows(env, 'admin', '/about', 'with its states there are more than 10000'))).toBe(true);
  const id = await env.fileTicket('Any');
  expect((await env.page('ann', `/ticket/${id}`)).text).toContain('value="finish"');
  env.write('conf/trac.ini', workflow('complete'));
  expect(await soon(shows(env, 'ann', `/ticket/${id}`, 'value="complete"'))).toBe(true);
});

test('what failed after a change is still told of under another configuration', async () => {
  await using env = await makeEnvironment('[project]\nname = One\n');
  const service = await env.serve();
  await service.site.contexts.write({ user: { name: 'ann', authenticated: true }, via: 'web' }, async (ctx) =>
    ctx.afterCommit(() => Promise.reject(new Error('away')), 'telling the chat'),
  );
  expect((await env.page('admin', '/about')).text).toContain('telling the chat failed: away');
  env.write('conf/trac.ini', '[project]\nname = Two\n[mainnav]\ntickets.label = Everything\n');
  expect(await soon(shows(env, 'admin', '/about', '>Everything</a>'))).toBe(true);
  expect((await env.page('admin', '/about')).text).toContain('telling the chat failed: away');
});

test('a broken edit changes nothing but is logged, and told to administrators alone until it is put right', async () => {
  await using env = await makeEnvironment('[project]\nname = One\n');
  await env.serve();
  env.write('conf/trac.ini', BROKEN);
  expect(await soon(shows(env, 'admin', '/prefs', 'What is wrong'))).toBe(true);
  expect(env.logged).toContainEqual({
    level: 'error',
    message: expect.stringMatching(
      /configuration refused .*trac\.ini, line 3.*neither a section.*\/conf\/trac\.ini","section":"project","line":3/,
    ) as string,
  });
  const about = (await env.page('admin', '/about')).text;
  expect(about).toMatch(/trac\.ini.*line 3/);
  expect(about).toContain('The last good configuration stays in force');
  for (const name of ['ann', 'anonymous']) {
    const page = (await env.page(name, '/about')).text;
    expect(page).toContain('<title>About &ndash; One</title>');
    expect(page).not.toContain('What is wrong');
    expect(page).not.toContain('line 3');
  }
  env.write('conf/trac.ini', '[project]\nname = Three\n');
  expect(await soon(shows(env, 'ann', '/about', '<title>About &ndash; Three</title>'))).toBe(true);
  expect((await env.page('admin', '/prefs')).text).not.toContain('What is wrong');
});

test('a value that the core cannot use keeps the last good configuration, too', async () => {
  await using env = await makeEnvironment('[project]\nname = One\n');
  const service = await env.serve();
  env.write('conf/trac.ini', '[project]\nname = Two\n[ticket]\nmax_comment_size = large\n');
  await service.reload();
  const about = (await env.page('admin', '/about')).text;
  expect(about).toContain('<title>About &ndash; One</title>');
  expect(about).toMatch(/line 4, \[ticket\] max_comment_size = &quot;large&quot;: expected a whole number/);
});

test('a trac.ini that is gone keeps the last good configuration', async () => {
  await using env = await makeEnvironment('[project]\nname = One\n');
  const service = await env.serve();
  rmSync(path.join(env.dir, 'conf', 'trac.ini'));
  await service.reload();
  expect((await env.page('admin', '/about')).text).toMatch(/<title>About &ndash; One<\/title>.*there is no such file/s);
});

test('a trac.ini that is emptied keeps the last good configuration, and the repair is noticed', async () => {
  await using env = await makeEnvironment('[project]\nname = One\n');
  await env.serve();
  for (const nothing of ['', '# all gone\n']) {
    env.write('conf/trac.ini', nothing);
    expect(await soon(shows(env, 'admin', '/about', 'trac.ini: the file is empty, which it was not before'))).toBe(true);
    expect((await env.page('ann', '/about')).text).toContain('<title>About &ndash; One</title>');
    expect(env.logged.some(({ message }) => message.includes('the file is empty'))).toBe(true);
    env.write('conf/trac.ini', '[project]\nname = One\n\n');
    expect(await soon(async () => !(await shows(env, 'admin', '/about', 'the file is empty')()))).toBe(true);
  }
});

test('a trac.ini that is empty from the start is used, and administrators are warned', async () => {
  await using env = await makeEnvironment('');
  await env.serve();
  expect((await env.page('admin', '/prefs')).text).toContain('trac.ini sets nothing: every option has its default.');
  expect(env.logged).toContainEqual({ level: 'warn', message: expect.stringContaining('trac.ini sets nothing') as string });
});

test('every problem is logged and told in the banner with file, section, key and line', async () => {
  const problems: readonly (readonly [ini: string, where: string, place: object])[] = [
    [
      '[ticket-workflow]\ncreate = <none> -> new\naccept = new accepted\n',
      'trac.ini, line 3, [ticket-workflow] accept: The action &quot;accept&quot; is not available',
      { section: 'ticket-workflow', key: 'accept', line: 3 },
    ],
    [
      '[ticket]\n\nworkflow = Nope, ConfigurableTicketWorkflow\n',
      'trac.ini, line 3, [ticket] workflow: No component is called Nope.',
      { section: 'ticket', key: 'workflow', line: 3 },
    ],
    [
      '[extra-permissions]\n_all = 12\n',
      'trac.ini, line 2, [extra-permissions] _all: &quot;12&quot; is no permission',
      { section: 'extra-permissions', key: '_all', line: 2 },
    ],
  ];
  for (const [ini, where, place] of problems) {
    await using env = await makeEnvironment(ini);
    await env.serve();
    expect((await env.page('admin', '/prefs')).text).toContain(where);
    expect((await env.page('admin', '/about')).text).toContain(where);
    const said = env.logged.filter(({ message }) => message.startsWith(where.replaceAll('&quot;', '"')));
    expect(said).toHaveLength(1);
    const file = path.join(env.dir, 'conf', 'trac.ini');
    for (const [name, value] of Object.entries({ file, ...place }))
      expect(said[0]?.message).toContain(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
  }
});

test('a resolution that is not defined is told at once, and no longer when it is', async () => {
  await using env = await makeEnvironment(
    `${workflow('finish')}finish.operations = set_resolution\nfinish.set_resolution = fixed,fixd\n`,
  );
  await env.serve();
  const where = 'trac.ini, line 7, [ticket-workflow] finish.set_resolution: The action &quot;finish&quot; is not available';
  expect((await env.page('admin', '/prefs')).text).toContain(where);
  expect((await env.page('admin', '/about')).text).toMatch(
    /the resolution &quot;fixd&quot; is not defined.*Did you mean &quot;fixed&quot;/,
  );
  expect((await env.page('ann', '/about')).text).not.toContain('fixd');
  expect(
    env.logged.filter(({ level, message }) => level === 'error' && /line 7.*"fixd" is not defined/.test(message)),
  ).toHaveLength(1);
  const line = new CommandLine();
  const check = await line.run(['config', 'check', env.dir]);
  expect([check.code, check.out]).toEqual([1, expect.stringContaining('line 7, [ticket-workflow] finish.set_resolution')]);
  // By another process: nobody tells the server.
  expect((await line.run(['resolution', 'add', env.dir, 'fixd'])).code).toBe(0);
  line.close();
  expect(await soon(async () => !(await shows(env, 'admin', '/about', 'fixd')()))).toBe(true);
});

test('the same broken file is told once, however long it stays', async () => {
  await using env = await makeEnvironment();
  const service = await env.serve();
  env.write('conf/trac.ini', BROKEN);
  await service.reload();
  await sleep(1200);
  await service.reload();
  expect(env.logged.filter(({ message }) => message.startsWith('configuration refused'))).toHaveLength(1);
});

test('another [trac] database is not followed while the site runs: it says that a restart is needed', async () => {
  await using env = await makeEnvironment('[trac]\ndatabase = sqlite:db/tracts.db\n[project]\nname = One\n');
  const service = await env.serve();
  const id = await env.fileTicket('Stored in the first');
  env.write('conf/trac.ini', '[trac]\ndatabase = sqlite:db/other.db\n[project]\nname = Two\n');
  await service.reload();
  const about = (await env.page('admin', '/about')).text;
  expect(about).toContain('<title>About &ndash; Two</title>');
  expect(about).toMatch(/trac\.ini, line 2, \[trac\] database: .*restart/i);
  expect(env.logged.some(({ level, message }) => level === 'warn' && /\[trac\] database/.test(message))).toBe(true);
  expect((await env.page('ann', `/ticket/${id}`)).status).toBe(200);
  expect((await env.page('ann', '/about')).text).not.toMatch(/restart/i);
  env.write('conf/trac.ini', '[trac]\ndatabase = sqlite:db/tracts.db\n[project]\nname = Three\n');
  await service.reload();
  expect((await env.page('admin', '/about')).text).not.toMatch(/restart/i);
});

test('requests under way while the configuration changes are all answered', async () => {
  await using env = await makeEnvironment('[project]\nname = P0\n');
  const service = await env.serve();
  const answers: Promise<{ readonly status: number }>[] = [];
  for (let round = 1; round <= 5; round += 1) {
    for (let n = 0; n < 10; n += 1) answers.push(env.page('ann', '/query'));
    env.write('conf/trac.ini', `[project]\nname = P${round}\n`);
    await service.reload();
  }
  expect(new Set((await Promise.all(answers)).map(({ status }) => status))).toEqual(new Set([200]));
  expect((await env.page('ann', '/about')).text).toContain('About &ndash; P5');
});
