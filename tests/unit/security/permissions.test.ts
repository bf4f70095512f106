import { afterEach, describe, expect, test } from 'vitest';
import { component } from '../../../core/kernel/component.ts';
import type { Directory, Resource } from '../../../core/security/context.ts';
import { IPermissionPolicy, IPermissionService } from '../../../core/security/extension-points.ts';
import { inMemory, type SecurityStage, securityStage, userOf } from '../../support/security.ts';

const stages: SecurityStage[] = [];
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage[Symbol.asyncDispose]();
});

type Grants = readonly (readonly [string, string])[];
const directoryOf = (grants: Grants, people: readonly string[] = []): Directory => {
  const given = new Map<string, Set<string>>();
  for (const [subject, action] of grants) given.set(subject, (given.get(subject) ?? new Set()).add(action));
  return {
    people: new Map(people.map((name) => [name, { name, fullName: '', email: '', disabled: name === 'gone' }])),
    grants: given,
  };
};

async function stageWith(ini: Record<string, Record<string, string>>, components: object = {}) {
  const stage = await securityStage(inMemory, { ini, components });
  stages.push(stage);
  const permissions = stage.get(IPermissionService);
  return {
    stage,
    permissions,
    may: (grants: Grants, user: string, permission: string, resource?: Resource) =>
      permissions.judge(directoryOf(grants), userOf(user))(permission, resource),
    why: (grants: Grants, user: string, permission: string) =>
      stage.read('anonymous', (ctx) => permissions.explain({ ...ctx, directory: directoryOf(grants) }, userOf(user), permission)),
    problems: () =>
      stage.kernel.get(IPermissionService) as unknown as { diagnose(): readonly { message: string; remedy?: string }[] },
  };
}

const policy = (check: IPermissionPolicy['checkPermission']) =>
  component({ implements: [IPermissionPolicy], create: () => ({ checkPermission: check }) });
const order = (names: string) => ({ trac: { permission_policies: names } });

