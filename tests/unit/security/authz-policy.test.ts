import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { IDiagnostician } from '../../../core/kernel/registry.ts';
import { globPattern, parseAuthz, resourceKey } from '../../../core/security/authz-file.ts';
import type { Directory, Resource } from '../../../core/security/context.ts';
import { IPermissionService } from '../../../core/security/extension-points.ts';
import { inMemory, type SecurityStage, securityStage, userOf } from '../../support/security.ts';

const stages: SecurityStage[] = [];
const dirs: string[] = [];
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage[Symbol.asyncDispose]();
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
});

async function withFile(text: string | undefined, ini: Record<string, string> = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), 'tracts-authz-'));
  dirs.push(dir);
  mkdirSync(path.join(dir, 'conf'));
  const file = path.join(dir, 'conf', 'authz.conf');
  if (text !== undefined) writeFileSync(file, text);
  const stage = await securityStage(inMemory, {
    dir,
    ini: {
      trac: { permission_policies: 'AuthzPolicy, DefaultPermissionPolicy' },
      authz_policy: { authz_file: 'authz.conf', ...ini },
    },
  });
  stages.push(stage);
  const directory: Directory = {
    people: new Map(),
    grants: new Map([
      ['anonymous', new Set(['TICKET_VIEW'])],
      ['joe', new Set(['devs', 'TICKET_MODIFY'])],
    ]),
  };
  return {
    file,
    logged: stage.logged,
    may: (user: string, permission: string, resource?: Resource) =>
      stage.get(IPermissionService).judge(directory, userOf(user))(permission, resource),
    problems: () => stage.kernel.all(IDiagnostician).flatMap((one) => [...one.diagnose()]),
  };
}

const ticket = (id: number): Resource => ({ realm: 'ticket', id });

