import { describe, expect, it } from 'vitest';
import { select } from '../../../../plugins/field-types/choice.ts';
import { text } from '../../../../plugins/field-types/text.ts';
import { type Simulated, simulateWorkflow } from '../../../../plugins/workflow/simulate.ts';
import { readSimulation } from '../../../../plugins/workflow/simulation.ts';
import { adjunctService } from '../../../support/workflow-context.ts';
import { workflowSite } from '../../../support/workflow-site.ts';

/** Beyond the recorded cases: what Trac answers to files of the same kinds, worked out from its rules. */
const SITE = {
  grants: {
    anonymous: ['TICKET_VIEW'],
    mod: ['TICKET_MODIFY'],
    maker: ['TICKET_CREATE'],
    boss: ['TICKET_ADMIN'],
    root: ['TRAC_ADMIN'],
  },
  groups: { crew: ['mod', 'ghost', 'inner'], inner: ['maker', 'crew'], all: ['authenticated'] },
  users: [{ name: 'mod' }, { name: 'maker', fullname: 'Ann Maker' }, { name: 'boss' }, { name: 'root' }],
  components: [
    { name: 'web', owner: 'mod' },
    { name: 'db', owner: 'maker' },
    { name: 'free', owner: '' },
  ],
};
const RESOLUTIONS = ['fixed', 'invalid', 'wontfix'].map((name) => ({ name }));

type Action = Simulated['actions'][number];

async function play(ini: string, scenario: object): Promise<readonly Action[]> {
  const { directory, scenarios, components = [] } = readSimulation({ ...SITE, ini, scenarios: [{ status: 'new', ...scenario }] });
  const { offersFor, contextOf } = workflowSite(ini, adjunctService({ component: components, resolution: RESOLUTIONS }));
  const [outcome] = await simulateWorkflow(scenarios, {
    contextOf: (user, stored, draft) => contextOf(directory, user, stored, draft),
    offersFor,
    typeOf: (name) => (name === 'select' ? select : text),
  });
  return outcome?.actions ?? [];
}
const workflow = (...lines: readonly string[]): string => ['[ticket-workflow]', ...lines].join('\n');
const go = (...attributes: readonly string[]): string =>
  workflow('go = new, done -> done', ...attributes.map((each) => `go.${each}`));
const only = async (ini: string, scenario: object): Promise<Action | undefined> => (await play(ini, scenario)).at(0);

describe('an action asks for', () => {
  it.each([
    ['nothing', '', 'anonymous mod maker boss root'],
    ['commas alone', ', ,', 'anonymous mod maker boss root'],
    ['a permission that another includes', 'TICKET_APPEND', 'mod boss root'],
    ['one of two', 'TICKET_CREATE ,TICKET_CHGPROP', 'mod maker boss root'],
    ['one that there is, beside one that there is not', 'NO_SUCH, TICKET_CREATE', 'maker boss root'],
    ['one that there is not', 'NO_SUCH', ''],
    ['one in lower case', 'ticket_modify', ''],
    ['a group', 'crew', ''],
    ['a built-in group', 'authenticated', ''],
    ['two without a comma', 'TICKET_MODIFY|TICKET_CREATE', ''],
    ['everything', 'TRAC_ADMIN', 'root'],
  ])('%s: %j', async (_what, permissions, admitted) => {
    const offered: string[] = [];
    for (const user of ['anonymous', 'mod', 'maker', 'boss', 'root'])
      if ((await play(go(`permissions = ${permissions}`), { user })).length > 0) offered.push(user);
    expect(offered.join(' ')).toBe(admitted);
  });
});

