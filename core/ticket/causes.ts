import { TracError } from '../kernel/errors.ts';
import type { OperationContext } from '../security/context.ts';

/** One change may lead to another, and that to the next; a chain longer than this goes round in a circle. */
const LONGEST_CHAIN = 10;

/** The context of what happens because of `step`. Throws when the chain of causes grows too long, naming all of it. */
export function causedBy<C extends OperationContext>(ctx: C, step: string): C {
  const causes = [...ctx.causes, step];
  if (causes.length > LONGEST_CHAIN)
    throw new TracError(
      'CAUSES',
      `Ticket changes set each other off without end, and nothing of it is stored: ${causes.join(' → ')}. ` +
        'One of the components named must not answer a change that it made itself (see TicketChange.causes); until it is mended, disable it in [components] of trac.ini.',
    );
  return { ...ctx, causes, afterCommit: named(ctx, step) };
}

/** The same context for one listener: what it does next names it in the chain. */
export function heardBy<C extends OperationContext>(ctx: C, listener: string): C {
  const step = `${ctx.causes.at(-1) ?? ''} heard by ${listener}`;
  return { ...ctx, causes: [...ctx.causes.slice(0, -1), step], afterCommit: named(ctx, step) };
}

/** Tasks for after the commit bear the name of the step that led to them, unless they have one of their own. */
const named =
  (ctx: OperationContext, step: string): OperationContext['afterCommit'] =>
  (task, what = `what follows ${step}`) =>
    ctx.afterCommit(task, what);
