import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommandLine } from '../../../support/command-line.ts';

const cli = new CommandLine();
const env = cli.at('env');
beforeAll(async () => {
  await cli.run(['init', env]);
  await cli.run(['user', 'add', env, 'ann'], { answers: ['a goose in the harbour', 'a goose in the harbour'] });
  await cli.run(['permission', 'add', env, 'ann', 'TICKET_CREATE']);
  const filed = await cli.run(['ticket', 'apply', env, '--user', 'ann'], { input: '{"fields":{"summary":"A"}}' });
  expect(filed.out).toContain('"ok": true');
});
afterAll(() => cli.close());

test('a file is attached, listed and written out again, byte for byte', async () => {
  const file = cli.write('log.txt', 'one\ntwo\n');
  expect(await cli.run(['attachment', 'list', env, '1'])).toMatchObject({ code: 0, out: 'No files.' });
  const added = await cli.run(['attachment', 'add', env, '1', file, '--author', 'ann', '--description', 'the log']);
  expect(added).toEqual({ code: 0, out: 'Attached as log.txt.', err: '' });
  expect(await cli.json(['attachment', 'list', env, 'ticket:1', '--json'])).toMatchObject([
    { filename: 'log.txt', size: 8, type: 'text/plain', author: 'ann', description: 'the log' },
  ]);
  const target = cli.at('out.txt');
  await cli.run(['attachment', 'export', env, '#1', 'log.txt', target]);
  expect(readFileSync(target, 'utf8')).toBe('one\ntwo\n');
  const again = await cli.run(['attachment', 'export', env, '1', 'log.txt', target]);
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('is there already')]);
});

test('the same name gets a number, or with --replace its place', async () => {
  const file = cli.write('log.txt', 'three\n');
  expect((await cli.run(['attachment', 'add', env, '1', file])).out).toBe('Attached as log.2.txt.');
  expect((await cli.run(['attachment', 'add', env, '1', file, '--replace'])).out).toBe('Attached as log.txt.');
  const { out } = await cli.run(['attachment', 'list', env, '1']);
  expect(out.split('\n').map((line) => line.split('  ').slice(0, 2))).toEqual([
    ['log.2.txt', '6 bytes'],
    ['log.txt', '6 bytes'],
  ]);
});

test('what cannot be is said in a sentence', async () => {
  const tries = [
    ['add', env, '1', cli.at('nowhere.txt')],
    ['add', env, '99', cli.write('x.txt', 'x')],
    ['add', env, '1', cli.write('empty.txt', '')],
    ['add', env, '1', cli.write('large.bin', Buffer.alloc(300_000, 1))],
    ['remove', env, '1', 'nowhere.txt'],
    ['export', env, 'wiki:Start', 'x'],
  ];
  const said: string[] = [];
  for (const words of tries) {
    const { code, err } = await cli.run(['attachment', ...words]);
    said.push(`${code} ${err}`);
  }
  expect(said).toEqual([
    expect.stringMatching(/^1 .*There is no file .*nowhere\.txt/),
    expect.stringMatching(/^1 .*no ticket #99/),
    expect.stringMatching(/^1 .*“empty\.txt” is empty/),
    expect.stringMatching(/^1 .*“large\.bin” is too large: it has 293 KB, and one file may have 256 KB/),
    expect.stringMatching(/^1 .*has no file “nowhere\.txt”/),
    expect.stringMatching(/^1 .*“wiki” has attachments/),
  ]);
});

test('a check tells what is missing and fails for it; removing works all the same', async () => {
  expect(await cli.run(['attachment', 'check', env])).toMatchObject({
    code: 0,
    out: expect.stringContaining('Files: 2. Missing: 0.'),
  });
  const root = path.join(env, 'files', 'attachments');
  for (const name of readdirSync(root)) if (/^[0-9a-f]{2}$/.test(name)) rmSync(path.join(root, name), { recursive: true });
  const { code, out } = await cli.run(['attachment', 'check', env]);
  expect([code, out]).toEqual([1, expect.stringContaining('missing: ticket:1 log.txt')]);
  expect((await cli.run(['attachment', 'export', env, '1', 'log.txt', cli.at('lost.txt')])).err).toContain(
    'is not in the storage',
  );
  expect(existsSync(cli.at('lost.txt'))).toBe(false);
  expect(await cli.run(['attachment', 'remove', env, '1', 'log.txt'])).toMatchObject({ code: 0, out: 'Deleted.' });
  const swept = await cli.json(['attachment', 'check', env, '--json', '--sweep']);
  expect(swept).toMatchObject({ files: 1, missing: [{ filename: 'log.2.txt' }], swept: { blobs: 0, bytes: 0 } });
});
