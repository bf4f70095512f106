import { component } from '../kernel/component.ts';
import { ISettings } from '../kernel/configuration.ts';
import type { Diagnosis } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import { option } from '../kernel/option.ts';
import { IDiagnostician, IRegistry, ISiteHealth } from '../kernel/registry.ts';
import type { Settings } from '../kernel/settings.ts';
import type { Directory, OperationContext, Resource, User } from './context.ts';
import { IPermissionPolicy, IPermissionService, type Verdict } from './extension-points.ts';
import { PermissionGraph, withExtraPermissions } from './permission-graph.ts';
import { type Decision, Judge, type NamedPolicy } from './policy-chain.ts';
import { findMembers, findRights, type Rights } from './rights.ts';

/** Policies of Trac that rule over what need not exist here (wiki, attachments, repositories): where they are missing they count as empty. */
const EMPTY_POLICIES: readonly string[] = [
  'DefaultWikiPolicy',
  'ReadonlyWikiPolicy',
  'LegacyAttachmentPolicy',
  'AuthzSourcePolicy',
];

/** Trac's default, so that a trac.ini brought along means the same. */
const DEFAULT_POLICIES: readonly string[] = [
  'DefaultWikiPolicy',
  'DefaultTicketPolicy',
  'DefaultPermissionPolicy',
  'LegacyAttachmentPolicy',
];

/** Answers who may do what: grants, groups, meta permissions, `[extra-permissions]`, and the chain of policies over them. */
export const PermissionSystem = component({
  doc: 'Answers who may do what.',
  implements: [IPermissionService, IDiagnostician],
  uses: { registry: IRegistry, settings: ISettings, policies: IPermissionPolicy, health: ISiteHealth },
  options: {
    names: option.list(
      'trac',
      'permission_policies',
      DEFAULT_POLICIES,
      'The policies asked for permissions, in this order; the first that has an answer decides, and without one the permission is refused. A name that no policy bears refuses everything.',
    ),
  },
  create: ({ registry, settings, policies, health, options }) =>
    new Permissions(registry, settings, policies, health, options.names),
});

class Permissions implements IPermissionService, IDiagnostician {
  readonly #registry: IRegistry;
  readonly #settings: Settings;
  readonly #policies: Iterable<IPermissionPolicy>;
  readonly #health: ISiteHealth;
  readonly #names: readonly string[];
  #latest: Directory | undefined;
  readonly #rights = new WeakMap<Directory, Map<string, Rights>>();
  #made:
    | { readonly graph: PermissionGraph; readonly chain: readonly NamedPolicy[]; readonly diagnoses: readonly Diagnosis[] }
    | undefined;

  constructor(
    registry: IRegistry,
    settings: Settings,
    policies: Iterable<IPermissionPolicy>,
    health: ISiteHealth,
    names: readonly string[],
  ) {
    this.#registry = registry;
    this.#settings = settings;
    this.#policies = policies;
    this.#health = health;
    this.#names = names;
  }

  judge(directory: Directory, user: User): (permission: string, resource?: Resource) => boolean {
    this.#latest = directory;
    // Many operations ask nothing.
    let judge: Judge | undefined;
    return (permission, resource) => {
      judge ??= this.#judge(directory, user);
      return judge.decide(permission, resource).allowed;
    };
  }

  explain({ directory }: OperationContext, user: User, permission: string, resource?: Resource): Verdict {
    const decision = this.#judge(directory, user).decide(permission, resource);
    return { allowed: decision.allowed, why: this.#reason(decision, directory, user, permission) };
  }

  isUniform(permission: string): boolean {
    return this.#site().chain.every(({ policy }) => policy === undefined || policy.isUniform?.(permission) === true);
  }

  judgesFields(): boolean {
    return this.#site().chain.some(({ policy }) => policy?.judgesFields?.() === true);
  }

  usersWith({ directory }: OperationContext, permission: string, resource?: Resource): readonly string[] {
    return [...directory.people.values()]
      .filter(
        ({ name, disabled }) =>
          !disabled && this.#judge(directory, { name, authenticated: true }).decide(permission, resource).allowed,
      )
      .map(({ name }) => name)
      .sort();
  }

  membersOf({ directory }: OperationContext, group: string): readonly string[] {
    return [...findMembers(directory, group)].sort();
  }

  isGroup(name: string): boolean {
    if (name === 'anonymous' || name === 'authenticated' || !this.#latest) return true;
    return [...this.#latest.grants.values()].some((actions) => actions.has(name));
  }

  permissionsOf({ directory }: OperationContext, user: User): ReadonlySet<string> {
    return this.#rightsOf(directory, user).permissions;
  }

  all(): ReadonlyMap<string, string> {
    return this.#site().graph.help();
  }

  diagnose(): readonly Diagnosis[] {
    return this.#site().diagnoses;
  }

  #judge(directory: Directory, user: User): Judge {
    return new Judge(this.#site().chain, user, this.#rightsOf(directory, user), (policy, permission, error) =>
      this.#health.report({
        component: this.#registry.idOf(policy),
        task: 'could not judge and refuses',
        error,
        about: { permission, user: user.name },
        refusesAll: true,
      }),
    );
  }