describe('the chain of policies', () => {
  test('the first that answers decides, in the order of the option', async () => {
    const Never = policy(() => false);
    const first = await stageWith(order('Never, DefaultPermissionPolicy'), { Never });
    expect(first.may([['joe', 'TICKET_VIEW']], 'joe', 'TICKET_VIEW')).toBe(false);
    const last = await stageWith(order('DefaultPermissionPolicy, Never'), { Never });
    expect(last.may([['joe', 'TICKET_VIEW']], 'joe', 'TICKET_VIEW')).toBe(true);
    expect(await last.why([], 'joe', 'TICKET_VIEW')).toEqual({ allowed: false, why: 'Never refuses it.' });
  });

  test('a policy that the option does not name is never asked', async () => {
    const Everything = policy(() => true);
    const { may } = await stageWith({}, { Everything });
    expect(may([], 'joe', 'TRAC_ADMIN')).toBe(false);
  });

  test('a policy may be named with its plugin', async () => {
    const { may, why } = await stageWith(order('extra.Everything'), { Everything: policy(() => true) });
    expect(may([], 'joe', 'TICKET_VIEW')).toBe(true);
    expect(await why([], 'joe', 'TICKET_VIEW')).toEqual({ allowed: true, why: 'extra.Everything grants it.' });
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
    ],
    ['answers with a promise', (() => Promise.resolve(true)) as unknown as IPermissionPolicy['checkPermission']],
  ])('a policy that %s refuses, and is logged', async (_how, check) => {
    const { stage, may, why } = await stageWith(order('Broken, DefaultPermissionPolicy'), { Broken: policy(check) });
    expect(may([['joe', 'TICKET_VIEW']], 'joe', 'TICKET_VIEW')).toBe(false);
    expect(stage.logged.join()).toContain('Broken');
    expect((await why([], 'joe', 'TICKET_VIEW')).why).toContain('Broken');
  });

  test('an unknown name refuses everything to everybody and is reported with the nearest name', async () => {
    const { may, why, problems } = await stageWith(order('DefaultPermissionPolicy, DefaultTicketPolcy'));
    expect(may([['root', 'TRAC_ADMIN']], 'root', 'TICKET_VIEW')).toBe(false);
    expect((await why([['root', 'TRAC_ADMIN']], 'root', 'TICKET_VIEW')).why).toContain('DefaultTicketPolcy');
    expect(problems().diagnose()).toMatchObject([
      { severity: 'error', remedy: 'Did you mean DefaultTicketPolicy?', place: { section: 'trac', key: 'permission_policies' } },
    ]);
    const far = await stageWith(order('Zzz'));
    expect(far.problems().diagnose()[0]?.remedy).toContain('[components]');
  });

  test("Trac's policies over things that do not exist here count as empty", async () => {
    const { may, problems } = await stageWith(
      order('ReadonlyWikiPolicy, DefaultWikiPolicy, DefaultPermissionPolicy, LegacyAttachmentPolicy'),
    );
    expect(may([['joe', 'TICKET_VIEW']], 'joe', 'TICKET_VIEW')).toBe(true);
    expect(problems().diagnose()).toEqual([]);
  });

  test('a question that comes back to itself is refused, and the answer to it is not spoilt for later', async () => {
    const Circle = policy((permission, who, resource) => {
      if (permission === 'TICKET_VIEW') return who.can('TICKET_APPEND', resource) || undefined;
      if (permission === 'TICKET_APPEND') return who.can('TICKET_VIEW', resource) || undefined;
      return undefined;
    });
    const { permissions } = await stageWith(order('Circle, DefaultPermissionPolicy'), { Circle });
    const can = permissions.judge(directoryOf([['joe', 'TICKET_APPEND']]), userOf('joe'));
    expect([can('TICKET_VIEW'), can('TICKET_APPEND'), can('TICKET_VIEW')]).toEqual([true, true, true]);
    const nobody = permissions.judge(directoryOf([]), userOf('joe'));
    expect([nobody('TICKET_VIEW'), nobody('TICKET_APPEND')]).toEqual([false, false]);
  });

  test('each question is asked once in an operation, and about each object anew', async () => {
    const asked: (Resource | undefined)[] = [];
    const Listening = policy((_permission, _who, resource) => {
      asked.push(resource);
      return undefined;
    });
    const { permissions } = await stageWith(order('Listening'), { Listening });
    const can = permissions.judge(directoryOf([]), userOf('joe'));
    const [first, second] = [
      { realm: 'ticket', id: 1, object: { n: 1 } },
      { realm: 'ticket', id: 1, object: { n: 2 } },
    ];
    for (const resource of [undefined, undefined, first, { ...first }, second, { realm: 'comment', id: 1, parent: first }])
      can('TICKET_VIEW', resource);
    expect(asked).toEqual([undefined, first, second, { realm: 'comment', id: 1, parent: first }]);
  });

  test('policies are told groups and plain grants', async () => {
    const Telling = policy((permission, who) =>
      permission === 'ASK' ? who.groups.has('dev') && who.holds('TICKET_CHGPROP') : undefined,
    );
    const { may } = await stageWith(order('Telling'), { Telling });
    expect(
      may(
        [
          ['joe', 'dev'],
          ['dev', 'TICKET_MODIFY'],
        ],
        'joe',
        'ASK',
      ),
    ).toBe(true);
    expect(may([['dev', 'TICKET_MODIFY']], 'dev', 'ASK')).toBe(false);
  });
});

