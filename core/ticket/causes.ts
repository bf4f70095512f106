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
  return { ...ctx, causes };
}

/** The same context for one listener: what it does next names it in the chain. */
export const heardBy = <C extends OperationContext>(ctx: C, listener: string): C => ({
  ...ctx,
  causes: [...ctx.causes.slice(0, -1), `${ctx.causes.at(-1) ?? ''} heard by ${listener}`],
});
