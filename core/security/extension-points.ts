import type { Diagnosis } from '../kernel/errors.ts';
import { extensionPoint, service } from '../kernel/tokens.ts';
import type { Directory, OperationContext, Person, Resource, User } from './context.ts';

/** What a policy is told of the asker. */
export interface PolicyContext {
  readonly user: User;
  /** Groups the asker is in, nested ones and `anonymous` and `authenticated` included. */
  readonly groups: ReadonlySet<string>;
  /** Looks at plain grants, with groups and meta permissions; asks no policy. */
  holds(permission: string): boolean;
  /** Asks every policy. A question that comes back to itself is refused. */
  can(permission: string, resource?: Resource): boolean;
}

/**
 * Grants or refuses: true grants, false refuses, undefined asks the next; nobody's answer is a refusal.
 * Must be synchronous and pure. `resource` without `id` means the realm as a whole: could it be true for some?
 *
 * Called: for each question, once an operation. Combined: the first answer counts. Ordered and selected by:
 * `[trac] permission_policies`, which has a default; a policy it does not name is never asked, and a name in it that no
 * policy bears refuses everything to everybody. If it throws: refused, and logged.
 */
export interface IPermissionPolicy {
  checkPermission(permission: string, who: PolicyContext, resource: Resource | undefined): boolean | undefined;
  /** True when the answer never depends on which ticket it is about: lists then count in the database. Without it they ask for each ticket. */
  isUniform?(permission: string): boolean;
  /**
   * True when it may refuse TICKET_FIELD_VIEW or TICKET_FIELD_EDIT, asked with `{ realm: 'field', id: name, parent: ticket }`. These two
   * are granted unless a policy refuses; a policy that does not say this is never asked about them, which costs nothing.
   */
  judgesFields?(): boolean;
}
export const IPermissionPolicy = extensionPoint<IPermissionPolicy>('IPermissionPolicy', {
  doc: 'Grants or refuses a permission on a resource.',
  orderedBy: '[trac] permission_policies',
  namesChecked: false,
});

/** The answer to a question of permission with its reason. */
export interface Verdict {
  readonly allowed: boolean;
  /** One sentence: which policy or grant decided. */
  readonly why: string;
}

