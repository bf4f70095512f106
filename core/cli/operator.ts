import type { OperationContext, User } from '../security/context.ts';
import type { Asker } from '../security/contexts.ts';

/** Whoever can run commands on the environment's folder can do anything to it; changes made so bear this name. */
export const OPERATOR: Asker = { user: { name: 'tracts', authenticated: true }, via: 'cli' };

/** The person that `--user NAME` means; `anonymous` is nobody with an account. */
export const userNamed = (name: string): User => ({ name, authenticated: name !== 'anonymous' });

/** The context with every permission: the operator asks no policy what he may see. */
export const seeingAll = (ctx: OperationContext): OperationContext => ({ ...ctx, can: () => true });
