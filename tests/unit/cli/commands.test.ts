import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../core/cli/run.ts';
import { CommandLine } from '../../support/command-line.ts';

const cli = new CommandLine();
const env = cli.at('env');
const TRAC = '[trac]\ndatabase = sqlite:db/tracts.db\n';
const PASSWORD = 'correct horse battery staple';

beforeAll(async () => {
  expect(await cli.run(['init', env, '--workflow', 'simple'])).toMatchObject({ code: 0, err: '' });
});
afterAll(() => cli.close());

describe('init', () => {
  it('makes an environment with the workflow and database asked for', () => {
    expect(readFileSync(`${env}/conf/trac.ini`, 'utf8')).toBe('# simple\n[trac]\ndatabase = sqlite:db/tracts.db\n');
    expect(existsSync(`${env}/db/tracts.db`)).toBe(true);
  });

  it('refuses a folder that holds something', async () => {
    expect(await cli.run(['init', env])).toMatchObject({ code: 1, err: expect.stringContaining('is an environment already') });
    cli.write('file', 'x');
    expect((await cli.run(['init', cli.folder])).err).toContain('holds other files');
  });
});

describe('serve', () => {
  it('serves at 127.0.0.1:8000 unless told otherwise', async () => {
    await cli.run(['serve', env]);
    await cli.run(['serve', '--env', env, '--port=0', '--host', '0.0.0.0', '--demo']);
    expect(cli.served).toEqual([
      [env, { host: '127.0.0.1', port: 8000, demo: false, out: expect.any(Function) }],
      [env, { host: '0.0.0.0', port: 0, demo: true, out: expect.any(Function) }],
    ]);
  });

  it.each(['x', '-1', '65536', '80 80', ''])('refuses the port “%s”', async (port) => {
    expect(await cli.run(['serve', env, `--port=${port}`])).toMatchObject({
      code: 2,
      err: expect.stringContaining('from 0 to 65535'),
    });
  });
});

it('upgrade says what it did, or that there was nothing to do', async () => {
  expect((await cli.run(['upgrade', env])).out).toBe('Nothing to do: the database is up to date.');
  expect(await cli.json(['upgrade', env, '--json'])).toEqual({ migrations: [] });
  const { launcher } = cli;
  const older = { ...launcher, upgradeEnvironment: async () => ['core/0001_schema'] };
  const lines: string[] = [];
  const io = {
    out: (line: string) => void lines.push(line),
    err: () => undefined,
    readInput: async () => '',
    interactive: false,
    askSecret: async () => '',
    debug: false,
  };
  expect(await runCommandLine(['upgrade', env], older, io)).toBe(0);
  expect(lines).toEqual(['done: core/0001_schema']);
});