/** Answers who may do what. */
export interface IPermissionService {
  /** Answers every question of one user in one operation, and remembers its answers: what `ctx.can` is made of. */
  judge(directory: Directory, user: User): (permission: string, resource?: Resource) => boolean;
  /** The same question as `ctx.can`, for anybody, with the reason. */
  explain(ctx: OperationContext, user: User, permission: string, resource?: Resource): Verdict;
  /** True when everybody's answer is the same for all resources of a kind, so that a list need not ask for each. */
  isUniform(permission: string): boolean;
  /** True when some policy may refuse a single field; until then nobody need ask. */
  judgesFields(): boolean;
  /** Names of people with an account that is not disabled, who hold the permission on the resource, sorted. */
  usersWith(ctx: OperationContext, permission: string, resource?: Resource): readonly string[];
  /** Members of a group, through nested groups; circles are allowed. Empty when there is no such group. */
  membersOf(ctx: OperationContext, group: string): readonly string[];
  /** Is somebody in a group of this name, as far as the latest operation knew? Before the first one every name is. */
  isGroup(name: string): boolean;
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

/** An account with everything but its password. */
export interface Account extends Omit<Person, 'timeZone'>, Preferences {
  readonly disabled: boolean;
  /** False for somebody invited who has not followed the link yet. */
  readonly hasPassword: boolean;
  readonly created: Date;
}

/** Accounts: people who can log in. Every method takes a context whose `db` it uses; changing ones need a transaction. */
export interface IUserService {
  find(ctx: OperationContext, name: string): Promise<Account | undefined>;
  /** By name. */
  list(ctx: OperationContext): Promise<readonly Account[]>;
  /** Throws a sentence for people when the name is taken or no name for an account. */
  add(ctx: OperationContext, account: Pick<Account, 'name'> & Partial<AccountChange>): Promise<void>;
  /** A new password, or `disabled`, ends every session of the account. */
  update(ctx: OperationContext, name: string, change: Partial<AccountChange>): Promise<void>;
  /** Removes the account with its sessions, links and own grants. What the person wrote stays. */
  remove(ctx: OperationContext, name: string): Promise<void>;
}
export const IUserService = service<IUserService>('IUserService', { doc: 'Knows the accounts.' });

/** What may be changed of an account. `passwordHash` is what `IPasswords.hash` gave. */
export type AccountChange = Omit<Account, 'name' | 'hasPassword' | 'created'> & { readonly passwordHash: string };

/** How a try to log in ended. `wait`: too many failures; `seconds` until the next try counts. */
export type LoginResult =
  | { readonly kind: 'in'; readonly account: Account }
  | { readonly kind: 'refused' }
  | { readonly kind: 'wait'; readonly seconds: number };

/** Passwords. Hashing takes long on purpose: never call these inside a transaction. They open their own. */
export interface IPasswords {
  hash(password: string): Promise<string>;
  /** What is wrong with it as a new password, in a sentence; undefined: nothing. */
  fault(password: string, name: string): string | undefined;
  /** Judges name and password and counts failures by name and by address. Takes as long for an unknown name. */
  check(name: string, password: string, address: string): Promise<LoginResult>;
  /** Deletes counted failures that no longer matter. */
  purge(ctx: OperationContext): Promise<void>;
}
export const IPasswords = service<IPasswords>('IPasswords', { doc: 'Judges passwords.' });

/** A login, as its owner and administrators see it. */
export interface Session {
  /** Hash of the cookie's value: names the session in forms, opens nothing. */
  readonly id: string;
  readonly account: string;
  readonly formToken: string;
  /** The browser, as it calls itself. */
  readonly client: string;
  readonly created: Date;
  readonly lastSeen: Date;
  readonly expires: Date;
}

/** Logins, kept in the database. Changing methods need a transaction. */
export interface ISessionService {
  /** The session that a cookie's value opens, with its account; undefined: unknown, over, or the account is disabled. */
  find(ctx: OperationContext, token: string): Promise<{ readonly session: Session; readonly account: Account } | undefined>;
  /** Begins a session; `token` is the cookie's value and stands nowhere else. */
  open(ctx: OperationContext, account: string, client: string): Promise<{ readonly token: string; readonly session: Session }>;
  /** Those of the sessions that are not over; asking is no use of them. */
  alive(ctx: OperationContext, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Sessions of an account that are not over, last seen first. */
  list(ctx: OperationContext, account: string): Promise<readonly Session[]>;
  /** Ends a session of this account; that of somebody else stays. */
  revoke(ctx: OperationContext, account: string, id: string): Promise<void>;
  /** Ends all sessions of an account but the one named. */
  revokeOthers(ctx: OperationContext, account: string, id?: string): Promise<void>;
  /** Deletes what is over. */
  purge(ctx: OperationContext): Promise<void>;
}
export const ISessionService = service<ISessionService>('ISessionService', { doc: 'Keeps the sessions.' });

/**
 * Finds mistakes of the configuration that only the database tells, such as a resolution in trac.ini that is not defined. Called: when
 * a configuration is loaded, by checks, and for each page of an administrator, so it must be cheap as long as nothing has changed.
 * Combined: all. If it throws: administrators are told.
 */
export interface ISiteExaminer {
  examine(ctx: OperationContext): readonly Diagnosis[] | Promise<readonly Diagnosis[]>;
}
export const ISiteExaminer = extensionPoint<ISiteExaminer>('ISiteExaminer', {
  doc: 'Finds mistakes of the configuration that only the database tells.',
});

/** What all examiners find now; beside `ISiteHealth`, which cannot ask the database. */
export interface ISiteExamination {
  findings(ctx: OperationContext): Promise<readonly Diagnosis[]>;
}
export const ISiteExamination = service<ISiteExamination>('ISiteExamination', { doc: 'Compares trac.ini with the database.' });

/** What a one-time link is for. `account` is '' where the person chooses a name; `grants` go to that account when it is used. */
export interface OneTimeLink {
  readonly purpose: 'invite' | 'reset';
  readonly account: string;
  readonly grants: readonly string[];
  readonly expires: Date;
}

/** Links that work once: for the first administrator, an invited person, a forgotten password. Their page is /invite/<token>. */
export interface IOneTimeLinks {
  /** Makes a link and gives its token. Earlier links of the same account end. */
  issue(ctx: OperationContext, link: Omit<OneTimeLink, 'expires'>): Promise<string>;
  /** undefined: unknown, used or over. */
  find(ctx: OperationContext, token: string): Promise<OneTimeLink | undefined>;
  /** Takes the link away and gives what it was for; of two at once, one gets undefined. */
  use(ctx: OperationContext, token: string): Promise<OneTimeLink | undefined>;
  /** Deletes what is over. */
  purge(ctx: OperationContext): Promise<void>;
}
export const IOneTimeLinks = service<IOneTimeLinks>('IOneTimeLinks', { doc: 'Makes links that work once.' });

/** Grants as they are stored: `subject` is a user or group, `action` a permission or the name of a group. */
export interface IGrants {
  /** By subject, then action. */
  list(ctx: OperationContext): Promise<readonly { readonly subject: string; readonly action: string }[]>;
  /** Refuses, with the nearest name, a permission that nothing defines. Granting twice is no error. */
  grant(ctx: OperationContext, subject: string, action: string): Promise<void>;
  /** `*` stands for every subject or every action. Refuses when there is nothing to take away. */
  revoke(ctx: OperationContext, subject: string, action: string): Promise<void>;
}
export const IGrants = service<IGrants>('IGrants', { doc: 'Stores who was granted what.' });
