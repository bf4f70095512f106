import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Directory, Resource } from '../../core/security/context.ts';
import { DEFAULT_GRANTS } from '../../core/security/core-permissions.ts';
import { IPermissionService } from '../../core/security/extension-points.ts';
import { findMembers } from '../../core/security/rights.ts';
import { inMemory, securityStage, userOf } from '../support/security.ts';

interface Scenario {
  readonly name: string;
  readonly grants: readonly { readonly subject: string; readonly action: string }[];
  readonly known_users: readonly string[];
  readonly users: Readonly<
    Record<string, { readonly permissions: readonly string[]; readonly checks: Readonly<Record<string, boolean>> }>
  >;
  readonly groups_dict: Readonly<Record<string, readonly string[]>>;
  readonly users_with: Readonly<Record<string, readonly string[]>>;
}
interface Golden {
  readonly actions: readonly string[];
  readonly expansion: Readonly<Record<string, readonly string[]>>;
  readonly default_grants: readonly (readonly [string, string])[];
  readonly default_policies_option: string;
  readonly scenarios: readonly Scenario[];
  readonly default_ticket_policy: readonly Readonly<Record<string, unknown>>[];
}

const golden = JSON.parse(readFileSync('tests/golden/perm.json', 'utf8')) as Golden;

/** Realms that do not exist here: wiki pages and repositories. */
const isElsewhere = (permission: string): boolean => /^(WIKI|BROWSER|CHANGESET|FILE|LOG|VERSIONCONTROL)_/.test(permission);
const ours = (permissions: readonly string[]): string[] => permissions.filter((name) => !isElsewhere(name)).sort();

const stage = await securityStage(inMemory);
const permissions = stage.get(IPermissionService);

function directoryOf(grants: readonly (readonly [string, string])[], known: readonly string[]): Directory {
  const given = new Map<string, Set<string>>();
  for (const [subject, action] of grants) given.set(subject, (given.get(subject) ?? new Set()).add(action));
  return { people: new Map(known.map((name) => [name, { name, fullName: '', email: '' }])), grants: given };
}

/** Asks within a context whose directory is this one. */
const within = <T>(directory: Directory, ask: (ctx: Parameters<typeof permissions.explain>[0]) => T): Promise<T> =>
  stage.read('anonymous', (ctx) => ask({ ...ctx, directory }));

test('the permissions are Trac’s, save those of realms that do not exist here', () => {
  expect([...permissions.all().keys()].sort()).toEqual(ours(golden.actions));
});

test.each(ours(golden.actions))('%s includes what it includes in Trac', async (permission) => {
  const held = await within(directoryOf([['joe', permission]], []), (ctx) => permissions.permissionsOf(ctx, userOf('joe')));
  expect([...held].sort()).toEqual(ours(golden.expansion[permission] ?? []));
});

test('a new environment grants what a new Trac environment grants', () => {
  const granted = Object.entries(DEFAULT_GRANTS).flatMap(([subject, actions]) => actions.map((action) => [subject, action]));
  expect(granted).toEqual(golden.default_grants.filter(([, action]) => !isElsewhere(action)));
});

test('the default list of policies is Trac’s', () => {
  const option = stage.kernel.options().find((one) => one.option.name === 'permission_policies');
  expect(option?.option.print(option.option.fallback)).toBe(golden.default_policies_option);
});

describe.each(golden.scenarios)('grants: $name', ({ grants, known_users, users, groups_dict, users_with }) => {
  const directory = directoryOf(
    grants.map(({ subject, action }) => [subject, action] as const),
    known_users,
  );

  test.each(Object.entries(users))('%s holds and may do what Trac says', async (name, expected) => {
    const held = await within(directory, (ctx) => permissions.permissionsOf(ctx, userOf(name)));
    expect([...held].sort()).toEqual(ours(expected.permissions));
    const can = permissions.judge(directory, userOf(name));
    expect(Object.fromEntries(Object.keys(expected.checks).map((permission) => [permission, can(permission)]))).toEqual(
      expected.checks,
    );
  });

  test('the same people with an account hold each permission', async () => {
    for (const [permission, names] of Object.entries(users_with))
      expect(await within(directory, (ctx) => permissions.usersWith(ctx, permission)), permission).toEqual(names);
  });

  test('groups have the members Trac gives them', () => {
    const isGroup = (name: string): boolean => name in groups_dict || name === 'authenticated' || name === 'anonymous';
    for (const [group, members] of Object.entries(groups_dict)) {
      const found = findMembers(directory, group);
      for (const member of members.filter((name) => !isGroup(name))) expect(found, group).toContain(member);
    }
  });
});

const ticket = (id: number, reporter: string): Resource => ({ realm: 'ticket', id, object: { id, values: { reporter } } });
const QUESTIONS: Readonly<Record<string, readonly [string, Resource | undefined]>> = {
  'TICKET_EDIT_DESCRIPTION on ticket 1 (reporter rep)': ['TICKET_EDIT_DESCRIPTION', ticket(1, 'rep')],
  'TICKET_EDIT_DESCRIPTION on ticket 2 (reporter anonymous)': ['TICKET_EDIT_DESCRIPTION', ticket(2, 'anonymous')],
  'TICKET_EDIT_DESCRIPTION global': ['TICKET_EDIT_DESCRIPTION', undefined],
  'TICKET_EDIT_COMMENT on comment 1 of ticket 1 (author commenter)': [
    'TICKET_EDIT_COMMENT',
    { realm: 'comment', id: 1, object: { author: 'commenter' }, parent: ticket(1, 'rep') },
  ],
  'TICKET_CHG_MILESTONE on milestone1': ['TICKET_CHG_MILESTONE', { realm: 'milestone', id: 'milestone1' }],
  'TICKET_CHG_MILESTONE global': ['TICKET_CHG_MILESTONE', undefined],
};

test.each(golden.default_ticket_policy)('$user with $granted may do with own and others’ words what Trac allows', (recorded) => {
  const { user, granted, ...answers } = recorded as { user: string; granted: readonly string[] } & Record<string, unknown>;
  const can = permissions.judge(
    directoryOf(
      granted.map((action) => [user, action] as const),
      [],
    ),
    userOf(user),
  );
  const given = Object.fromEntries(
    Object.entries(QUESTIONS).map(([text, [permission, resource]]) => [text, can(permission, resource)]),
  );
  expect(given).toEqual(answers);
});
