import { describe, expect, it } from 'vitest';
import type { Offer, TicketContext, Values } from '../../../../core/ticket/types.ts';
import { adjunctService, makeDirectory } from '../../../support/workflow-context.ts';
import { workflowSite } from '../../../support/workflow-site.ts';

const directory = makeDirectory({
  accounts: [
    { name: 'ann', fullName: 'Zoe Ann' },
    { name: 'bob' },
    { name: 'cid', fullName: 'Cid' },
    { name: 'eve' },
    { name: 'root' },
  ],
  grants: { bob: ['TICKET_MODIFY'], root: ['TRAC_ADMIN'], team: ['TICKET_MODIFY'], anonymous: ['TICKET_VIEW'] },
  groups: { team: ['ann', 'inner'], inner: ['cid', 'team'], circle: ['round'], round: ['circle'] },
});
const adjuncts = adjunctService({
  resolution: [{ name: 'fixed' }, { name: 'invalid' }],
  component: [{ name: 'web', owner: 'ann' }, { name: 'db' }],
});

const stored: Values = { status: 'new', owner: 'bob', resolution: '', component: 'web' };

async function offer(ini: string, ctx: TicketContext): Promise<Offer | undefined> {
  const offers = await workflowSite(ini, adjuncts).offersFor(ctx);
  return offers.find(({ name }) => name === 'go');
}
const go = (...lines: readonly string[]): string =>
  ['[ticket-workflow]', 'go = new -> done', ...lines.map((line) => `go.${line}`)].join('\n');
const plain = workflowSite('[ticket]\n', adjuncts);
const as = (user: string, values: Values = stored): TicketContext => plain.contextOf(directory, user, values);

async function owners(list: string, operation = 'set_owner', user = 'eve') {
  const found = await offer(go(`operations = ${operation}`, `set_owner = ${list}`), as(user));
  const field = found?.inputs.get('owner');
  const spec = found?.specs[0]?.spec;
  return {
    field,
    absent: spec?.changes?.({}, stored)['owner'],
    problems: (owner: unknown) => [...(spec?.problems?.({ owner }, stored) ?? [])],
  };
}

describe('a set_owner list', () => {
  it('names the members of a group, through nested groups and circles', async () => {
    const { field, absent } = await owners('team');
    expect(field?.options).toEqual(['cid', 'ann']);
    expect(field?.optionLabels).toEqual({ ann: 'Zoe Ann', cid: 'Cid' });
    expect(absent).toBe('ann');
  });

  it('names holders of a permission, by grant, group or another permission', async () => {
    const { field, absent } = await owners('TICKET_MODIFY');
    expect(field?.options).toEqual(['cid', 'ann', 'bob', 'root']);
    expect(absent).toBe('ann');
  });

  it('names everybody with an account', async () => {
    expect((await owners('authenticated')).field?.options).toEqual(['cid', 'ann', 'bob', 'eve', 'root']);
  });

  it('takes the first of its people when nothing was given, never a group or a permission', async () => {
    expect((await owners('eve, team')).absent).toBe('eve');
    expect((await owners('NOBODY_HAS_THIS, bob')).absent).toBe('bob');
  });

  it('that comes to nobody leaves the owner to be typed, and is no name itself', async () => {
    for (const list of ['NOBODY_HAS_THIS', 'circle', 'anonymous']) {
      const { field, absent, problems } = await owners(list);
      expect(field).toMatchObject({ type: 'text', value: 'eve' });
      expect(absent).toBe('');
      expect(problems('anyone')).toEqual([]);
      expect(problems(list)).toMatchObject([{ field: 'action_go_reassign_owner' }]);
    }
  });

  it('refuses a value it does not hold, a group it names included', async () => {
    const { problems } = await owners('team, bob');
    expect(problems('bob')).toEqual([]);
    expect(problems('eve')).toMatchObject([{ field: 'action_go_reassign_owner' }]);
    expect(problems('team')).toHaveLength(1);
  });

  it('proposes who acts if the list holds them, and else leaves the choice open', async () => {
    expect((await owners('team, eve')).field?.value).toBe('eve');
    expect((await owners('team')).field?.value).toBeUndefined();
  });

  it('of may_set_owner lets the present owner stay', async () => {
    const { field, problems } = await owners('team', 'may_set_owner');
    expect(field?.options).toEqual(['cid', 'ann', 'bob']);
    expect(field?.value).toBe('bob');
    expect(problems('bob')).toEqual([]);
  });

  it('of may_set_owner that comes to nobody leaves only the present owner', async () => {
    for (const list of ['NOBODY_HAS_THIS', 'circle', '']) {
      const { field, problems } = await owners(list, 'may_set_owner');
      expect(field).toMatchObject({ type: 'select', options: ['bob'], value: 'bob' });
      expect(problems('eve')).toMatchObject([{ field: 'action_go_reassign_owner' }]);
    }
  });

  it.each([
    ['x@example.org', 'x@…'],
    ['Joe X <joe@example.org>', 'Joe X <joe@…>'],
    ['a@b@c', 'a@…'],
  ])('hides the domain of %s from those who may not see it, and not from others', async (address, cut) => {
    const label = async (user: string) => (await owners(`${address}, bob`, 'set_owner', user)).field?.optionLabels[address];
    expect(await label('eve')).toBe(cut);
    expect(await label('root')).toBe(address);
  });
});

