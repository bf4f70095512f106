import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../../core/cli/arguments.ts';
import type { CommandHost, OpenSite } from '../../../../core/cli/extension-points.ts';
import { ICommandProvider } from '../../../../core/cli/extension-points.ts';
import { memorySite } from '../../../../core/environment.ts';
import type { Site } from '../../../../core/site.ts';
import { testSite } from '../../../../core/testing/index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'tracts-workflow-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string | Buffer): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function run(
  name: string,
  positional: readonly string[],
  flags: Readonly<Record<string, string | true>> = {},
  site?: OpenSite,
  dir = 'env',
) {
  const opened: Site[] = [];
  const lines: string[] = [];
  const open = async (setup: Parameters<typeof memorySite>[0]): Promise<Site> => {
    const made = await memorySite(setup);
    opened.push(made);
    return made;
  };
  const host: CommandHost = {
    out: (line) => void lines.push(line),
    err: (line) => void lines.push(line),
    readInput: async () => '',
    interactive: false,
    dir,
    openSite: async () => site ?? open({}),
    memorySite: open,
  };
  const provider = await open({});
  const command = provider
    .all(ICommandProvider)
    .flatMap((each) => each.getCommands())
    .find((each) => each.name === name);
  try {
    const code = await command?.run(host, { positional, flags });
    return { code, text: lines.join('\n') };
  } finally {
    for (const each of opened) await each.close();
  }
}

describe('tracts workflow simulate', () => {
  it('plays the scenarios of a file on a site of its own', async () => {
    const golden = JSON.parse(readFileSync(new URL('../../../golden/workflow/basic-workflow.json', import.meta.url), 'utf8'));
    const cases: readonly { status: string | null; user: string; actions: readonly string[] }[] = golden.cases;
    const scenarios = cases.map(({ status, user }) => ({ status, user, component: 'component1' }));
    const grants = { ...golden.users, anonymous: ['TICKET_VIEW'] };
    const file = write('basic.json', JSON.stringify({ ini: golden.ini, grants, groups: golden.groups, scenarios }));
    const { code, text } = await run('workflow simulate', [file]);
    expect(code).toBe(0);
    const outcomes: readonly { actions: readonly { name: string; problems: readonly object[] }[] }[] = JSON.parse(text);
    expect(outcomes.flatMap(({ actions }) => actions.flatMap(({ problems }) => problems))).toEqual([]);
    const orders = outcomes.map(({ actions }) => actions.map(({ name }) => name));
    const unowned = cases.map(({ actions }, at) => (scenarios[at]?.status === 'accepted' ? undefined : actions));
    expect(orders.map((order, at) => (scenarios[at]?.status === 'accepted' ? undefined : order))).toEqual(unowned);
  });

  it('says what would be refused: inputs that are missing, that cannot be read, and that name nothing', async () => {
    const ini = [
      '[components]',
      'code-review.* = enabled',
      'resolve-as-duplicate.* = enabled',
      '[ticket-workflow]',
      'resolve = new -> closed',
      'resolve.operations = set_resolution',
      'review = new -> *',
      'review.operations = code_review',
      'review.code_review = approve -> in_qa, reject -> in_work',
    ].join('\n');
    const [number, verdict] = ['action_resolve_as_duplicate_ticket', 'action_review_verdict'];
    const sent = [{}, { [number]: '999', [verdict]: 'bogus' }, { [number]: 'x', [verdict]: 'approve' }];
    const scenarios = sent.map((inputs) => ({ status: 'new', owner: 'ann', user: 'joe', inputs }));
    const file = write('refused.json', JSON.stringify({ ini, grants: { joe: ['TICKET_ADMIN'] }, scenarios }));
    const outcomes: readonly { actions: readonly { name: string; changes: object; problems: readonly object[] }[] }[] =
      JSON.parse((await run('workflow simulate', [file])).text);
    const problems = (name: string) => outcomes.map(({ actions }) => actions.find((one) => one.name === name)?.problems);
    expect(problems('resolve')).toEqual([[], [], []]);
    expect(problems('resolve_as_duplicate')).toEqual([
      [{ field: number, message: 'Ticket is needed.' }],
      [{ field: number, message: 'There is no ticket #999 that you may view; Ticket needs one.' }],
      [{ field: number, message: expect.stringContaining('is not a ticket number') }],
    ]);
    expect(problems('review')).toEqual([
      [{ field: verdict, message: 'Verdict is needed.' }],
      [{ field: verdict, message: '“bogus” is not one of the values of Verdict (approve, reject).' }],
      [],
    ]);
    expect(outcomes[2]?.actions.find(({ name }) => name === 'review')?.changes).toEqual({ status: 'in_qa' });
  });

  it('answers a trac.ini that is refused as a whole with one object that names the line', async () => {
    const file = write('bad.json', JSON.stringify({ ini: '[ticket-workflow]\na = new -> b\na = new -> c\n', scenarios: [] }));
    const { code, text } = await run('workflow simulate', [file]);
    expect(code).toBe(1);
    expect(JSON.parse(text)).toMatchObject({ error: { message: expect.any(String), line: 3 } });
  });

  it.each([
    ['no-json.json', '{', 'not JSON'],
    ['shape.json', '[]', 'must be an object'],
    ['latin.json', Buffer.from([0x7b, 0xff]), 'not UTF-8'],
  ])('refuses %s with a sentence', async (name, text, said) => {
    const answer = await run('workflow simulate', [write(name, text)]);
    expect(answer.code).toBe(1);
    expect(JSON.parse(answer.text).error.message).toContain(said);
  });

  it('refuses a file that is not there', async () => {
    expect((await run('workflow simulate', [path.join(folder, 'none.json')])).text).toContain('cannot be read');
  });

  it('asks for a file or a ticket where neither is named, and for the number of a ticket', async () => {
    for (const dir of ['env', folder])
      await expect(run('workflow simulate', [], {}, undefined, dir)).rejects.toThrow('FILE is missing');
    await expect(run('workflow simulate', [], {})).rejects.toBeInstanceOf(UsageError);
    const { code, text } = await run('workflow simulate', [], { ticket: 'x', user: 'joe' });
    expect([code, JSON.parse(text)]).toMatchObject([1, { error: { message: '“x” is no ticket number. Example: 12' } }]);
  });

  it('shows what one person may do with a stored ticket', async () => {
    await using site = await testSite();
    const { id } = await site.as('admin').fileTicket({ summary: 'Crash' });
    const { code, text } = await run('workflow simulate', [], { ticket: String(id), user: 'dev' }, site.site);
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject([
      { actions: [{ name: 'leave' }, { name: 'resolve' }, { name: 'reassign' }, { name: 'accept' }] },
    ]);
  });
});