describe('config', () => {
  it('set, get and unset change one option', async () => {
    expect(await cli.run(['config', 'set', env, 'project', 'name', 'Bridges'])).toEqual({ code: 0, out: '', err: '' });
    expect((await cli.run(['config', 'get', env, 'project', 'name'])).out).toBe('Bridges');
    expect(await cli.json(['config', 'get', env, 'project', 'name', '--json'])).toEqual({
      section: 'project',
      name: 'name',
      value: 'Bridges',
      set: true,
      file: `${env}/conf/trac.ini`,
      line: expect.any(Number),
    });
    expect(await cli.json(['config', 'unset', env, 'project', 'name', '--json'])).toEqual({ changed: true, problems: [] });
    expect((await cli.run(['config', 'unset', env, 'project', 'name'])).err).toContain('was not set');
    expect(await cli.run(['config', 'unset', env, 'trac', 'nothing'])).toMatchObject({ code: 0 });
  });

  it('get gives the default of what is not set, and fails for what nobody knows', async () => {
    expect((await cli.run(['config', 'get', env, 'ticket', 'default_type'])).out).toBe('defect');
    expect(await cli.run(['config', 'get', env, 'ticket', 'nonsense'])).toMatchObject({
      code: 1,
      err: 'tracts: [ticket] nonsense is not set, and no component declares a default for it.',
    });
    const unknown = await cli.run(['config', 'get', env, 'ticket', 'nonsense', '--json']);
    expect([unknown.code, JSON.parse(unknown.out)]).toMatchObject([1, { value: null, set: false }]);
  });

  it('set refuses a value of the wrong kind and warns of a name that nobody reads', async () => {
    expect(await cli.run(['config', 'set', env, 'ticket', 'restrict_owner', 'perhaps'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('expected yes or no'),
    });
    const odd = (await cli.json(['config', 'set', env, 'ticket', 'default_tpe', 'task', '--json'])) as { problems: object[] };
    expect(odd).toMatchObject({ changed: true, problems: [{ severity: 'warning', remedy: 'Did you mean default_type?' }] });
    await cli.run(['config', 'unset', env, 'ticket', 'default_tpe']);
  });

  it('check finds an environment in order', async () => {
    expect(await cli.run(['config', 'check', env])).toEqual({ code: 0, out: 'The configuration is in order.', err: '' });
    expect(await cli.json(['config', 'check', env, '--json'])).toEqual([]);
  });

  it('check says every mistake once, with its line', async () => {
    const file = `${env}/conf/trac.ini`;
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, `${TRAC}[ticket]\nmax_description_size = lots\nmax_summary_sise = 3\n[ticket-custom]\nx y = text\n`);
    const { code, out } = await cli.run(['config', 'check', env, '--json']);
    const found = JSON.parse(out) as { line: number; severity: string; key: string }[];
    expect(code).toBe(1);
    expect(found.map(({ line, severity, key }) => [line, severity, key])).toEqual([
      [4, 'error', 'max_description_size'],
      [5, 'warning', 'max_summary_sise'],
      [7, 'warning', 'x y'],
    ]);
    writeFileSync(file, before);
  });

  it('check, set and get work on a file that cannot be used, or an environment that cannot be opened', async () => {
    const file = `${env}/conf/trac.ini`;
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, `${TRAC}nonsense\n`);
    expect(await cli.run(['config', 'check', env])).toMatchObject({ code: 1, out: expect.stringContaining('line 3') });
    writeFileSync(file, '[trac]\ndatabase = oracle:x\n');
    expect(await cli.run(['config', 'check', env])).toMatchObject({ code: 1, out: expect.stringContaining('database') });
    expect((await cli.run(['config', 'set', env, 'trac', 'database', 'sqlite:db/tracts.db'])).code).toBe(0);
    expect((await cli.run(['config', 'check', env])).code).toBe(0);
    writeFileSync(file, before);
  });

  it('show prints a file as Trac reads it, or why it cannot be used', async () => {
    const good = cli.write('good.ini', '[b]\nx = 1\n  2\n[a]\nY=%s\n');
    expect(await cli.json(['config', 'show', '--ini', good, '--json'])).toEqual({
      sections: { a: { y: '%s' }, b: { x: '1\n2' } },
    });
    expect((await cli.run(['config', 'show', '--ini', good])).out).toBe('[a]\ny = %s\n\n[b]\nx = 1\n  2\n');
    const bad = cli.write('bad.ini', '[a]\nx = 1\nx = 2\n');
    const { code, out } = await cli.run(['config', 'show', '--ini', bad, '--json']);
    expect([code, JSON.parse(out)]).toEqual([1, { error: { message: expect.stringContaining('x'), line: 3 } }]);
    expect(await cli.run(['config', 'show', '--ini', bad])).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('line 3'),
    });
  });

  it('show hides the secrets of an environment', async () => {
    expect((await cli.run(['config', 'show', env])).out).toMatch(/^\[trac\]\ndatabase = \(hidden\)$/m);
  });

  it('example prints every option, to the screen or to a file', async () => {
    const { out } = await cli.run(['config', 'example', cli.at('none')]);
    expect(out).toContain('#default_type = defect');
    await cli.run(['config', 'example', '--write', cli.at('example.ini')]);
    expect(readFileSync(cli.at('example.ini'), 'utf8')).toBe(`${out}\n`);
    expect((await cli.run(['config', 'example', env])).out).toBe(out);
  });
});

