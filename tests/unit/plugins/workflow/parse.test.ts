import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../../core/config/configuration.ts';
import { parseWorkflow, type WorkflowRule } from '../../../../plugins/workflow/parse.ts';

const parse = (...lines: readonly string[]) => parseWorkflow(parseConfiguration(['[ticket-workflow]', ...lines].join('\n')));
const rule = (name: string, ...lines: readonly string[]): WorkflowRule | undefined =>
  parse(...lines).rules.find((each) => each.name === name);

describe('an action', () => {
  it('may be written by its attributes alone', () => {
    expect(rule('go', 'go.oldstates = a, b', 'go.newstate = c')).toMatchObject({
      oldStates: ['a', 'b'],
      newState: 'c',
      usable: true,
    });
  });

  it('takes what the file says last when line and attributes disagree', () => {
    expect(rule('go', 'go = a -> b', 'go.newstate = c')).toMatchObject({ oldStates: ['a'], newState: 'c' });
  });

  it('is named by what stands before the first dot, its attribute by what stands before the second', () => {
    expect(rule('go', 'Go = a -> B', 'Go.Label.fr = aller', 'go.operations.extra = del_owner')).toMatchObject({
      label: 'aller',
      operations: ['del_owner'],
      newState: 'B',
    });
  });

  it.each([
    ['<none>, x', [null, 'x']],
    ['x, <none>', ['x', null]],
    ['*, < none >', ['*', null]],
    ['<none>, < none >', [null, null]],
    ['<none>, <none>', [null, '<none>']],
    ['<None>, <NONE>, <  none  >, none', ['<None>', '<NONE>', '<  none  >', 'none']],
  ])('reads the old states %s with each spelling of “no ticket yet” once', (list, states) => {
    expect(rule('a', `a = ${list} -> y`)?.oldStates).toEqual(states);
    expect(rule('a', `a.oldstates = ${list}`, 'a.newstate = y')?.oldStates).toEqual(states);
  });

  it('has any permission that is listed, and none when the list is empty', () => {
    expect(rule('a', 'a = x -> y', 'a.permissions = , ,')?.permissions).toEqual([]);
    expect(rule('a', 'a = x -> y', 'a.permissions = B,, A')?.permissions).toEqual(['B', 'A']);
  });

  it('keeps attributes that nobody knows, as written', () => {
    expect(rule('a', 'a = x -> y', 'a.code_review = approve -> q, reject -> w')?.attributes['code_review']).toBe(
      'approve -> q, reject -> w',
    );
  });

  it.each([
    ['3', 3],
    ['-2', -2],
    ['+1_000', 1000],
    ['٣', 3],
    ['-१०', -10],
  ])('weighs %s as %d', (text, weight) => {
    expect(rule('a', 'a = x -> y', `a.default = ${text}`)).toMatchObject({ weight, usable: true });
  });
});

describe('a line that cannot be read', () => {
  it('costs its action and is reported with its line and a remedy', () => {
    const { rules, problems } = parse(
      'create = <none> -> new',
      'a = new closed',
      'b = new -> x -> y',
      'c = new ->',
      'd = new -> x',
      'd.default = 1.5',
    );
    expect(problems.map(({ place, severity }) => [place?.line, severity])).toEqual(
      [
        [3, 'error'],
        [4, 'error'],
        [7, 'error'],
        [5, 'error'],
      ].sort((x, y) => Number(x[0]) - Number(y[0])),
    );
    expect(problems.every(({ remedy }) => remedy)).toBe(true);
    expect(rules.filter(({ usable }) => usable).map(({ name }) => name)).toEqual(['create', '_reset']);
  });

  it.each([
    ['old states alone', ['a.oldstates = new'], 2],
    ['an empty state', ['a.oldstates = new', 'a.newstate ='], 3],
  ])('costs its action when it is given in parts, as %s', (_what, lines, line) => {
    const { problems, rules } = parse(...lines);
    expect(problems).toMatchObject([
      { severity: 'error', place: { line }, message: expect.stringContaining('no state to lead to') },
    ]);
    expect(rules[0]).toMatchObject({ name: 'a', usable: false });
  });

  it('says so when the line below was indented and became part of it', () => {
    const [problem] = parse('a = new -> x', '  b = x -> new').problems;
    expect(problem?.remedy).toContain('Remove the blanks before the line below');
  });

  it('keeps the states of an action whose weight alone is wrong, so that tickets in them are not orphans', () => {
    expect(parse('a = x -> y', 'a.default = high').statuses).toEqual(['x', 'y']);
  });
});

describe('_reset', () => {
  it('is added when there is a state called new', () => {
    expect(rule('_reset', 'create = <none> -> new')).toMatchObject({
      newState: 'new',
      operations: ['reset_workflow'],
      permissions: ['TICKET_ADMIN'],
      label: 'Reset',
      oldStates: [],
    });
    expect(rule('_reset', 'create = <none> -> open')).toBeUndefined();
  });

  it('keeps its target when only its attributes are customised', () => {
    expect(rule('_reset', 'create = <none> -> new', '_reset.label = Repair', '_reset.permissions = TRAC_ADMIN')).toMatchObject({
      newState: 'new',
      operations: ['reset_workflow'],
      permissions: ['TRAC_ADMIN'],
      label: 'Repair',
      usable: true,
    });
  });

  it('has no target when it is customised and there is no state called new', () => {
    expect(rule('_reset', 'create = <none> -> open', '_reset.label = Repair')).toMatchObject({ newState: '', usable: false });
  });
});

describe('the section', () => {
  it('means the basic workflow when it is missing, and no actions when it is empty', () => {
    expect(parseWorkflow(parseConfiguration('[ticket]\n')).rules.map(({ name }) => name)).toContain('reassign');
    expect(parse()).toEqual({ rules: [], statuses: [], problems: [] });
  });
});
