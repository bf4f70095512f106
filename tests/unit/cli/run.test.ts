import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../core/cli/run.ts';
import { CommandLine } from '../../support/command-line.ts';

const cli = new CommandLine();
const env = cli.at('env');
const PLUGIN = `
import { component, ICommandProvider, TracError } from 'tracts';
const command = (name, run, more = {}) => ({ name, summary: 'Says ' + name + '.', takesDir: true, run, ...more });
export const Greeting = component({
  implements: [ICommandProvider],
  create: () => ({
    getCommands: () => [
      command('greet', async (host, args) => { host.out('hello ' + args.positional.join()); return 3; }, { arguments: ['[WHOM]'] }),
      command('greet loudly', async (host) => { host.out('HELLO ' + (await host.openSite()).settings.get('project', 'name')); }),
      command('greet badly', async () => { throw new Error('out of breath'); }),
      command('greet strangely', async () => { throw 'a mere text'; }),
      command('greet secretly', async () => { throw new TracError('X', 'the password is x', 500, false); }),
      command('user list', async (host) => { host.out('not me'); }),
    ],
  }),
});
`;

beforeAll(async () => {
  await cli.run(['init', env]);
  writeFileSync(`${env}/plugins/greeting.ts`, PLUGIN);
});
afterAll(() => cli.close());