describe('user', () => {
  it('add reads the password from standard input', async () => {
    expect(await cli.run(['user', 'add', env, 'ann', '--full-name', 'Ann Ash'], { input: `${PASSWORD}\r\n` })).toEqual({
      code: 0,
      out: 'Added ann.',
      err: '',
    });
  });

  it('add asks twice at a terminal', async () => {
    const argv = ['user', 'add', env, 'bob', '--email', 'bob@example.org'];
    expect(await cli.run(argv, { answers: [PASSWORD, 'another'] })).toMatchObject({
      code: 1,
      err: 'Password: \nThe same again: \ntracts: The two passwords differ. Try again.',
    });
    expect((await cli.run(argv, { answers: [PASSWORD, PASSWORD] })).code).toBe(0);
  });

  it.each([
    ['an empty password', ['user', 'add', env, 'cay'], ''],
    ['a short password', ['user', 'add', env, 'cay'], 'x'],
    ['a name that is taken', ['user', 'add', env, 'ann'], PASSWORD],
    ['a name that is none', ['user', 'add', env, 'TICKET_ADMIN'], PASSWORD],
    ['a password for nobody', ['user', 'password', env, 'nobody'], PASSWORD],
    ['removing nobody', ['user', 'remove', env, 'nobody'], ''],
  ])('refuses %s with a sentence', async (_what, argv, input) => {
    const { code, out, err } = await cli.run(argv, { input });
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^tracts: (?!an unexpected).+[.?!]$/s);
  });

  it('list shows who has an account', async () => {
    await cli.run(['user', 'invite', env, 'eve']);
    expect(await cli.json(['user', 'list', env, '--json'])).toMatchObject([
      { name: 'ann', fullName: 'Ann Ash', email: '', disabled: false, hasPassword: true },
      { name: 'bob', fullName: '', email: 'bob@example.org', disabled: false, hasPassword: true },
      { name: 'eve', hasPassword: false },
    ]);
    expect((await cli.run(['user', 'list', env])).out).toMatch(/^ann +active +Ann Ash$/m);
    expect((await cli.run(['user', 'list', env])).out).toMatch(/^eve +invited$/m);
  });

  it('password sets a new one', async () => {
    expect((await cli.run(['user', 'password', env, 'ann'], { input: 'a wholly different one\n' })).out).toBe(
      'ann has a new password.',
    );
  });

  it('invite prints a link, whole where the address of the site is known', async () => {
    const plain = await cli.run(['user', 'invite', env]);
    expect(plain.out).toMatch(/^\/invite\/[\w-]{20,}$/);
    expect(plain.err).toContain('base_url');
    await cli.run(['config', 'set', env, 'trac', 'base_url', 'https://example.org/t/']);
    const whole = await cli.run(['user', 'invite', env, 'ann', '--grant', 'TICKET_ADMIN, WIKI_VIEW']);
    expect([whole.code, whole.err]).toEqual([0, '']);
    expect(whole.out).toMatch(/^https:\/\/example\.org\/t\/invite\/[\w-]{20,}$/);
    await cli.run(['config', 'unset', env, 'trac', 'base_url']);
  });

  it('remove takes the account and what it was granted', async () => {
    await cli.run(['permission', 'add', env, 'eve', 'TICKET_ADMIN']);
    expect((await cli.run(['user', 'remove', env, 'eve'])).out).toBe('Removed eve.');
    expect(await cli.json(['permission', 'list', env, 'eve', '--json'])).toEqual([]);
  });
});

