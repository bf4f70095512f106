import knex from 'knex';
import type { Adjunct, AdjunctType, IAdjunctService } from '../../core/adjunct/types.ts';
import { silentLog } from '../../core/kernel/log.ts';
import type { Directory } from '../../core/security/context.ts';
import type { IPermissionService } from '../../core/security/extension-points.ts';
import type { TicketContext, Values } from '../../core/ticket/types.ts';

/** Never connects: the workflow asks services, not the database. */
const noDatabase = knex({ client: 'better-sqlite3', useNullAsDefault: true, connection: { filename: ':memory:' } });

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

/** The vocabularies from plain lists. */
export function adjunctService(lists: Partial<Record<AdjunctType, readonly Partial<Adjunct>[]>>): IAdjunctService {
  const fixed = async (): Promise<never> => {
    throw new Error('These vocabularies are fixed.');
  };
  return {
    edition: async () => ({}),
    list: async (_ctx, type) => (lists[type] ?? []).map((value) => ({ name: '', description: '', ...value })),
    countUses: async () => new Map(),
    create: fixed,
    change: fixed,
    rename: fixed,
    merge: fixed,
    remove: fixed,
    retarget: fixed,
    reorder: fixed,
    save: fixed,
  };
}

/** A context in which `user` looks at one ticket; without `stored` the ticket is new and holds `draft`. */
export function ticketContext(
  permissions: IPermissionService,
  directory: Directory,
  name: string,
  stored: Values | undefined,
  draft: Values = {},
): TicketContext {
  const user = { name, authenticated: name !== 'anonymous' };
  const can = permissions.judge(directory, user);
  const id = stored ? 1 : undefined;
  const ticket = { id, exists: stored !== undefined, values: stored ?? draft, version: stored ? 1 : 0 };
  const resource = { realm: 'ticket', id, object: ticket };
  return {
    user,
    via: 'cli',
    now: new Date('2024-01-01T00:00:00Z'),
    timeZone: 'UTC',
    db: noDatabase,
    writable: false,
    log: silentLog,
    directory,
    can: (permission, about = resource) => can(permission, about),
    afterCommit: () => undefined,
    causes: [],
    ticket,
  };
}
