import { describe, expect, it } from 'vitest';
import { component } from '../../../../core/kernel/component.ts';
import { ITicketActionController } from '../../../../core/ticket/extension-points.ts';
import { select } from '../../../../plugins/field-types/choice.ts';
import { text } from '../../../../plugins/field-types/text.ts';
import { simulateWorkflow } from '../../../../plugins/workflow/simulate.ts';
import { readSimulation } from '../../../../plugins/workflow/simulation.ts';
import { adjunctService } from '../../../support/workflow-context.ts';
import { workflowSite } from '../../../support/workflow-site.ts';

async function simulate(file: unknown, plugins: readonly object[] = []) {
  const { ini, directory, components = [], resolutions = ['fixed', 'invalid'], scenarios } = readSimulation(file);
  const adjuncts = adjunctService({ component: components, resolution: resolutions.map((name) => ({ name })) });
  const { offersFor, contextOf } = workflowSite(ini, adjuncts, plugins);
  return simulateWorkflow(scenarios, {
    contextOf: (user, stored, draft) => contextOf(directory, user, stored, draft),
    offersFor,
    typeOf: (name) => (name === 'select' ? select : text),
  });
}

const FILE = {
  ini: '',
  grants: { dev: ['TICKET_MODIFY'] },
  groups: { crew: ['dev'] },
  users: [
    { name: 'dev', fullname: 'Dev Eloper', email: '' },
    { name: 'joe', fullname: '', email: '' },
  ],
  components: [
    { name: 'web', owner: 'joe' },
    { name: 'db', owner: 'dev' },
  ],
};

describe('a scenario', () => {
  it('shows the actions in display order with controls, and changes from exactly the given inputs', async () => {
    const scenario = {
      status: 'new',
      owner: 'joe',
      user: 'dev',
      component: 'web',
      inputs: { action_reassign_reassign_owner: 'ann' },
    };
    const [{ actions } = { actions: [] }] = await simulate({ ...FILE, scenarios: [scenario] });
    expect(actions.map(({ name, weight }) => [weight, name])).toEqual([
      [1, 'leave'],
      [0, 'resolve'],
      [0, 'reassign'],
      [0, 'accept'],
    ]);
    expect(actions[1]).toEqual({
      name: 'resolve',
      label: 'resolve',
      weight: 0,
      controls: [
        {
          name: 'action_resolve_resolve_resolution',
          type: 'select',
          options: [
            { value: 'fixed', text: 'fixed' },
            { value: 'invalid', text: 'invalid' },
          ],
          value: 'fixed',
        },
      ],
      changes: { status: 'closed', resolution: '' },
      problems: [],
    });
    expect(actions[2]).toMatchObject({
      controls: [{ name: 'action_reassign_reassign_owner', type: 'text', options: [], value: 'dev' }],
      changes: { status: 'assigned', owner: 'ann' },
    });
  });

  it('of a new ticket has the status null and takes < default > from the component', async () => {
    const scenario = { status: null, owner: '< default >', user: 'anonymous', component: 'web' };
    expect(await simulate({ ...FILE, scenarios: [scenario] })).toMatchObject([
      { actions: [{ name: 'create', changes: { status: 'new', owner: 'joe' } }] },
    ]);
  });

  it('moves the owner with the component while the ticket is new', async () => {
    const scenario = { status: 'new', owner: 'joe', user: 'anonymous', component: 'db', old_component: 'web' };
    expect(await simulate({ ...FILE, scenarios: [scenario] })).toMatchObject([
      { actions: [{ name: 'leave', changes: { owner: 'dev' } }] },
    ]);
  });

  it('says what would be refused, once, and draws a single choice hidden with its full name', async () => {
    const ini = '[ticket-workflow]\ngo = new -> done\ngo.operations = set_owner\ngo.set_owner = crew\n';
    const scenario = { status: 'new', user: 'joe', inputs: { action_go_reassign_owner: 'crew' } };
    expect(await simulate({ ...FILE, ini, scenarios: [scenario] })).toMatchObject([
      {
        actions: [
          {
            controls: [{ type: 'hidden', value: 'dev', options: [{ value: 'dev', text: 'Dev Eloper' }] }],
            changes: { status: 'done', owner: 'crew' },
            problems: [{ field: 'action_go_reassign_owner' }],
          },
        ],
      },
    ]);
  });
});

