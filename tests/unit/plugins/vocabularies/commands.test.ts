import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from '../../../support/command-line.ts';

const cli = new CommandLine();
const env = cli.at('env');
const run = (...words: string[]) => cli.run([words[0] ?? '', words[1] ?? '', env, ...words.slice(2)]);
const names = async (type: string): Promise<string[]> =>
  ((await cli.json([type, 'list', env, '--json'])) as { name: string }[]).map(({ name }) => name);

beforeAll(async () => {
  expect(await cli.run(['init', env])).toMatchObject({ code: 0, err: '' });
});
afterAll(() => cli.close());

describe('the commands of the vocabularies', () => {
  it('add, set, rename, merge, order and remove values', async () => {
    expect(await run('priority', 'add', ' very  minor ')).toMatchObject({ code: 0, out: 'Added very minor.' });
    await run('priority', 'order', 'very minor', 'trivial', 'minor', 'major', 'critical', 'blocker');
    expect(await names('priority')).toEqual(['very minor', 'trivial', 'minor', 'major', 'critical', 'blocker']);
    expect(await run('priority', 'merge', 'very minor', 'minor')).toMatchObject({ code: 0, out: '0 tickets changed.' });
    expect(await run('priority', 'rename', 'major', 'normal')).toMatchObject({ code: 0 });
    expect(await run('priority', 'remove', 'blocker')).toMatchObject({ code: 0 });
    expect(await names('priority')).toEqual(['trivial', 'minor', 'normal', 'critical']);
  });

  it('change tickets in the name of whoever is named', async () => {
    const input = JSON.stringify({ fields: { summary: 'x', component: 'component1' } });
    await cli.run(['permission', 'add', env, 'ann', 'TICKET_CREATE']);
    expect(await cli.run(['ticket', 'apply', env, '--user', 'ann'], { input })).toMatchObject({ code: 0 });
    expect((await run('component', 'rename', 'component1', 'engine', '--user', 'bob')).out).toBe('1 ticket changed.');
    expect((await run('component', 'remove', 'engine', '--move-to', 'component2')).out).toBe('1 ticket changed.');
    const shown = (await cli.json(['ticket', 'show', env, '1', '--json'])) as { changes: { author: string; comment: string }[] };
    expect(shown.changes.map(({ author, comment }) => `${author}: ${comment}`)).toEqual([
      'bob: The component “component1” is now called “engine”.',
      'tracts: The component “engine” was deleted; “component2” takes its place.',
    ]);
    expect(await run('component', 'list')).toMatchObject({ out: 'component2  (owner somebody, 1 ticket)' });
  });

  it('set owners and dates, and take dates away', async () => {
    await run('component', 'set', 'component2', '--owner', 'alice', '--description', 'Two');
    expect(await cli.json(['component', 'list', env, '--json'])).toEqual([
      { name: 'component2', owner: 'alice', description: 'Two', source: null, tickets: 1 },
    ]);
    await run('milestone', 'set', 'milestone1', '--due', '2026-03-01 14:05', '--completed', 'now');
    const milestone = async () =>
      ((await cli.json(['milestone', 'list', env, '--json'])) as Record<string, unknown>[]).find(
        ({ name }) => name === 'milestone1',
      );
    expect(await milestone()).toMatchObject({ due: '2026-03-01T14:05:00.000Z', completed: expect.stringMatching(/^20/) });
    await run('milestone', 'set', 'milestone1', '--completed=');
    expect(await milestone()).toMatchObject({ due: '2026-03-01T14:05:00.000Z', completed: null });
    expect(await run('version', 'add', '3.0', '--time', '2026-01-01')).toMatchObject({ code: 0 });
    expect((await run('version', 'list')).out.split('\n')).toContain('3.0  (released 2026-01-01T00:00Z, 0 tickets)');
    expect(await run('milestone', 'retarget', 'milestone1', 'milestone2')).toMatchObject({ code: 0, out: '0 tickets changed.' });
  });

  it('say in a sentence what cannot be', async () => {
    const refused = async (...words: string[]) => {
      const { code, err } = await run(...words);
      return [code, err];
    };
    expect(await refused('version', 'add', '1.0')).toEqual([1, 'tracts: There is a version “1.0” already.']);
    expect(await refused('version', 'set', '1.0', '--time', 'soon')).toEqual([1, expect.stringContaining('“soon” is no date')]);
    expect(await refused('severity', 'remove', 'grave')).toEqual([1, 'tracts: There is no severity “grave”.']);
    expect(await refused('component', 'remove', 'component2', '--clear', '--move-to', 'x')).toEqual([
      1,
      expect.stringContaining('not both'),
    ]);
    expect(await refused('ticket_type', 'order', 'task')).toEqual([1, expect.stringContaining('is missing in the new order')]);
    expect(await refused('component', 'order', 'x')).toEqual([2, expect.stringContaining('There is no command')]);
    expect((await run('severity', 'list')).out).toBe('There is no severity.');
  });
});