describe('the states of an action', () => {
  it.each([
    ['a = <none> -> x', null, 'a'],
    ['a = new, <none> -> x', null, 'a'],
    ['a = new, < none > -> x', null, 'a'],
    ['a = <None> -> x', null, ''],
    ['a = * -> x', null, ''],
    ['a = *, <none> -> x', null, 'a'],
    ['a = * -> x', 'anything', 'a'],
    ['a = ,* , -> x', 'anything', 'a'],
    ['a = *, * -> x', 'anything', ''],
    ['a = New -> x', 'new', ''],
    ['A = new -> x', 'new', 'a'],
    ['a = new ; note -> x', 'new', ''],
    ['a = new -> *', 'new', ''],
    ['a = new -> *\na.operations = LEAVE_STATUS', 'new', ''],
    ['a = new -> *\na.operations = set_owner, leave_status', 'new', 'a'],
    ['a = <none> -> *\na.operations = leave_status', null, 'a'],
    ['a.newstate = x\na.oldstates = b, new', 'new', 'a'],
    ['a = new -> x\na.oldstates = b', 'new', ''],
    ['a.oldstates = b\na = new -> x', 'new', 'a'],
    ['a = \n  new,\n# no state\n  b\n  -> x', 'b', 'a'],
    ['a = old\u00a0,\u3000new\u00a0-> x', 'new', 'a'],
  ])('%j: in %j it is offered: %j', async (lines, status, names) => {
    expect((await play(workflow(lines), { status, user: 'mod' })).map(({ name }) => name).join()).toBe(names);
  });
});

describe('what an action is called and where it stands', () => {
  it.each([
    ['a_b_ = new -> x', 'a b'],
    ['a = new -> x\na.name =', ''],
    ['a.name = old\na = new -> x', 'old'],
    ['a = new -> x\na.label =\na.name = old', ''],
    ['a = new -> x\na.label = one\na.label.fr = un', 'un'],
    ['a = new -> x\na.LABEL = 100% # of %(it)s ; $HOME', '100% # of %(it)s ; $HOME'],
    ['a = new -> x\na.label = two\n  lines', 'two\nlines'],
  ])('%j: %j', async (lines, label) => {
    expect((await only(workflow(lines), { user: 'mod' }))?.label).toBe(label);
  });

  it('heaviest first, then by name from the end of the alphabet, letters by their code', async () => {
    const weights = ['007', '+7', '-0', '1_0', '٣', '', '7'].map((weight, at) => (weight ? `a${at}.default = ${weight}` : ''));
    const lines = weights.flatMap((weight, at) => [`a${at} = new -> x`, weight]);
    const names = (await play(workflow(...lines, 'é = new -> x', '_ = new -> x'), { user: 'mod' })).map(({ name }) => name);
    expect(names.join(' ')).toBe('a3 a6 a1 a0 a4 é a5 a2 _');
  });
});

describe('a list of owners', () => {
  it.each([
    ['crew', ['Ann Maker', 'ghost', 'mod']],
    ['all', ['Ann Maker', 'boss', 'mod', 'root']],
    ['TICKET_MODIFY, maker', ['Ann Maker', 'boss', 'mod', 'root']],
    ['TICKET_BATCH_MODIFY', ['boss', 'root']],
    ['zed, mod, zed', ['mod', 'zed']],
    ['x@example.org, mod', ['mod', 'x@…']],
    ['< default >, mod', ['< default >', 'mod']],
    ['', []],
    ['NO_SUCH', []],
  ])('%j offers %j', async (list, names) => {
    const asked = await only(go('operations = set_owner', `set_owner = ${list}`), { user: 'mod' });
    expect(asked?.controls[0]?.options.map((option) => option.text)).toEqual(names);
  });

  it.each([
    [{ owner: 'mod' }, 'set_owner = maker', 'mod', ['maker', 'mod']],
    [{ owner: '' }, 'set_owner = maker', '', ['', 'maker']],
    [{ owner: 'mod' }, 'set_owner = mod', 'mod', ['mod']],
    [{ owner: 'mod' }, 'set_owner =', 'mod', ['mod']],
    [{ owner: '' }, 'set_owner = NO_SUCH', '', ['']],
  ])('of may_set_owner for %j with %s keeps %j', async (stored, list, value, offered) => {
    const asked = await only(go('operations = may_set_owner', list), { ...stored, user: 'root' });
    expect(asked?.controls).toMatchObject([{ type: offered.length === 1 ? 'hidden' : 'select', value }]);
    expect(asked?.controls[0]?.options.map((option) => option.value).toSorted()).toEqual(offered);
  });
});

