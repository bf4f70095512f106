import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from '../../support/command-line.ts';

const cli = new CommandLine();
const env = cli.at('env');

beforeAll(async () => {
  expect(await cli.run(['init', env, '--workflow', 'simple'])).toMatchObject({ code: 0, err: '' });
});
afterAll(() => cli.close());

describe('fields', () => {
  it('lists the fields of an environment', async () => {
    const { out } = await cli.run(['fields', env]);
    expect(out).toMatch(/^summary +text +Summary$/m);
    expect(out).toMatch(/^type +select +Type +defect\|enhancement\|task$/m);
    const fields = (await cli.json(['fields', env, '--json'])) as { name: string }[];
    expect(fields.slice(0, 2).map(({ name }) => name)).toEqual(['summary', 'reporter']);
  });

  it('lists the fields that a trac.ini would define, and says what is wrong with them', async () => {
    const ini = cli.write('fields.ini', '[ticket-custom]\ndue = time\ndue.format = date\nx-y = text\nodd = txt\nok = checkbox\n');
    const { code, out, err } = await cli.run(['fields', '--ini', ini, '--json']);
    const fields = JSON.parse(out) as { name: string; custom?: true }[];
    expect(code).toBe(0);
    expect(fields.filter(({ custom }) => custom)).toEqual([
      { name: 'due', custom: true, type: 'time', order: 0, label: 'Due', value: '', format: 'date' },
      { name: 'odd', custom: true, type: 'txt', order: 0, label: 'Odd', value: '' },
      { name: 'ok', custom: true, type: 'checkbox', order: 0, label: 'Ok', value: '0', ticketlink_query: null },
    ]);
    expect(err).toContain('x-y');
    expect(err).toContain('Did you mean text?');
  });

  it('leaves the status out where the workflow has no state, as Trac does with a choice without values', async () => {
    const namesIn = async (workflow: string): Promise<string[]> => {
      const ini = cli.write('states.ini', `[ticket-workflow]\n${workflow}`);
      return ((await cli.json(['fields', '--ini', ini, '--json'])) as { name: string }[]).map(({ name }) => name);
    };
    expect(await namesIn('')).not.toContain('status');
    expect(await namesIn('create = <none> -> new\n')).toContain('status');
  });

  it('says what is wrong in [ticket], which costs no field', async () => {
    const ini = cli.write('ticket.ini', '[ticket]\nmax_summary_size = big\nmax_description_size = 1.5\nrestrict_owner = y\n');
    const { out, err } = await cli.run(['fields', '--ini', ini, '--json']);
    expect(JSON.parse(out)).toEqual(await cli.json(['fields', '--ini', cli.write('nothing.ini', ''), '--json']));
    expect(err.match(/line \d/g)?.sort()).toEqual(['line 2', 'line 3', 'line 4']);
  });

  it('refuses a file that cannot be used', async () => {
    const binary = cli.write('binary.ini', Uint8Array.of(0, 255, 0));
    const { code, out } = await cli.run(['fields', '--ini', binary, '--json']);
    expect([code, JSON.parse(out)]).toEqual([1, { error: { message: expect.stringContaining('binary'), line: 1 } }]);
    expect((await cli.run(['fields', '--ini', cli.at('none.ini')])).err).toContain('cannot be read');
  });
});

describe('plugin list', () => {
  it('shows every component, what decided over it and what is wrong', async () => {
    writeFileSync(`${env}/plugins/torn.ts`, 'export const = 1;\n');
    await cli.run(['config', 'set', env, 'components', 'delete-ticket.*', 'enabled']);
    const { components, problems } = (await cli.json(['plugin', 'list', env, '--json'])) as {
      components: { id: string; enabled: boolean; decidedBy: string }[];
      problems: { message: string }[];
    };
    expect(components.find(({ id }) => id === 'delete-ticket.DeleteTicket')).toMatchObject({
      enabled: true,
      decidedBy: expect.stringContaining('delete-ticket'),
    });
    expect(problems).toMatchObject([{ message: expect.stringContaining('torn.ts') }]);
    const { out, err } = await cli.run(['plugin', 'list', env]);
    expect(out).toMatch(/^workflow\.ConfigurableTicketWorkflow +on +default/m);
    expect(err).toContain('torn.ts');
  });
});
