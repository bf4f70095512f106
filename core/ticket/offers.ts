import { TracError } from '../kernel/errors.ts';
import type { ComponentFailure, IRegistry, ISiteHealth } from '../kernel/registry.ts';
import { checkAction } from './check-action.ts';
import type { ITicketActionController, ITicketManipulator } from './extension-points.ts';
import type { FormDraft } from './form.ts';
import type { ActionSpec, Submission, TicketContext } from './types.ts';

interface Needs {
  readonly controllers: Iterable<ITicketActionController>;
  readonly manipulators: Iterable<ITicketManipulator>;
  readonly registry: IRegistry;
  readonly health: ISiteHealth;
}

/**
 * Asks controllers and manipulators what the form offers. One that fails is left out and reported, so that the page stands; but what
 * it would have forbidden is not known then, and the form refuses what it may have a say in (`FormDraft.blocks`).
 */
export class Offers {
  readonly #needs: Needs;
  /** The actions that each controller was ever seen to have a hand in, under this configuration. */
  readonly #hands = new Map<string, Set<string>>();

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /** Controllers first, then manipulators. */
  async add(ctx: TicketContext, form: FormDraft, submission?: Submission): Promise<void> {
    for (const controller of this.#needs.controllers) await this.#offer(ctx, form, controller);
    for (const manipulator of this.#needs.manipulators) {
      if (!manipulator.prepareTicket) continue;
      const source = this.#needs.registry.idOf(manipulator);
      try {
        await manipulator.prepareTicket(ctx, form.from(source), submission);
      } catch (error) {
        this.#report(ctx, source, 'could not prepare the form', error);
        form.block(source);
      }
    }
  }

  async #offer(ctx: TicketContext, form: FormDraft, controller: ITicketActionController): Promise<void> {
    const source = this.#needs.registry.idOf(controller);
    const specs = await this.#ask(ctx, controller, source);
    if (!specs) {
      form.block(source, this.#hands.get(source) ?? []);
      return;
    }
    form.from(source).offerAll(specs);
    for (const { name, failed } of specs) if (failed) form.block(source, [name]);
  }

  /** Lets some action of a new ticket in whoever may not file otherwise? */
  async letsIn(draft: TicketContext): Promise<boolean> {
    const { controllers, registry } = this.#needs;
    for (const controller of controllers)
      if ((await this.#ask(draft, controller, registry.idOf(controller)))?.some(({ grantsCreate }) => grantsCreate)) return true;
    return false;
  }

  /** A manipulator failed at judging: the request fails with it, and administrators are told whose it was. */
  refuse(ctx: TicketContext, manipulator: ITicketManipulator, error: unknown): never {
    this.#report(ctx, this.#needs.registry.idOf(manipulator), 'could not judge a change and refuses', error);
    throw error;
  }

  /** undefined: it failed. */
  async #ask(
    ctx: TicketContext,
    controller: ITicketActionController,
    source: string,
  ): Promise<readonly ActionSpec[] | undefined> {
    try {
      const specs = await controller.getTicketActions(ctx);
      const hand = this.#hands.get(source) ?? new Set<string>();
      this.#hands.set(source, hand);
      for (const spec of specs) {
        checkAction(spec);
        hand.add(spec.name);
      }
      return specs;
    } catch (error) {
      this.#report(ctx, source, 'could not offer its actions', error);
      return undefined;
    }
  }

  #report(ctx: TicketContext, component: string, task: string, error: unknown): void {
    reportFailure(this.#needs.health, ctx, { component, task, error });
  }
}

/**
 * Takes note of a component that was left out at something on a ticket. Throws the error again when it is an answer for a person, or
 * when the database asks for another try of the whole transaction.
 */
export function reportFailure(
  health: ISiteHealth,
  { ticket, user, writable }: TicketContext,
  failure: Pick<ComponentFailure, 'component' | 'task' | 'error'>,
): void {
  const { error } = failure;
  if (isAnswer(error) || (writable && isConflict(error))) throw error;
  health.report({ ...failure, about: { ticket: ticket.id ?? 'new', user: user.name } });
}

/** A refusal that a person may read is no failure. */
const isAnswer = (error: unknown): boolean => error instanceof TracError && error.expose && error.status < 500;

/** Two transactions got in each other's way: the whole one is tried again. */
const isConflict = (error: unknown): boolean =>
  /^(?:40001|40P01|(?:SQLITE|DATABASE)_(?:BUSY|LOCKED).*)$/.test(String((error as { code?: unknown } | undefined)?.code));