describe('the file of AuthzPolicy', () => {
  const text = `
[groups]
leads = zoe, @chiefs
chiefs = root

[ticket:1]
joe = !TICKET_VIEW
@leads = TICKET_ADMIN
* =

[ticket:2*@*]
@devs = TICKET_EDIT_CC
authenticated = !TICKET_MODIFY, TICKET_APPEND

[ticket:30/comment:*]
anonymous = TICKET_EDIT_COMMENT

[milestone:secret]
* = !MILESTONE_VIEW
`;

  test('the first section with a line for the asker decides, and what it leaves open goes to the next policy', async () => {
    const { may, problems } = await withFile(text);
    expect(problems()).toEqual([]);
    // joe's own line refuses viewing and says nothing of the rest.
    expect([may('joe', 'TICKET_VIEW', ticket(1)), may('joe', 'TICKET_CHGPROP', ticket(1))]).toEqual([false, true]);
    // An empty line refuses everything.
    expect([may('ann', 'TICKET_VIEW', ticket(1)), may('anonymous', 'TICKET_VIEW', ticket(1))]).toEqual([false, false]);
    // Elsewhere nothing is said.
    expect([may('ann', 'TICKET_VIEW', ticket(9)), may('ann', 'TICKET_VIEW')]).toEqual([true, true]);
  });

  test('groups of the file, nested, and groups of the site are known; meta permissions are expanded', async () => {
    const { may } = await withFile(text);
    expect([may('zoe', 'TICKET_APPEND', ticket(1)), may('root', 'TICKET_EDIT_CC', ticket(1))]).toEqual([true, true]);
    expect(may('joe', 'TICKET_EDIT_CC', ticket(22))).toBe(true);
  });

  test('of a list the first entry that covers the permission counts', async () => {
    const { may } = await withFile(text);
    expect(may('ann', 'TICKET_APPEND', ticket(2))).toBe(false);
    expect(may('ann', 'TICKET_VIEW', ticket(2))).toBe(true);
  });

  test('a resource within another is named after it', async () => {
    const { may } = await withFile(`${text}\n`);
    expect(may('ann', 'TICKET_EDIT_COMMENT', { realm: 'comment', id: 4, parent: ticket(30) })).toBe(false);
    const wider = await withFile('[ticket:30@*/comment:*@*]\nanonymous = TICKET_EDIT_COMMENT\n');
    expect(wider.may('ann', 'TICKET_EDIT_COMMENT', { realm: 'comment', id: 4, parent: ticket(30) })).toBe(true);
    expect(resourceKey({ realm: 'ticket', id: 3, parent: { realm: 'ticket', id: 1 } })).toBe('ticket:3@*');
  });

  test('people whose names differ by case only are two people', async () => {
    const { may, problems } = await withFile('[ticket:1]\njoe = !TICKET_VIEW\nJoe = TICKET_ADMIN\n');
    expect(problems()).toEqual([]);
    expect([may('joe', 'TICKET_VIEW', ticket(1)), may('Joe', 'TICKET_CHGPROP', ticket(1))]).toEqual([false, true]);
    const twice = await withFile('[ticket:1]\njoe = !TICKET_VIEW\njoe =\n');
    expect(twice.problems()).toMatchObject([{ message: expect.stringMatching(/after line 2\. Remove one/) }]);
  });

  test('a change of the file takes effect', async () => {
    const { file, may } = await withFile('[ticket:*]\n* = !TICKET_VIEW\n');
    expect(may('joe', 'TICKET_VIEW', ticket(1))).toBe(false);
    await sleep(550);
    writeFileSync(file, '[ticket:2]\n* = !TICKET_VIEW\n');
    expect(may('joe', 'TICKET_VIEW', ticket(1))).toBe(true);
    await sleep(550);
    expect(may('joe', 'TICKET_VIEW', ticket(1))).toBe(true);
  });

  test.each([
    ['is missing', undefined, {}, 'authz.conf, which [authz_policy] authz_file names, does not exist.'],
    ['is a folder', undefined, { authz_file: '.' }, 'is a folder'],
    ['cannot be read', '[ticket:1]\njoe TICKET_VIEW\n', {}, 'line 2'],
    ['has a pattern that cannot be read', '\n[ticket:[z-a]]\njoe = TICKET_VIEW\n', {}, 'authz.conf, line 2: the pattern'],
    ['is not named', '', { authz_file: '' }, 'authz_file'],
  ])('while it %s, everything is refused and administrators are told', async (_what, text, ini, words) => {
    const { may, problems, logged } = await withFile(text, ini);
    expect(may('joe', 'TICKET_VIEW', ticket(1))).toBe(false);
    expect(may('root', 'TRAC_ADMIN')).toBe(false);
    expect(problems()).toMatchObject([
      { severity: 'error', component: 'core.AuthzPolicy', refusesAll: true, message: expect.stringContaining(words) },
    ]);
    // Who serves the site logs what is wrong from the start.
    expect(logged).toEqual([]);
  });

  test('a file that breaks and is mended says so in the log each time, and is in the list of problems meanwhile', async () => {
    const { file, may, problems, logged } = await withFile('[ticket:2]\n* =\n');
    expect([may('joe', 'TICKET_VIEW', ticket(1)), problems()]).toEqual([true, []]);
    writeFileSync(file, '[ticket:2]\nbroken\n');
    await sleep(550);
    expect(may('joe', 'TICKET_VIEW', ticket(1))).toBe(false);
    expect(problems()).toMatchObject([{ message: expect.stringContaining('authz.conf, line 2'), place: { file, line: 2 } }]);
    writeFileSync(file, '[ticket:3]\n* =\n');
    await sleep(550);
    expect([problems(), may('joe', 'TICKET_VIEW', ticket(1))]).toEqual([[], true]);
    expect(logged.map((line) => line.slice(0, 40))).toEqual([
      expect.stringContaining('authz.conf, line 2'),
      expect.stringContaining('in force again'),
    ]);
  });

  test('names that mean nothing are warned of, each with its line', async () => {
    const lines = ['[groups]', 'leads = zoe, @cheifs', 'chiefs = root', '[ticket:1]', 'jane = TICKET_VEIW, !TICKET_APPEND'];
    const more = ['@devs = TICKET_VIEW', '@authenticated = TICKET_VIEW', '@leeds = !WIKI_VIEW', '* ='];
    const { may, problems } = await withFile([...lines, ...more, ''].join('\n'));
    expect(may('joe', 'TICKET_VIEW', ticket(1))).toBe(true);
    expect(problems().map(({ severity, message, remedy }) => [severity, message, remedy])).toEqual([
      ['warning', 'authz.conf, line 2: nobody is in the group @cheifs, so that it means nobody.', 'Did you mean @chiefs?'],
      [
        'warning',
        'authz.conf, line 5: nothing defines the permission "TICKET_VEIW", so that it means nothing.',
        'Did you mean TICKET_VIEW?',
      ],
      ['warning', 'authz.conf, line 8: nobody is in the group @leeds, so that it means nobody.', 'Did you mean @leads?'],
      ['warning', expect.stringContaining('line 8: nothing defines the permission "WIKI_VIEW"'), expect.any(String)],
    ]);
  });

  test('nobody is bothered with it where the list of policies does not name it', async () => {
    const { problems } = await withFile(undefined, {});
    expect(problems()).toHaveLength(1);
    const stage = await securityStage(inMemory, {});
    stages.push(stage);
    expect(stage.kernel.all(IDiagnostician).flatMap((one) => [...one.diagnose()])).toEqual([]);
  });
});

test.each([
  ['ticket:1@*', 'ticket:1@*', true],
  ['ticket:1@*', 'ticket:12@*', false],
  ['ticket:*', 'ticket:1@*/comment:2@*', true],
  ['t?cket:[12]@*', 'ticket:2@*', true],
  ['ticket:[!12]@*', 'ticket:2@*', false],
  ['ticket:[]a]', 'ticket:]', true],
  ['Ticket:*', 'ticket:1', false],
  ['a.b(c', 'a.b(c', true],
  ['a[b', 'a[b', true],
  ['a.b', 'axb', false],
  ['**********x', 'a'.repeat(200), false],
])('the pattern %s over %s: %s', (glob, text, fits) => {
  expect(globPattern(glob).test(text)).toBe(fits);
});

test('a file without sections says nothing', () => {
  expect(parseAuthz('', 'x').sections).toEqual([]);
});
