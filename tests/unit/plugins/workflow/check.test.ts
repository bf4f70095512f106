import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../../core/config/configuration.ts';
import type { Diagnosis } from '../../../../core/kernel/errors.ts';
import { checkWorkflow } from '../../../../plugins/workflow/check.ts';
import { adjunctService, makeDirectory } from '../../../support/workflow-context.ts';
import { workflowSite } from '../../../support/workflow-site.ts';

const { operations } = workflowSite('[ticket]\n', adjunctService({})).needs;
const site = {
  operations,
  permissions: new Set(['TICKET_MODIFY', 'TICKET_ADMIN']),
  resolutions: ['fixed', 'invalid'],
  directory: makeDirectory({ accounts: [{ name: 'joe' }], grants: {}, groups: { developers: ['joe'] } }),
};

/** A sound file of five lines; the given ones follow from line 6 on. */
const SOUND = [
  '[ticket-workflow]',
  'create = <none> -> new',
  'close = new -> closed',
  'reopen = closed -> new',
  'noop = new -> new',
];
const check = (...lines: readonly string[]): Diagnosis[] =>
  checkWorkflow(parseConfiguration([...SOUND, ...lines].join('\n')), site);

describe('a sound workflow', () => {
  it('draws no word', () => {
    expect(
      check('x = new -> closed', 'x.operations = set_owner, set_resolution', 'x.set_owner = developers', 'x.style = danger'),
    ).toEqual([]);
  });
});

describe('a warning', () => {
  it.each([
    ['x = new -> closed\nx.operations = set_ower', 7, 'set_ower', 'set_owner'],
    ['x = new -> closed\nx.operations = set_owner set_resolution', 7, 'nobody provides', 'set_owner, set_resolution'],
    ['x = new -> closed\nx.permissions = TICKET_MODFY', 7, 'no such permission', 'TICKET_MODIFY'],
    ['x = new -> closed\nx.permissions = ticket_modify', 7, 'upper case', 'TICKET_MODIFY'],
    ['x = new -> closed\nx.permissions = TICKET_MODIFY;TICKET_ADMIN', 7, 'nobody can use', 'TICKET_MODIFY, TICKET_ADMIN'],
    ['x = new -> closed\nx.permision = TICKET_MODIFY', 7, 'permision', 'x.permissions'],
    ['x = new -> closed\nx.set_owner = joe', 7, 'no effect', 'x.operations = set_owner'],
    ['x = new -> closed\nx.operations = set_owner\nx.set_owner = developrs', 8, 'names nobody', 'group'],
    ['x = new -> closed\nx.operations = set_owner\nx.set_owner = anonymous', 8, 'names nobody', 'group'],
    ['x = new -> closed\nx.operations = set_owner\nx.set_owner = joe, TICKET_MODFY', 8, 'TICKET_MODFY', 'Correct'],
    ['x = *, new -> closed', 6, '"*"', '* -> closed'],
    ['x = * -> *\nx.operations = set_owner', 6, 'never offered', 'leave_status'],
    ['x = -> closed', 6, 'names no old state', 'Name states'],
    ['clsoe.label = Close', 6, 'no line', '"close"'],
    ['clsoe. = new -> closed', 6, 'no line', '"close"'],
    ['x = new -> Closed', 6, 'upper and lower case', 'alike'],
    ['x = new -> clsoed', 6, 'No action leads on from the state "clsoed"', '"closed"'],
    ['x = limbo -> closed', 6, 'No ticket can get into', 'limbo'],
    ['x = <None>, new -> closed', 6, 'no ticket yet', '<none>'],
    ['x = <none>, <none> -> closed', 6, 'no ticket yet', 'once'],
    ['x = new closed -> closed', 6, 'one state with a blank', 'new, closed'],
    ['x = new -> closed ; note', 6, 'comment', 'line of its own'],
  ])('about %j names line %i', (lines, line, message, remedy) => {
    const found = check(...lines.split('\n')).filter((each) => each.message.includes(message));
    expect(found).toMatchObject([{ severity: 'warning', place: { line } }]);
    expect(found[0]?.remedy).toContain(remedy);
  });

  it('is not given for a state that [ticket-status] calls terminal', () => {
    expect(check('x = new -> archived')).toHaveLength(1);
    expect(check('x = new -> archived', '[ticket-status]', 'archived.terminal = true')).toEqual([]);
  });

  it('is not given for what the check does not know', () => {
    const lines = ['x = new -> closed', 'x.permissions = OUR_OWN', 'x.operations = set_resolution', 'x.set_resolution = odd'];
    expect(checkWorkflow(parseConfiguration([...SOUND, ...lines].join('\n')), { operations })).toEqual([]);
  });

  it('is given when two components provide one operation', () => {
    const twice = { ...site, operations: [...operations, ...operations].slice(0, 9) };
    expect(checkWorkflow(parseConfiguration(SOUND.join('\n')), twice)).toMatchObject([{ severity: 'warning' }]);
  });
});