describe('grants', () => {
  test('a name that somebody merely typed gives nothing', async () => {
    const { permissions } = await stageWith({});
    const can = permissions.judge(
      directoryOf([
        ['root', 'TRAC_ADMIN'],
        ['anonymous', 'TICKET_VIEW'],
      ]),
      { name: 'root', authenticated: false },
    );
    expect([can('TICKET_VIEW'), can('TRAC_ADMIN')]).toEqual([true, false]);
  });

  test('the reason names the grant behind an answer', async () => {
    const { why } = await stageWith({});
    const grants: Grants = [
      ['joe', 'staff'],
      ['staff', 'TICKET_ADMIN'],
      ['joe', 'TICKET_VIEW'],
      ['anonymous', 'SEARCH_VIEW'],
    ];
    expect((await why(grants, 'joe', 'TICKET_VIEW')).why).toBe('Granted to joe.');
    expect((await why(grants, 'joe', 'TICKET_CREATE')).why).toBe('TICKET_ADMIN, granted to the group staff, includes it.');
    expect((await why(grants, 'joe', 'SEARCH_VIEW')).why).toBe('Granted to the group anonymous.');
    expect((await why(grants, 'joe', 'REPORT_VIEW')).why).toBe('No grant and no policy gives it.');
    expect((await why(grants, 'joe', 'NO_SUCH')).why).toBe('Nothing defines NO_SUCH.');
  });

  test('people with a disabled account are not among those who hold a permission', async () => {
    const { stage, permissions } = await stageWith({});
    const directory = directoryOf([['authenticated', 'TICKET_MODIFY']], ['zoe', 'joe', 'gone']);
    const names = await stage.read('anonymous', (ctx) =>
      permissions.usersWith({ ...ctx, directory }, 'TICKET_MODIFY', { realm: 'ticket' }),
    );
    expect(names).toEqual(['joe', 'zoe']);
  });

  test('members are found through nested groups and circles; groups themselves are none', async () => {
    const { stage, permissions } = await stageWith({});
    const directory = directoryOf(
      [
        ['dev', 'staff'],
        ['joe', 'dev'],
        ['staff', 'dev'],
        ['jane', 'staff'],
        ['authenticated', 'all'],
        ['both', 'dev'],
        ['x', 'both'],
      ],
      ['joe', 'both'],
    );
    const members = (group: string) => stage.read('anonymous', (ctx) => permissions.membersOf({ ...ctx, directory }, group));
    expect(await members('staff')).toEqual(['both', 'jane', 'joe', 'x']);
    expect(await members('all')).toEqual(['both', 'joe', 'x']);
    expect(await members('authenticated')).toEqual(['both', 'joe', 'x']);
    expect(await members('nobody')).toEqual([]);
  });
});

describe('[extra-permissions]', () => {
  const extra = {
    'extra-permissions': {
      qa_admin: 'QA_SIGN, RELEASE_CUT',
      _more: 'AUDIT_VIEW',
      ticket_admin: 'QA_SIGN',
      bad: 'lower, Good 42',
    },
  };

  test('names are defined and include what their line says', async () => {
    const { permissions, may } = await stageWith(extra);
    expect([...permissions.all().keys()]).toEqual(
      expect.arrayContaining(['QA_ADMIN', 'QA_SIGN', 'RELEASE_CUT', 'AUDIT_VIEW', 'BAD', 'LOWER', 'GOOD']),
    );
    expect(permissions.all().has('_MORE')).toBe(false);
    expect(may([['joe', 'QA_ADMIN']], 'joe', 'RELEASE_CUT')).toBe(true);
    expect(may([['joe', 'TICKET_ADMIN']], 'joe', 'QA_SIGN')).toBe(true);
    expect(may([['joe', 'TRAC_ADMIN']], 'joe', 'AUDIT_VIEW')).toBe(true);
    expect(may([['joe', 'QA_SIGN']], 'joe', 'QA_ADMIN')).toBe(false);
    // However it is written there, a permission is upper case.
    expect(may([['joe', 'BAD']], 'joe', 'LOWER')).toBe(true);
  });

  test('a name without letters is reported and left out', async () => {
    const { problems } = await stageWith(extra);
    expect(problems().diagnose()).toMatchObject([
      { message: expect.stringContaining('"42"'), place: { section: 'extra-permissions', key: 'bad' } },
    ]);
  });
});

test('a permission of a component that is switched off grants nothing, and TRAC_ADMIN does not include it', async () => {
  const Flying = component({ implements: [], permissions: { FLY: 'Fly.' }, create: () => ({}) });
  const on = await stageWith({}, { Flying });
  expect([on.may([['joe', 'FLY']], 'joe', 'FLY'), on.may([['root', 'TRAC_ADMIN']], 'root', 'FLY')]).toEqual([true, true]);
  const off = await stageWith({ components: { 'extra.Flying': 'disabled' } }, { Flying });
  expect([off.may([['joe', 'FLY']], 'joe', 'FLY'), off.may([['root', 'TRAC_ADMIN']], 'root', 'FLY')]).toEqual([false, false]);
});