describe('help', () => {
  it('lists the commands of the core and of plugins with what they are for', async () => {
    const { code, out } = await cli.run(['--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}init +Make a new environment/m);
    expect(out).toMatch(/^ {2}workflow check +/m);
    expect(await cli.run(['help'])).toEqual({ code: 0, out, err: '' });
  });

  it('explains one command, or a group of them', async () => {
    expect((await cli.run(['user', 'add', '--help'])).out).toBe(
      'Usage: tracts user add [DIR] NAME [--full-name TEXT] [--email ADDRESS]\n\nMake an account; the password is read from standard input, or asked for at a terminal.',
    );
    const group = (await cli.run(['help', 'permission'])).out;
    expect(group).toContain('permission check');
    expect(group).not.toContain('user add');
    expect((await cli.run(['help', 'upgrade', '-h'])).out).toContain('Usage: tracts upgrade [DIR] [--json]');
  });

  it('lists the commands of an environment’s own plugins', async () => {
    expect((await cli.run(['help', env])).out).toMatch(/^ {2}greet loudly +Says greet loudly\.$/m);
  });

  it('says of each built-in command what docs/admin/command-line.md says', async () => {
    const page = readFileSync(new URL('../../../docs/admin/command-line.md', import.meta.url), 'utf8');
    const written = page.split('\n').filter((line) => line.startsWith('tracts '));
    const { out } = await cli.run(['--help', cli.folder]);
    const names = [...out.matchAll(/^ {2}([a-z_]+(?: [a-z]+)?) {2,}/gm)].map(([, name = '']) => name);
    const usages: string[] = [];
    for (const name of names) usages.push((await cli.run([...name.split(' '), '--help'])).out.split('\n')[0] ?? '');
    expect(written.map((line) => `Usage: ${line}`).sort()).toEqual(usages.sort());
  });

  it('works beside an environment that cannot be opened', async () => {
    mkdirSync(cli.at('broken/conf'), { recursive: true });
    writeFileSync(cli.at('broken/VERSION'), 'x');
    writeFileSync(cli.at('broken/conf/trac.ini'), '[ticket\n');
    expect((await cli.run(['help', cli.at('broken')])).code).toBe(0);
  });

  it('is what an empty command line gets, as a mistake', async () => {
    const { code, out, err } = await cli.run([]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('Usage: tracts COMMAND');
  });

  it('does not take an argument behind “--” for a question', async () => {
    expect((await cli.run(['config', 'get', env, '--', '--help', 'x'])).err).toContain('[--help] x is not set');
  });
});

it('prints its version', async () => {
  expect(await cli.run(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^tracts \d+\.\d+\.\d+$/) });
  expect((await cli.run(['-v'])).out).toMatch(/^tracts /);
});

describe('what is not understood', () => {
  it.each([
    [['usr', 'list'], 'There is no command “usr”. Did you mean “user list”?'],
    [['upgrad'], 'There is no command “upgrad”. Did you mean “upgrade”?'],
    [['tikcet'], 'Did you mean “ticket”?'],
    [['nonsense'], 'There is no command “nonsense”.'],
    [['ticket', 'shwo', '1'], 'There is no command “ticket shwo”. Did you mean “ticket show”?'],
    [['ticket', 'destroy'], 'There is no command “ticket destroy”. Known: ticket show, ticket form, ticket apply.'],
    [['ticket'], '“ticket” needs a second word. Known: ticket show, ticket form, ticket apply.'],
    [['ticket', '--json'], '“ticket” needs a second word.'],
    [['workflow', 'chekc'], 'Did you mean “workflow check”?'],
    [['--json', 'fields'], '--json comes too early'],
  ])('%j ends with 2 and the nearest that is there', async (argv, message) => {
    const { code, out, err } = await cli.run(argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).toContain('Type "tracts --help" for the commands.');
  });

  it('shows the line of help of a command that was recognised', async () => {
    expect(await cli.run(['user', 'list', '--jsno'])).toEqual({
      code: 2,
      out: '',
      err: 'tracts: There is no flag --jsno. Did you mean --json?\nUsage: tracts user list [DIR] [--json]',
    });
  });
});

describe('commands of plugins', () => {
  it('are found in the environment that the line names, with their arguments and exit code', async () => {
    expect(await cli.run(['greet', env, 'Ann'])).toEqual({ code: 3, out: 'hello Ann', err: '' });
    expect(await cli.run(['greet', 'loudly', env])).toMatchObject({ code: 0, out: 'HELLO undefined' });
  });

  it('do not take the place of the core’s', async () => {
    expect((await cli.run(['user', 'list', env])).out).toBe('Nobody has an account.');
  });

  it('are not missed silently where the environment cannot be opened', async () => {
    mkdirSync(cli.at('bad/conf'), { recursive: true });
    writeFileSync(cli.at('bad/VERSION'), 'x');
    writeFileSync(cli.at('bad/conf/trac.ini'), '[ticket\n');
    const { code, err } = await cli.run(['greet', cli.at('bad')]);
    expect(code).toBe(2);
    expect(err).toContain('could not be asked for commands of its own plugins');
    rmSync(cli.at('bad'), { recursive: true });
  });
});

describe('errors', () => {
  it('are one sentence, or data where data was asked for', async () => {
    const nowhere = cli.at('nowhere');
    const said = await cli.run(['user', 'list', nowhere]);
    expect([said.code, said.out]).toEqual([1, '']);
    expect(said.err).toMatch(/^tracts: .*nowhere is no environment.*tracts init/);
    const { code, out, err } = await cli.run(['user', 'list', nowhere, '--json']);
    expect([code, err]).toEqual([1, '']);
    expect(JSON.parse(out)).toEqual({ error: { message: expect.stringContaining('nowhere is no environment'), line: null } });
  });

  it('nobody expected come with a hint, and with the place only for who asks', async () => {
    const { code, err } = await cli.run(['greet', 'badly', env]);
    expect([code, err]).toEqual([
      1,
      'tracts: an unexpected error: out of breath\nSet TRACTS_DEBUG=1 to see where it happened, and report it.',
    ]);
    expect((await cli.run(['greet', 'badly', env], { debug: true })).err).toContain('greeting.ts');
    expect((await cli.run(['greet', 'strangely', env], { debug: true })).err).toBe('tracts: an unexpected error: a mere text');
    expect((await cli.run(['greet', 'secretly', env])).err).toContain('unexpected');
  });

  it('while closing do not hide what the command answered', async () => {
    const site = await cli.launcher.memorySite({});
    const code = await runCommandLine(
      ['fields', '--ini', cli.write('empty.ini', '')],
      {
        ...cli.launcher,
        memorySite: async () => ({
          ...site,
          close: async () => {
            await site.close();
            throw new Error('stuck');
          },
        }),
      },
      {
        out: () => undefined,
        err: () => undefined,
        readInput: async () => '',
        interactive: false,
        askSecret: async () => '',
        debug: false,
      },
    );
    expect(code).toBe(0);
  });
});
