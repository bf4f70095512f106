import { nearest } from '../kernel/nearest.ts';
import type { OperationContext, User } from '../security/context.ts';
import type { Asker } from '../security/contexts.ts';
import type { CommandHost, OpenSite } from './extension-points.ts';

/** Whoever can run commands on the environment's folder can do anything to it; changes made so bear this name. */
export const OPERATOR: Asker = { user: { name: 'tracts', authenticated: true }, via: 'cli' };

/** The person that `--user NAME` means; `anonymous` is nobody with an account. */
export const userNamed = (name: string): User => ({ name, authenticated: name !== 'anonymous' });

/**
 * Who acts or looks by `--user NAME`. A name that the site does not know is warned of, not refused: scripts may act for people
 * whose accounts are kept elsewhere.
 */
export async function askerNamed(name: string, site: OpenSite, { err }: Pick<CommandHost, 'err'>): Promise<Asker> {
  const asker: Asker = { user: userNamed(name), via: 'cli' };
  const { people, grants } = await site.contexts.read(OPERATOR, async ({ directory }) => directory);
  if (!asker.user.authenticated || people.has(name) || grants.has(name)) return asker;
  const near = nearest(name, people.keys());
  err(`warning: nobody called “${name}” has an account or a permission here.${near ? ` Did you mean ${near}?` : ''}`);
  return asker;
}

/** The context with every permission: the operator asks no policy what he may see. */
export const seeingAll = (ctx: OperationContext): OperationContext => ({ ...ctx, can: () => true });