describe('permission', () => {
  it('add and remove change what is granted', async () => {
    await cli.run(['permission', 'add', env, 'staff', 'TICKET_ADMIN']);
    expect((await cli.run(['permission', 'add', env, 'ann', 'staff', 'MILESTONE_VIEW'])).out).toBe(
      'Granted to ann: staff, MILESTONE_VIEW.',
    );
    expect(await cli.json(['permission', 'list', env, 'ann', '--json'])).toEqual([
      { subject: 'ann', action: 'MILESTONE_VIEW' },
      { subject: 'ann', action: 'staff' },
    ]);
    expect((await cli.run(['permission', 'remove', env, 'ann', 'MILESTONE_VIEW'])).out).toBe('Taken from ann: MILESTONE_VIEW.');
    expect((await cli.run(['permission', 'list', env, 'ann'])).out).toBe('SUBJECT  ACTION\nann      staff');
    expect((await cli.run(['permission', 'list', env])).out).toContain('anonymous');
  });

  it('add refuses what is granted already, and changes nothing then', async () => {
    const again = await cli.run(['permission', 'add', env, 'ann', 'MILESTONE_MODIFY', 'staff']);
    expect([again.code, again.err]).toEqual([1, 'tracts: ann has staff already. Nothing is changed.']);
    expect((await cli.run(['permission', 'add', env, 'ann', 'MILESTONE_VIEW', 'MILESTONE_VIEW'])).code).toBe(1);
    expect(await cli.json(['permission', 'list', env, 'ann', '--json'])).toEqual([{ subject: 'ann', action: 'staff' }]);
  });

  it('add refuses a permission that does not exist, remove what was not granted', async () => {
    expect((await cli.run(['permission', 'add', env, 'ann', 'TICKET_ADMN'])).err).toContain('Did you mean TICKET_ADMIN?');
    expect((await cli.run(['permission', 'add', env, 'ann', 'ZZZZZZZZZZ'])).err).toContain('lower-case');
    expect((await cli.run(['permission', 'add', env, 'ann', 'REPORT_VIEW', 'X1'])).code).toBe(1);
    expect(await cli.json(['permission', 'list', env, 'ann', '--json'])).toEqual([{ subject: 'ann', action: 'staff' }]);
    expect((await cli.run(['permission', 'remove', env, 'ann', 'staff', 'WIKI_VIEW'])).err).toBe(
      'tracts: ann was not granted WIKI_VIEW, only staff. Nothing is changed.',
    );
    expect((await cli.run(['permission', 'remove', env, 'zed', 'x'])).err).toContain('zed was not granted x. Nothing');
  });

  it('a name without letters is a group', async () => {
    expect((await cli.run(['permission', 'add', env, '123', 'TIMELINE_VIEW'])).code).toBe(0);
    expect((await cli.run(['permission', 'add', env, 'zoe', '123'])).code).toBe(0);
    expect(await cli.json(['permission', 'check', env, 'zoe', 'TIMELINE_VIEW', '--json'])).toMatchObject({ allowed: true });
  });

  it('check says yes or no, and why', async () => {
    expect(await cli.json(['permission', 'check', env, 'ann', 'TICKET_ADMIN', '--json'])).toEqual({
      allowed: true,
      why: expect.stringContaining('staff'),
    });
    expect((await cli.run(['permission', 'check', env, 'anonymous', 'TICKET_ADMIN'])).out).toMatch(/^no: /);
    expect((await cli.run(['permission', 'check', env, 'ann', 'TICKET_VIEW'])).out).toMatch(/^yes: /);
  });
});

