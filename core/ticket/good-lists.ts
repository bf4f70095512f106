import type { IRegistry, ISiteHealth } from '../kernel/registry.ts';
import type { OperationContext } from '../security/context.ts';
import type { ITicketFieldProvider } from './extension-points.ts';
import type { FieldSpec, May } from './types.ts';

/**
 * The last list that each provider gave. When it fails that list stands in, so that no ticket is read without its fields: a policy may go
 * by one of them. A provider that never gave a list fails whoever asks; `dropFailingProviders` leaves it out at the start.
 */
export class GoodLists {
  readonly #registry: IRegistry;
  readonly #health: ISiteHealth;
  readonly #lists = new Map<ITicketFieldProvider, readonly FieldSpec[]>();

  constructor(registry: IRegistry, health: ISiteHealth) {
    this.#registry = registry;
    this.#health = health;
  }

  ask(ctx: OperationContext, provider: ITicketFieldProvider): May<readonly FieldSpec[]> {
    try {
      const list = provider.getTicketFields(ctx);
      if (!(list instanceof Promise)) return this.#take(provider, list);
      return list.then(
        (given) => this.#takeOr(ctx, provider, given),
        (error) => this.#standIn(ctx, provider, error),
      );
    } catch (error) {
      return this.#standIn(ctx, provider, error);
    }
  }

  #take(provider: ITicketFieldProvider, list: readonly FieldSpec[]): readonly FieldSpec[] {
    if (this.#lists.get(provider) === list) return list;
    checkFieldList(list);
    this.#lists.set(provider, list);
    return list;
  }

  #takeOr(ctx: OperationContext, provider: ITicketFieldProvider, list: readonly FieldSpec[]): readonly FieldSpec[] {
    try {
      return this.#take(provider, list);
    } catch (error) {
      return this.#standIn(ctx, provider, error);
    }
  }

  #standIn({ user }: OperationContext, provider: ITicketFieldProvider, error: unknown): readonly FieldSpec[] {
    const known = this.#lists.get(provider);
    const task = known ? 'could not give its fields, those it gave before stand in' : 'could not give its fields';
    this.#health.report({ component: this.#registry.idOf(provider), task, error, about: { user: user.name } });
    if (!known) throw error;
    return known;
  }
}

const isTextList = (given: unknown): boolean => Array.isArray(given) && given.every((one) => typeof one === 'string');

/** Throws when what a provider gave is no list of fields. */
export function checkFieldList(list: readonly FieldSpec[]): void {
  if (!Array.isArray(list)) throw new TypeError('it gave no list of fields');
  for (const spec of list as readonly (FieldSpec | null | undefined)[]) {
    if (typeof spec !== 'object' || spec === null) throw new TypeError(`it gave ${String(spec)} in the place of a field`);
    const { name, type, options = [] } = spec;
    if (typeof name !== 'string' || name === '' || typeof type !== 'string')
      throw new TypeError('it gave a field without a name or a type');
    if (!isTextList(options)) throw new TypeError(`the options of its field "${name}" are no list of texts`);
  }
}
