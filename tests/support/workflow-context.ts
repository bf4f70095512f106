import knex from 'knex';
import type { Adjunct, AdjunctType, IAdjunctService } from '../../core/adjunct/types.ts';
import { silentLog } from '../../core/kernel/log.ts';
import type { Directory, User } from '../../core/security/context.ts';
import type { IPermissionService } from '../../core/security/extension-points.ts';
import type { TicketContext, Values } from '../../core/ticket/types.ts';

/** Never connects: the workflow asks services, not the database. */
const noDatabase = knex({ client: 'better-sqlite3', useNullAsDefault: true, connection: { filename: ':memory:' } });

/** What the permissions of a new Trac environment include, each directly. */
const META: Readonly<Record<string, readonly string[]>> = {
  TICKET_MODIFY: ['TICKET_APPEND', 'TICKET_CHGPROP'],
  TICKET_ADMIN: [
    'TICKET_VIEW',
    'TICKET_CREATE',
    'TICKET_MODIFY',
    'TICKET_EDIT_CC',
    'TICKET_EDIT_DESCRIPTION',
    'TICKET_BATCH_MODIFY',
  ],
  TRAC_ADMIN: ['TICKET_ADMIN', 'EMAIL_VIEW'],
};

/** People and grants as a Trac administrator would list them. */
export interface People {
  readonly accounts: readonly { readonly name: string; readonly fullName?: string; readonly email?: string }[];
  readonly grants: Readonly<Record<string, readonly string[]>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

export function makeDirectory({ accounts, grants, groups }: People): Directory {
  const given = new Map<string, Set<string>>();
  const give = (subject: string, what: string): void => void given.set(subject, (given.get(subject) ?? new Set()).add(what));
  for (const [subject, names] of Object.entries(grants)) for (const name of names) give(subject, name);
  for (const [group, members] of Object.entries(groups)) for (const member of members) give(member, group);
  const people = accounts.map(({ name, fullName = '', email = '' }) => [name, { name, fullName, email }] as const);
  return { people: new Map(people), grants: given };
}

/** Everything a name reaches through groups and included permissions, circles allowed. */
function reach(directory: Directory, user: User): ReadonlySet<string> {
  const reached = new Set<string>();
  const follow = (subject: string): void => {
    if (reached.has(subject)) return;
    reached.add(subject);
    for (const next of [...(directory.grants.get(subject) ?? []), ...(META[subject] ?? [])]) follow(next);
  };
  for (const subject of [user.name, 'anonymous', ...(user.authenticated ? ['authenticated'] : [])]) follow(subject);
  return reached;
}

const userNamed = (name: string): User => ({ name, authenticated: name !== 'anonymous' });

/** The service as the workflow uses it, answered from the directory of the context. */
export const permissionService: IPermissionService = {
  explain: (ctx, user, permission) => ({ allowed: reach(ctx.directory, user).has(permission), why: 'granted or not' }),
  usersWith: (ctx, permission) =>
    [...ctx.directory.people.keys()].filter((name) => reach(ctx.directory, userNamed(name)).has(permission)).sort(),
  membersOf: (ctx, group) =>
    [...ctx.directory.grants.keys()]
      .filter((name) => name === name.toLowerCase() && reach(ctx.directory, userNamed(name)).has(group) && name !== group)
      .filter((name) => ![...ctx.directory.grants.values()].some((given) => given.has(name)))
      .sort(),
  permissionsOf: (ctx, user) => reach(ctx.directory, user),
  all: () => new Map(),
};

/** The vocabularies from plain lists. */
export function adjunctService(lists: Partial<Record<AdjunctType, readonly Partial<Adjunct>[]>>): IAdjunctService {
  return {
    list: async (_ctx, type) => (lists[type] ?? []).map((value) => ({ name: '', description: '', ...value })),
    save: async () => {
      throw new Error('These vocabularies are fixed.');
    },
  };
}

/** A context in which `user` looks at one ticket; without `values` the ticket is new. */
export function ticketContext(directory: Directory, user: string, stored: Values | undefined, draft: Values = {}): TicketContext {
  const who = userNamed(user);
  const held = reach(directory, who);
  return {
    user: who,
    via: 'cli',
    now: new Date('2024-01-01T00:00:00Z'),
    db: noDatabase,
    writable: false,
    log: silentLog,
    directory,
    can: (permission) => held.has(permission),
    afterCommit: () => undefined,
    ticket: { id: stored ? 1 : undefined, exists: stored !== undefined, values: stored ?? draft, version: stored ? 1 : 0 },
  };
}