describe('without a list', () => {
  const alone = makeDirectory({ accounts: [{ name: 'eve' }], grants: { eve: ['TICKET_APPEND'] }, groups: {} });
  const field = async (operation: string, restrict: string, values: Values | undefined) => {
    const ini = `[ticket]\nrestrict_owner = ${restrict}\n[ticket-workflow]\ngo = <none>, new -> done\ngo.operations = ${operation}\n`;
    return (await offer(ini, plain.contextOf(alone, 'eve', values)))?.inputs.get('owner');
  };

  it('may_set_owner keeps the owner where owners are restricted and nobody may be one', async () => {
    expect(await field('may_set_owner', 'yes', stored)).toMatchObject({ type: 'select', options: ['bob'], value: 'bob' });
    expect(await field('may_set_owner', 'yes', { ...stored, owner: '' })).toMatchObject({ options: [''], value: '' });
    expect(await field('may_set_owner', 'yes', undefined)).toMatchObject({ options: ['< default >'], value: '< default >' });
  });

  it('the owner is typed where owners are not restricted, or set_owner asks and nobody may be one', async () => {
    expect(await field('may_set_owner', 'no', stored)).toMatchObject({ type: 'text', value: 'bob' });
    expect(await field('set_owner', 'yes', stored)).toMatchObject({ type: 'text', value: 'eve' });
  });
});

describe('names in lists', () => {
  it('are login names when full names are not wanted', async () => {
    const ini = `[trac]\nshow_full_names = no\n${go('operations = set_owner', 'set_owner = team')}`;
    const found = await offer(ini, as('eve'));
    expect(found?.inputs.get('owner')?.optionLabels).toEqual({ ann: 'ann', cid: 'cid' });
  });
});

describe('two operations that ask for the owner', () => {
  it.each(['set_owner, may_set_owner', 'may_set_owner, set_owner'])('%s ask once, and set_owner prevails', async (list) => {
    const found = await offer(go(`operations = ${list}`), as('eve'));
    expect([...(found?.inputs.values() ?? [])].map(({ name, value }) => [name, value])).toEqual([['owner', 'eve']]);
  });

  it('stand before the resolution, whatever the order of the list', async () => {
    const found = await offer(go('operations = set_resolution, set_owner'), as('eve'));
    expect([...(found?.inputs.keys() ?? [])]).toEqual(['owner', 'resolution']);
  });
});

describe('< default > as the owner', () => {
  it.each([
    ['web', 'ann'],
    ['db', ''],
    ['gone', ''],
    ['', ''],
  ])('is for the component %j the owner %j', async (component, owner) => {
    const found = await offer(go('operations = may_set_owner'), as('eve'));
    const spec = found?.specs[0]?.spec;
    expect(spec?.changes?.({ owner: '< default >' }, { ...stored, component })['owner']).toBe(owner);
  });
});

describe('set_resolution', () => {
  it('offers its own list only, proposes the default if the list has it, and refuses the rest', async () => {
    const found = await offer(go('operations = set_resolution', 'set_resolution = invalid'), as('eve'));
    expect(found?.inputs.get('resolution')).toMatchObject({ options: ['invalid'], value: 'invalid' });
    const problems = found?.specs[0]?.spec.problems?.({ resolution: 'fixed' }, stored) ?? [];
    expect([...problems]).toMatchObject([{ field: 'action_go_resolve_resolution' }]);
  });

  it('with an undefined name hides the action and nothing else', async () => {
    const ini = `${go('operations = set_resolution', 'set_resolution = fixed, odd')}\nstay = * -> *\nstay.operations = leave_status\n`;
    const offers = await workflowSite(ini, adjuncts).offersFor(as('eve'));
    expect(offers.map(({ name }) => name)).toEqual(['stay']);
  });
});

describe('hints', () => {
  it.each([
    ['set_owner_to_self', 'eve', 'The owner changes from bob to eve. The next status is done.'],
    ['set_owner_to_self', 'bob', 'The owner stays bob. The next status is done.'],
    [
      'del_owner, del_resolution',
      'eve',
      'The ticket will have no owner. The resolution will be cleared. The next status is done.',
    ],
  ])('of %s for %s say what will happen', async (operations, user, hint) => {
    expect((await offer(go(`operations = ${operations}`), as(user)))?.hints).toEqual([hint]);
  });
});
