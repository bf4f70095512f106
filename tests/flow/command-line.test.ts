import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../core/main.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

const folder = mkdtempSync(path.join(tmpdir(), 'tracts-process-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(argv: readonly string[], log = 'silent'): ChildProcess {
  const env = { ...process.env, TRACTS_LOG: log };
  return spawn(process.execPath, ['--import', TSX, '--conditions=source', MAIN, ...argv], { cwd: folder, env });
}

/** Runs the command line in a process of its own, in a folder of its own. */
async function tracts(line: string, input: string | Uint8Array = '') {
  const child = start(line.split(' '));
  child.stdin?.end(input);
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('The process has no pipes.');
  const [[code], out, err] = await Promise.all([once(child, 'exit') as Promise<[number]>, text(stdout), text(stderr)]);
  return { code, out, err };
}

it('takes a ticket from a new environment to closed, in ./env and by its name', { timeout: 120_000 }, async () => {
  expect(await tracts('init')).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Made the environment env.') });
  expect(await tracts('user add env alice', 'correct horse battery staple\n')).toMatchObject({ code: 0, out: 'Added alice.\n' });
  expect(await tracts('permission add alice TICKET_ADMIN')).toMatchObject({ code: 0 });
  const filed = await tracts('ticket apply --user alice', '{"fields": {"summary": "Größe"}}');
  expect(JSON.parse(filed.out)).toEqual({ ok: true, id: 1, problems: [], warnings: [] });
  const resolve = '{"action": "resolve", "inputs": {"resolution": "fixed"}, "basedOn": 1}';
  expect(JSON.parse((await tracts('ticket apply ./env 1 --user alice', resolve)).out)).toMatchObject({ ok: true });
  const again = await tracts('ticket apply ./env 1 --user alice', resolve);
  expect([again.code, JSON.parse(again.out)]).toMatchObject([1, { ok: false, id: 1 }]);
  const shown = JSON.parse((await tracts('ticket show 1 --json')).out);
  expect(shown).toMatchObject({ id: 1, version: 2, values: { summary: 'Größe', status: 'closed', resolution: 'fixed' } });
});

it('answers what cannot be understood with 2, what cannot be done with 1', { timeout: 60_000 }, async () => {
  expect(await tracts('tikcet show 1')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Did you mean') });
  expect(await tracts('user list ./nowhere')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('tracts init') });
  const torn = await tracts('ticket apply --user alice', Uint8Array.of(0x7b, 0xff));
  expect([torn.code, JSON.parse(torn.out)]).toMatchObject([
    1,
    { ok: false, problems: [{ message: expect.stringContaining('UTF-8') }] },
  ]);
});

it('makes dry runs of a trac.ini without any environment', { timeout: 60_000 }, async () => {
  const ini = '[ticket-workflow]\ncreate = <none> -> new\nclose = new closed\n[ticket-custom]\ncost = text\n';
  writeFileSync(path.join(folder, 'try.ini'), ini);
  const check = await tracts('workflow check --ini ./try.ini --json');
  expect([check.code, JSON.parse(check.out)]).toMatchObject([1, expect.arrayContaining([expect.objectContaining({ line: 3 })])]);
  const fields = JSON.parse((await tracts('fields --ini try.ini --json')).out) as readonly object[];
  expect(fields.at(-1)).toMatchObject({ name: 'cost', custom: true, type: 'text' });
  expect(JSON.parse((await tracts('config show --ini try.ini --json')).out)).toMatchObject({
    sections: { 'ticket-custom': { cost: 'text' } },
  });
  writeFileSync(path.join(folder, 'try.json'), JSON.stringify({ ini, scenarios: [{ status: null, user: 'ann' }] }));
  for (const file of ['try.json', './try.json', path.join(folder, 'try.json')]) {
    const { code, out } = await tracts(`workflow simulate ${file}`);
    expect([code, JSON.parse(out)]).toMatchObject([0, [{ actions: [{ name: 'create', changes: { status: 'new' } }] }]]);
  }
});

const LATER = `
setTimeout(() => { void Promise.reject(new Error('nobody waits')); }, 1500);
setTimeout(() => { throw new Error('nobody catches'); }, 1600);
export const notDone = Promise.reject(new Error('at once'));
`;

it('goes on when a plugin fails where nobody waits for it, logs it and says so', { timeout: 90_000 }, async () => {
  expect((await tracts('init ./late')).code).toBe(0);
  writeFileSync(path.join(folder, 'late', 'plugins', 'later.js'), LATER);
  const list = await tracts('plugin list ./late');
  expect(list).toMatchObject({ code: 0, out: expect.stringContaining('workflow.SetOwner') });
  expect(list.err).toContain(`tracts: the plugin later (${path.join(folder, 'late', 'plugins', 'later.js')}) failed`);
  expect(list.err).not.toContain('node:internal');
  const child = start(['serve', './late', '--port', '0'], 'info');
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('The process has no pipes.');
  const [said, logged] = [collect(stdout), collect(stderr)];
  const invitation = /http:\S+invite\S+/;
  await expect.poll(() => invitation.test(said()), { timeout: 30_000 }).toBe(true);
  for (const error of ['at once', 'nobody waits', 'nobody catches'])
    await expect
      .poll(logged, { timeout: 10_000 })
      .toMatch(new RegExp(`"level":50[^\n]*"plugin":"later"[^\n]*"error":"Error: ${error}\\\\n +at [^\n]*later\\.js`));
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said())?.[0] ?? '';
  expect((await fetch(`${url}/about`)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

/** What a stream has given so far. */
function collect(stream: Readable): () => string {
  let all = '';
  stream.on('data', (chunk) => {
    all += String(chunk);
  });
  return () => all;
}

it('serves an environment that it makes on the first start, until it is stopped', { timeout: 60_000 }, async () => {
  const child = start(['serve', '--env', 'fresh', '--port', '0']);
  const { stdout } = child;
  if (!stdout) throw new Error('The process has no pipes.');
  let said = '';
  for await (const chunk of stdout) {
    said += String(chunk);
    if (/invite\/\S+\n/.test(said)) break;
  }
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? '';
  const page = await fetch(`${url}/newticket`);
  expect([200, 403]).toContain(page.status);
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
});
