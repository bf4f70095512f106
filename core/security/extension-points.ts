import { extensionPoint, service } from '../kernel/tokens.ts';
import type { OperationContext, Person, Resource, User } from './context.ts';

/** What a policy is told of the asker; `holds` looks at plain grants (with groups and meta permissions), asking no policy. */
export interface PolicyContext {
  readonly user: User;
  holds(permission: string): boolean;
}

/**
 * Grants or refuses: true grants, false refuses, undefined asks the next; nobody's answer is a refusal.
 * Must be synchronous and pure. `resource` without `id` means the realm as a whole: could it be true for some?
 *
 * Called: for each question. Combined: the first answer counts. Ordered by: `[trac] permission_policies`, which also
 * selects. If it throws: refused, and logged.
 */
export interface IPermissionPolicy {
  checkPermission(permission: string, who: PolicyContext, resource: Resource | undefined): boolean | undefined;
}
export const IPermissionPolicy = extensionPoint<IPermissionPolicy>('IPermissionPolicy', {
  doc: 'Grants or refuses a permission on a resource.',
  orderedBy: '[trac] permission_policies',
  selects: true,
});

/** The answer to a question of permission with its reason. */
export interface Verdict {
  readonly allowed: boolean;
  /** One sentence: which policy or grant decided. */
  readonly why: string;
}

/** Answers who may do what. */
export interface IPermissionService {
  /** The same question as `ctx.can`, for anybody, with the reason. */
  explain(ctx: OperationContext, user: User, permission: string, resource?: Resource): Verdict;
  /** Names of people with an account who hold the permission on the resource, sorted. */
  usersWith(ctx: OperationContext, permission: string, resource?: Resource): readonly string[];
  /** Members of a group, through nested groups; circles are allowed. Empty when there is no such group. */
  membersOf(ctx: OperationContext, group: string): readonly string[];
  /** Everything a user holds by grant, groups and meta permissions. */
  permissionsOf(ctx: OperationContext, user: User): ReadonlySet<string>;
  /** Every defined permission, with its line of help. */
  all(): ReadonlyMap<string, string>;
}
export const IPermissionService = service<IPermissionService>('IPermissionService', { doc: 'Answers who may do what.' });

/** A person's own settings. */
export interface Preferences {
  readonly timeZone: string;
  readonly theme: 'auto' | 'light' | 'dark';
}

/** Accounts: people who can log in. Every method takes a context whose `db` it uses; changing ones need a transaction. */
export interface IUserService {
  find(ctx: OperationContext, name: string): Promise<(Person & Preferences & { readonly disabled: boolean }) | undefined>;
}
export const IUserService = service<IUserService>('IUserService', { doc: 'Knows the accounts.' });