describe('ticket', () => {
  const apply = (input: string, ...argv: readonly string[]) => cli.run(['ticket', 'apply', env, ...argv], { input });

  it('apply files a ticket and changes it, as the person would', async () => {
    const filed = await apply('{"fields": {"summary": "Crash", "description": "on\\nstart"}}', '--user', 'ann');
    expect([filed.code, JSON.parse(filed.out)]).toEqual([0, { ok: true, id: 1, problems: [], warnings: [] }]);
    const resolve = { action: 'resolve', inputs: { resolution: 'fixed' }, comment: 'Done.\nReally.', basedOn: 1 };
    const changed = await apply(JSON.stringify(resolve), '1', '--user', 'ann', '--json');
    expect(JSON.parse(changed.out)).toEqual({ ok: true, id: 1, problems: [], warnings: [] });
  });

  it.each([
    ['what the form does not offer', '{"action": "accept"}', ['1', '--user', 'ann'], 1],
    ['a stale version', '{"action": "leave", "comment": "x", "basedOn": 1}', ['1', '--user', 'ann'], 1],
    ['a person who may not', '{"fields": {"summary": "x"}}', ['--user', 'anonymous'], null],
    ['a ticket that is not there', '{}', ['0', '--user', 'ann'], 0],
    ['what is no submission', 'nonsense', ['--user', 'ann'], null],
  ])('apply refuses %s as data', async (_what, input, argv, id) => {
    const { code, out, err } = await apply(input, ...argv);
    expect([code, err]).toEqual([1, '']);
    const problems = [expect.objectContaining({ message: expect.any(String) })];
    expect(JSON.parse(out)).toEqual({ ok: false, id, problems, warnings: [] });
  });

  it('apply needs to know who acts, and a number for a ticket', async () => {
    expect(await apply('{}')).toMatchObject({ code: 2, err: expect.stringContaining('--user USER is missing') });
    expect(await apply('{}', 'x1', '--user', 'ann')).toMatchObject({
      code: 1,
      err: 'tracts: “x1” is no ticket number. Example: 12',
    });
  });

  it('show prints the ticket with its history', async () => {
    expect(await cli.json(['ticket', 'show', env, '#1', '--json'])).toEqual({
      id: 1,
      values: expect.objectContaining({ summary: 'Crash', status: 'closed', resolution: 'fixed', reporter: 'ann' }),
      version: 2,
      changes: [
        {
          number: 1,
          replyTo: '',
          author: 'ann',
          time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          via: 'cli',
          action: 'resolve',
          comment: 'Done.\nReally.',
          format: expect.any(String),
          internal: false,
          edited: null,
          deleted: null,
          fields: expect.arrayContaining([{ field: 'status', old: 'new', new: 'closed' }]),
        },
      ],
    });
    const { out } = await cli.run(['ticket', 'show', env, '1']);
    expect(out).toMatch(/^#1 Crash$/m);
    expect(out).toMatch(/^Description: on\n {2}start$/m);
    expect(out).toMatch(/^1\. ann, \d{4}-\d\d-\d\d \d\d:\d\d UTC$/m);
    expect(out).toContain('  resolution: (empty) -> fixed');
    expect(out).toContain('  Done.\n  Really.');
  });

  it('show lets the operator see all, and anybody else what they may', async () => {
    await cli.run(['permission', 'remove', env, 'anonymous', 'TICKET_VIEW']);
    expect((await cli.run(['ticket', 'show', env, '1'])).code).toBe(0);
    expect(await cli.run(['ticket', 'show', env, '1', '--user', 'anonymous'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('TICKET_VIEW'),
    });
    expect((await cli.run(['permission', 'check', env, 'anonymous', 'TICKET_VIEW', '--ticket', '1'])).out).toMatch(/^no: /);
    await cli.run(['permission', 'add', env, 'anonymous', 'TICKET_VIEW']);
    expect(await cli.json(['permission', 'check', env, 'anonymous', 'TICKET_VIEW', '--ticket', '1', '--json'])).toMatchObject({
      allowed: true,
    });
  });

  it('apply warns of a name that the site does not know, and names the nearest one it does', async () => {
    const filed = await apply('{"fields": {"summary": "Typo"}}', '--user', 'anne');
    expect([filed.code, JSON.parse(filed.out)]).toMatchObject([0, { ok: true, id: 2 }]);
    expect(filed.err).toBe('warning: nobody called “anne” has an account or a permission here. Did you mean ann?');
    expect((await cli.run(['ticket', 'form', env, '--user', 'ghost'])).err).toMatch(/^warning: nobody called “ghost” [^?]*$/);
    expect((await cli.run(['ticket', 'show', env, '2', '--user', 'anonymous'])).err).toBe('');
  });

  it('apply asks before it does what an action asks to confirm', async () => {
    await cli.run(['config', 'set', env, 'components', 'delete-ticket.*', 'enabled']);
    for (const input of ['{"action": "delete"}', '{"action": "delete", "confirmed": null}']) {
      const asked = await apply(input, '2', '--user', 'ann');
      expect([asked.code, JSON.parse(asked.out)]).toEqual([
        1,
        {
          ok: false,
          id: 2,
          problems: [{ field: 'confirmed', message: expect.stringContaining('"confirmed": true') }],
          warnings: [],
        },
      ]);
      expect(asked.out).toContain('Delete ticket #2 and its whole history?');
    }
    expect((await cli.run(['ticket', 'show', env, '2'])).code).toBe(0);
    const sure = await apply('{"action": "delete", "confirmed": true}', '2', '--user', 'ann');
    expect([sure.code, JSON.parse(sure.out).ok]).toEqual([0, true]);
    expect((await cli.run(['ticket', 'show', env, '2'])).code).toBe(1);
  });

  it.each(['0', '-1', '2', '1000000000', '1e9', 'text'])('show %s is answered with a sentence', async (number) => {
    const { code, err } = await cli.run(['ticket', 'show', env, number]);
    expect(code).toBe(1);
    expect(err).toMatch(/^tracts: (There is no ticket #|“.+” is no ticket number)/);
    expect((await cli.run(['permission', 'check', env, 'ann', 'TICKET_VIEW', '--ticket', number])).code).toBe(1);
  });
});