describe('tracts workflow check', () => {
  it('prints findings with line, severity, message and remedy, and exits 1 on errors', async () => {
    const file = write('trac.ini', '[ticket-workflow]\ncreate = <none> -> new\nclose = new closed\n');
    const { code, text } = await run('workflow check', [], { ini: file, json: true });
    expect(code).toBe(1);
    const found: readonly object[] = JSON.parse(text);
    expect(found).toContainEqual({ line: 3, severity: 'error', message: expect.any(String), remedy: expect.any(String) });
    expect((await run('workflow check', [], { ini: file })).text).toMatch(/^line 2: warning: .*\nline 3: error: /);
  });

  it('reports a file that is refused as a whole with its line, as one finding', async () => {
    const file = write('twice.ini', '[ticket-workflow]\na = new -> b\na = new -> c\n');
    const { code, text } = await run('workflow check', [], { ini: file, json: true });
    expect(code).toBe(1);
    expect(JSON.parse(text)).toEqual([{ line: 3, severity: 'error', message: expect.any(String), remedy: expect.any(String) }]);
  });

  it('reports a controller that does not exist', async () => {
    const ini = '[ticket]\nworkflow = ConfigurableTicketWorkflo\n[ticket-workflow]\ncreate = <none> -> new\nclose = new -> new\n';
    const { code, text } = await run('workflow check', [], { ini: write('nope.ini', ini) });
    expect(code).toBe(1);
    expect(text).toContain(
      'line 2: error: No component is called ConfigurableTicketWorkflo. Did you mean ConfigurableTicketWorkflow?',
    );
  });

  it('reports a switch with an unknown word, which is off and costs no operation', async () => {
    const ini =
      '[ticket]\nrestrict_owner = y\n[ticket-workflow]\ncreate = <none> -> new\ngo = new -> new\ngo.operations = set_owner\n';
    const { code, text } = await run('workflow check', [], { ini: write('switch.ini', ini) });
    expect(code).toBe(1);
    expect(text).toMatch(/^line 2: error: .* restrict_owner = "y": expected yes or no\. .*\nline 4: .*$/);
    const file = write('switch.json', JSON.stringify({ ini, scenarios: [{ status: 'new', user: 'bob' }] }));
    expect(JSON.parse((await run('workflow simulate', [file])).text)).toMatchObject([
      { actions: [{ name: 'go', controls: [{ type: 'text', value: 'bob' }], changes: { owner: '' } }] },
    ]);
  });

  it('finds nothing wrong with a new environment', async () => {
    expect(await run('workflow check', [])).toEqual({ code: 0, text: 'The workflow is sound.' });
  });
});
