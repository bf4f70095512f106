import type { Resource } from '../security/context.ts';
import type { Values } from './types.ts';

/** The ticket that a question of permission is about. */
export interface TicketAsked {
  readonly id: number | string;
  /** As stored; undefined where somebody asked by number alone: a policy that goes by values then refuses. */
  readonly values: Values | undefined;
}

/**
 * Finds the ticket that a resource is, or belongs to (a comment, a field); undefined when it is about no single stored
 * ticket: another realm, all tickets, or one that is being written. For `IPermissionPolicy`.
 */
export function ticketAsked(resource: Resource | undefined): TicketAsked | undefined {
  let found = resource;
  while (found && found.realm !== 'ticket') found = found.parent;
  if (found?.id === undefined) return undefined;
  const { values } = (found.object ?? {}) as { readonly values?: Values };
  return { id: found.id, values };
}
