import type { Directory, User } from './context.ts';
import { isPermissionName, type PermissionGraph, reach } from './permission-graph.ts';

/** What a user holds by grants alone, before any policy is asked. */
export interface Rights {
  /** Nested ones, `anonymous` and `authenticated` included. */
  readonly groups: ReadonlySet<string>;
  /** Everything held, meta permissions expanded; only what something defines. */
  readonly permissions: ReadonlySet<string>;
  /** What was granted as it stands, and to whom: the user or one of the groups. */
  readonly granted: ReadonlyMap<string, string>;
}

/**
 * Who counts as the user: everybody is `anonymous` too. A name that somebody merely typed gives nothing: only
 * `authenticated` users are looked up by name.
 */
const startOf = ({ name, authenticated }: User): string[] =>
  authenticated ? [name, 'authenticated', 'anonymous'] : ['anonymous'];

/** Follows groups from the user outwards. */
export function findRights({ grants }: Directory, user: User, graph: PermissionGraph): Rights {
  const given = (subject: string): string[] => [...(grants.get(subject) ?? [])];
  const subjects = reach(startOf(user), (subject) => given(subject).filter((action) => !isPermissionName(action)));
  const granted = new Map<string, string>();
  for (const subject of subjects)
    for (const action of given(subject)) if (isPermissionName(action) && !granted.has(action)) granted.set(action, subject);
  const permissions = new Set([...granted.keys()].flatMap((action) => [...graph.expand(action)]));
  const groups = new Set(subjects);
  if (user.authenticated) groups.delete(user.name);
  return { groups, permissions, granted };
}

/**
 * Names in a group that stand for people: members that are no group themselves, through nested groups. The group
 * `authenticated` is everybody with an account. A name that is both an account's and a group's counts as both.
 */
export function findMembers({ grants, people }: Directory, group: string): Set<string> {
  const members = new Map<string, string[]>([
    ['authenticated', [...people.keys()]],
    ['anonymous', []],
  ]);
  for (const [subject, actions] of grants)
    for (const action of actions) if (!isPermissionName(action)) members.set(action, [...(members.get(action) ?? []), subject]);
  const reached = reach(members.get(group) ?? [], (name) => members.get(name) ?? []);
  return new Set([...reached].filter((name) => !members.has(name) || people.has(name)));
}