describe('an error', () => {
  it('is a resolution that does not exist, with the nearest that does', () => {
    expect(check('x = new -> closed', 'x.operations = set_resolution', 'x.set_resolution = fixd')).toMatchObject([
      { severity: 'error', place: { line: 8 }, remedy: 'Did you mean "fixed"?' },
    ]);
  });

  it('is an empty list of resolutions', () => {
    expect(check('x = new -> closed', 'x.operations = set_resolution', 'x.set_resolution =')).toMatchObject([
      { severity: 'error', place: { line: 8 } },
    ]);
  });

  it('is a workflow in which nobody can file a ticket, unless another controller may see to that', () => {
    const ini = '[ticket-workflow]\nclose = new -> closed\nreopen = closed -> new\n';
    const nobody = expect.objectContaining({ message: expect.stringContaining('nobody can file') });
    expect(checkWorkflow(parseConfiguration(ini), site)).toContainEqual(nobody);
    expect(checkWorkflow(parseConfiguration(ini), site).some(({ severity }) => severity === 'error')).toBe(true);
    const shared = `${ini}[ticket]\nworkflow = ConfigurableTicketWorkflow, CodeReview\n`;
    expect(checkWorkflow(parseConfiguration(shared), site)).toEqual([expect.objectContaining({ severity: 'warning' })]);
  });

  it('stands in the order of the file, whoever found it', () => {
    const lines = check(
      'x = new closed',
      'y = new -> closed',
      'y.default = high',
      'z = new -> closed',
      'z.operations = nothing',
    ).map(({ place }) => place?.line);
    expect(lines).toEqual([6, 8, 10]);
  });
});

describe('a workflow of absurd size', () => {
  const names = (count: number, letter: string): string[] => Array.from({ length: count }, (_, index) => `${letter}${index}`);

  it('is judged in a moment', () => {
    const states = names(990, 's').join(',');
    const started = performance.now();
    const found = check(...names(150, 'a').map((action) => `${action} = ${states} -> new`));
    expect(performance.now() - started).toBeLessThan(1500);
    expect(found.filter(({ message }) => message.startsWith('No ticket can get into'))).toHaveLength(100);
    expect(found.at(-1)?.message).toBe('There is more of this kind.');
  });

  it('loses the actions that bring more than ten thousand states, with their line; the rest stays', () => {
    const found = check(`leave = ${names(15_000, 's').join(',')} -> closed`, 'keep = new -> closed');
    expect(found).toMatchObject([{ severity: 'error', place: { line: 6, key: 'leave' } }]);
    expect(found[0]?.message).toContain('"leave" is not available: with its states there are more than 10000');
  });

  it('loses the actions after the thousandth, and says where', () => {
    const actions = names(5_000, 'a').map((action) => `${action} = new -> closed`);
    const found = check(...actions);
    expect(found.filter(({ severity }) => severity === 'error')).toMatchObject([{ place: { line: 1002, key: 'a996' } }]);
  });

  it('answers no more than a hundred words that nobody knows', () => {
    const started = performance.now();
    const words = names(7_000, 'set_owne');
    const found = check('x = new -> closed', `x.operations = ${words.join(',')}`, `x.permissions = ${words.join(',')}`);
    expect(performance.now() - started).toBeLessThan(1500);
    expect(found).toHaveLength(101);
  });
});