describe('operations in their order', () => {
  it.each([
    ['set_owner, del_owner', { owner: '' }],
    ['del_owner, set_owner', { owner: 'zed' }],
    ['set_owner_to_self, may_set_owner', { owner: 'zed' }],
    ['may_set_owner, set_owner_to_self', { owner: 'mod' }],
    ['set_resolution, del_resolution', { resolution: '' }],
    ['del_resolution, set_resolution', { resolution: 'invalid' }],
    ['reset_workflow, bogus, leave_status', {}],
    ['SET_OWNER', {}],
    ['set_owner set_resolution', {}],
  ])('%s', async (operations, changes) => {
    const inputs = { action_go_reassign_owner: 'zed', action_go_resolve_resolution: 'invalid' };
    const played = await only(go(`operations = ${operations}`), { user: 'mod', owner: 'joe', inputs });
    expect(played).toMatchObject({ problems: [] });
    expect(played?.changes).toEqual({ status: 'done', ...changes });
  });

  it.each([
    ['set_owner_to_self', 'done', 'mod', false],
    ['set_owner_to_self', 'new', 'mod', true],
    ['set_owner_to_self', 'done', 'joe', true],
    ['set_owner_to_self, bogus', 'done', 'mod', true],
    ['set_owner_to_self, set_owner_to_self', 'done', 'mod', true],
  ])('%s in %s with the owner %s is offered: %s', async (operations, status, owner, offered) => {
    const actions = await play(go(`operations = ${operations}`), { status, owner, user: 'mod' });
    expect(actions.length > 0).toBe(offered);
  });

  it.each([
    ['set_resolution = invalid', {}, 'invalid'],
    ['set_resolution = wontfix, , fixed,', {}, 'wontfix'],
    ['label = x', {}, ''],
    ['set_resolution = wontfix, fixed', { action_go_resolve_resolution: 'fixed' }, 'fixed'],
  ])('set_resolution with %s and %j gives %j', async (attribute, inputs, resolution) => {
    const played = await only(go('operations = set_resolution', attribute), { user: 'mod', inputs });
    expect(played).toMatchObject({ changes: { status: 'done', resolution }, problems: [] });
  });
});

describe('the owner follows the component', () => {
  it.each([
    [null, '< default >', undefined, 'web', { owner: 'mod' }],
    [null, '<default>', undefined, 'free', { owner: '' }],
    [null, '< default >', undefined, 'gone', { owner: '' }],
    [null, '< Default >', undefined, 'web', { owner: '< Default >' }],
    ['new', 'mod', 'web', 'db', { owner: 'maker' }],
    ['new', 'mod', 'web', 'free', {}],
    ['new', 'mod', 'web', 'gone', {}],
    ['new', 'mod', 'gone', 'db', {}],
    ['new', '', '', 'db', { owner: 'maker' }],
    ['new', '', 'free', 'db', { owner: 'maker' }],
    ['new', 'joe', 'web', 'db', {}],
    ['new', '< default >', 'web', 'db', {}],
    ['new', 'mod', undefined, 'web', {}],
    ['done', 'mod', 'web', 'db', {}],
  ])('in the state %j with the owner %j from %j to %j: %j', async (status, owner, old, component, changes) => {
    const ini = workflow(
      'stay = * -> *',
      'stay.operations = leave_status',
      'file = <none> -> *',
      'file.operations = leave_status',
    );
    const played = await only(ini, {
      status,
      owner,
      component,
      user: 'joe',
      ...(old === undefined ? {} : { old_component: old }),
    });
    expect(played?.changes).toEqual(changes);
  });
});

describe('the repair of a ticket in an unknown state', () => {
  it.each([
    ['is for TICKET_ADMIN', ['a = new -> x'], 'boss', { weight: 0, label: 'Reset', changes: { status: 'new' } }],
    ['is for nobody else', ['a = new -> x'], 'mod', undefined],
    ['needs a state “new”', ['a = open -> x'], 'boss', undefined],
    [
      'is not made where its line is given',
      ['a = new -> x', '_reset = -> x'],
      'anonymous',
      { changes: { status: 'x' }, label: 'reset' },
    ],
    ['keeps what is not given', ['a = new -> x', '_reset.label = Back'], 'boss', { label: 'Back', changes: { status: 'new' } }],
    ['keeps its permission', ['a = new -> x', '_reset.default = 3'], 'mod', undefined],
    ['may be offered elsewhere too, once', ['a = new -> x', '_reset = * -> new', '_reset.default = 3'], 'mod', { weight: 3 }],
  ])('%s', async (_what, lines, user, expected) => {
    const found = (await play(workflow(...lines), { status: 'lost', user })).filter(({ name }) => name === '_reset');
    expect(found).toMatchObject(expected === undefined ? [] : [expected]);
    expect(found).toHaveLength(expected === undefined ? 0 : 1);
  });
});