  #rightsOf(directory: Directory, user: User): Rights {
    const known = this.#rights.get(directory) ?? new Map<string, Rights>();
    this.#rights.set(directory, known);
    const key = user.authenticated ? `=${user.name}` : 'anonymous';
    const rights = known.get(key) ?? findRights(directory, user, this.#site().graph);
    known.set(key, rights);
    return rights;
  }

  /** Made at the first question, when every component has been loaded. */
  #site() {
    if (!this.#made) {
      const { permissions, diagnoses } = withExtraPermissions(this.#registry.permissions(), this.#settings);
      const { chain, unknown } = this.#findPolicies();
      this.#made = { graph: new PermissionGraph(permissions), chain, diagnoses: [...diagnoses, ...unknown] };
    }
    return this.#made;
  }

  #findPolicies(): { readonly chain: readonly NamedPolicy[]; readonly unknown: readonly Diagnosis[] } {
    const here = new Map<string, IPermissionPolicy>();
    const ids = new Map<IPermissionPolicy, string>();
    for (const policy of this.#policies) {
      const id = this.#registry.idOf(policy);
      ids.set(policy, id);
      here.set(id, policy);
      here.set(id.slice(id.lastIndexOf('.') + 1), policy);
    }
    const chain: NamedPolicy[] = [];
    const unknown: Diagnosis[] = [];
    for (const name of this.#names) {
      const policy = here.get(name);
      if (!policy && EMPTY_POLICIES.includes(name)) continue;
      chain.push({ name, policy });
      if (!policy) unknown.push(this.#unknownPolicy(name, [...here.keys()]));
    }
    // Ours are on by default: who leaves one out of the list means to.
    const isOurs = (id: string): boolean => id.startsWith('core.') || EMPTY_POLICIES.includes(id.slice(id.lastIndexOf('.') + 1));
    for (const [policy, id] of ids)
      if (!isOurs(id) && !chain.some((named) => named.policy === policy)) unknown.push(this.#idlePolicy(id));
    return { chain, unknown };
  }

  /** Whoever switched it on believes that it protects something. */
  #idlePolicy(id: string): Diagnosis {
    const name = id.slice(id.lastIndexOf('.') + 1);
    return {
      severity: 'error',
      message: `The permission policy ${id} is switched on, but [trac] permission_policies does not name it: it is never asked and protects nothing.`,
      remedy: `Write permission_policies = ${[name, ...this.#names].join(', ')}`,
      place: this.#settings.place('trac', 'permission_policies'),
      component: id,
    };
  }

  #unknownPolicy(name: string, known: readonly string[]): Diagnosis {
    const near = nearest(name, known);
    return {
      severity: 'error',
      message: `No permission policy is called ${name}: until this is put right everything is refused to everybody.`,
      remedy: near
        ? `Did you mean ${near}?`
        : 'Correct the name, enable the component that bears it in [components], or take it out of the list.',
      place: this.#settings.place('trac', 'permission_policies'),
      component: 'core.PermissionSystem',
      refusesAll: true,
    };
  }

  #reason({ allowed, by, failed }: Decision, directory: Directory, user: User, permission: string): string {
    if (failed) return `Refused, because the policy ${by} is missing or failed.`;
    if (allowed && by === undefined) return 'No policy refuses it.';
    if (by === undefined)
      return this.#site().graph.has(permission) ? 'No grant and no policy gives it.' : `Nothing defines ${permission}.`;
    const grant = by === 'DefaultPermissionPolicy' ? this.#grantBehind(directory, user, permission) : undefined;
    return grant ?? `${by} ${allowed ? 'grants' : 'refuses'} it.`;
  }

  #grantBehind(directory: Directory, user: User, permission: string): string | undefined {
    const { granted } = this.#rightsOf(directory, user);
    for (const [name, subject] of [...granted].sort(([a], [b]) => Number(b === permission) - Number(a === permission))) {
      if (!this.#site().graph.expand(name).has(permission)) continue;
      const whom = subject === user.name && user.authenticated ? user.name : `the group ${subject}`;
      return name === permission ? `Granted to ${whom}.` : `${name}, granted to ${whom}, includes it.`;
    }
    return undefined;
  }
}
