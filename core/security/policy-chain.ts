import type { Resource, User } from './context.ts';
import type { IPermissionPolicy, PolicyContext } from './extension-points.ts';
import type { Rights } from './rights.ts';

/** A name of `[trac] permission_policies`; `policy` undefined: nothing bears it. */
export interface NamedPolicy {
  readonly name: string;
  readonly policy: IPermissionPolicy | undefined;
}

/** An answer and whose it was; `by` undefined: nobody had one. */
export interface Decision {
  readonly allowed: boolean;
  readonly by: string | undefined;
  /** The policy failed, or is missing. */
  readonly failed?: boolean;
}

const NOBODY: Decision = { allowed: false, by: undefined };
const UNREFUSED: Decision = { allowed: true, by: undefined };
/** Granted unless a policy that says so refuses (`IPermissionPolicy.judgesFields`). */
const FIELD_PERMISSIONS: ReadonlySet<string> = new Set(['TICKET_FIELD_VIEW', 'TICKET_FIELD_EDIT']);
/** Stands for “no object” where answers are remembered by object. */
const NO_OBJECT = {};
const MOST_OBJECTS = 20;

const describe = (resource: Resource | undefined): string =>
  resource ? `${resource.realm}:${resource.id ?? ''}<${describe(resource.parent)}` : '';

const objectOf = (resource: Resource | undefined): object => {
  const object = resource?.object ?? resource?.parent?.object;
  return typeof object === 'object' && object !== null ? object : NO_OBJECT;
};

/** Called when a policy fails at a question, which is refused then. */
export type OnFailure = (policy: IPermissionPolicy, permission: string, error: unknown) => void;

/** Asks the policies, in order, whatever one user asks in one operation. Fails closed. */
export class Judge {
  readonly #policies: readonly NamedPolicy[];
  readonly #missing: NamedPolicy | undefined;
  readonly #onFailure: OnFailure;
  readonly #who: PolicyContext;
  #fieldPolicies: readonly NamedPolicy[] | undefined;
  readonly #answers = new Map<object, Map<string, Decision>>();
  /** Questions being answered now. */
  readonly #open = new Set<string>();

  constructor(policies: readonly NamedPolicy[], user: User, rights: Rights, onFailure: OnFailure) {
    this.#policies = policies;
    this.#missing = policies.find(({ policy }) => !policy);
    this.#onFailure = onFailure;
    this.#who = {
      user,
      groups: rights.groups,
      holds: (permission) => rights.permissions.has(permission),
      can: (permission, resource) => this.decide(permission, resource).allowed,
    };
  }

  decide(permission: string, resource?: Resource): Decision {
    const isOfField = FIELD_PERMISSIONS.has(permission);
    if (isOfField && !this.#missing && this.#judgesOfFields().length === 0) return UNREFUSED;
    // Most questions are about no resource, and a text that was just put together costs more to look up than to answer.
    const question = resource ? `${permission} ${describe(resource)}` : permission;
    if (this.#open.size > 0 && this.#open.has(question)) return NOBODY;
    const object = objectOf(resource);
    const known = this.#answers.get(object)?.get(question);
    if (known) return known;
    this.#open.add(question);
    const decision = isOfField
      ? this.#ask(permission, resource, this.#judgesOfFields(), UNREFUSED)
      : this.#ask(permission, resource, this.#policies, NOBODY);
    this.#open.delete(question);
    // An answer given on the way to another may rest on that one having been refused: it is not kept.
    if (this.#open.size === 0) this.#keep(object, question, decision);
    return decision;
  }

  #keep(object: object, question: string, decision: Decision): void {
    // Whoever goes through many tickets asks about one after the other.
    if (this.#answers.size > MOST_OBJECTS) this.#answers.clear();
    const answers = this.#answers.get(object) ?? new Map<string, Decision>();
    this.#answers.set(object, answers.set(question, decision));
  }

  #judgesOfFields(): readonly NamedPolicy[] {
    this.#fieldPolicies ??= this.#policies.filter(({ policy }) => policy?.judgesFields?.());
    return this.#fieldPolicies;
  }

  /** `otherwise`: the answer when no policy has one. */
  #ask(permission: string, resource: Resource | undefined, policies: readonly NamedPolicy[], otherwise: Decision): Decision {
    if (this.#missing) return { allowed: false, by: this.#missing.name, failed: true };
    for (const { name, policy } of policies) {
      try {
        const answer: unknown = policy?.checkPermission(permission, this.#who, resource);
        if (answer === undefined) continue;
        // A promise would read as “allowed”.
        if (typeof answer !== 'boolean') throw new TypeError('a policy answers true, false or undefined, and at once');
        return { allowed: answer, by: name };
      } catch (error) {
        if (policy) this.#onFailure(policy, permission, error);
        return { allowed: false, by: name, failed: true };
      }
    }
    return otherwise;
  }
}