describe('a group without members, and a built-in one', () => {
  it.each(['nobody', 'anonymous'])('%s is never the owner, neither proposed nor typed', async (group) => {
    const ini = `[ticket-workflow]\ngo = new -> done\ngo.operations = set_owner\ngo.set_owner = ${group}\n`;
    const play = async (inputs: object) => {
      const scenarios = [{ status: 'new', owner: 'joe', user: 'dev', inputs }];
      const outcomes = await simulate({ ...FILE, groups: { ...FILE.groups, nobody: [] }, ini, scenarios });
      return outcomes[0]?.actions[0];
    };
    expect(await play({})).toMatchObject({ controls: [{ type: 'text', value: 'dev' }], changes: { owner: '' }, problems: [] });
    const typed = await play({ action_go_reassign_owner: group });
    expect(typed?.problems).toMatchObject([{ field: 'action_go_reassign_owner' }]);
    expect((await play({ action_go_reassign_owner: 'joe' }))?.problems).toEqual([]);
  });
});

describe('several controllers', () => {
  const rival = component({
    implements: [ITicketActionController],
    create: () => ({
      getTicketActions: () => [
        { name: 'leave', label: 'other', weight: 7, changes: () => ({ keywords: 'seen' }) },
        { name: 'resolve', changes: () => ({ status: 'done' }) },
      ],
      getAllStatus: () => ['elsewhere'],
    }),
  });

  it('merge: first label, greatest weight, all changes; where they disagree both are named', async () => {
    const [{ actions } = { actions: [] }] = await simulate({ ...FILE, scenarios: [{ status: 'new', user: 'dev' }] }, [{ rival }]);
    expect(actions[0]).toMatchObject({ name: 'leave', label: 'leave', weight: 7, changes: { keywords: 'seen' }, problems: [] });
    const [problem] = actions.find(({ name }) => name === 'resolve')?.problems ?? [];
    expect(problem?.message).toMatch(/workflow\.ConfigurableTicketWorkflow and extra0\.rival set status/);
  });

  it('know states that keep _reset away', async () => {
    const admin = { ...FILE, grants: { boss: ['TICKET_ADMIN'] } };
    const names = async (status: string) =>
      (await simulate({ ...admin, scenarios: [{ status, user: 'boss' }] }, [{ rival }]))[0]?.actions.map(({ name }) => name);
    expect(await names('elsewhere')).not.toContain('_reset');
    expect(await names('nowhere')).toContain('_reset');
  });
});

describe('a simulation file', () => {
  it.each([
    [[], 'the whole'],
    [{ ini: 7 }, 'ini'],
    [{ scenarios: {} }, 'scenarios'],
    [{ scenarios: [{ inputs: { a: 1 } }] }, 'scenarios[0].inputs.a'],
    [{ users: ['joe'] }, 'users[0]'],
    [{ grants: { joe: 'ADMIN' } }, 'grants.joe'],
  ])('%j is refused, naming %s', (file, where) => {
    expect(() => readSimulation(file)).toThrow(`${where} must be`);
  });

  it.each([
    [{ scenario: [] }, 'scenario', 'scenarios'],
    [{ scenarios: [{ stauts: 'new' }] }, 'scenarios[0].stauts', 'status'],
    [{ users: [{ name: 'joe', fullName: 'Joe' }] }, 'users[0].fullName', 'fullname'],
    [{ components: [{ name: 'web', owners: 'joe' }] }, 'components[0].owners', 'owner'],
  ])('%j is refused for its misspelt key', (file, key, meant) => {
    expect(() => readSimulation(file)).toThrow(`“${key}” means nothing. Did you mean ${meant}?`);
  });

  it('may hold notes under other keys', () => {
    expect(readSimulation({ '//': 'what it is for', scenarios: [{ expected: [] }] }).scenarios).toHaveLength(1);
  });
});
