import type { TicketContext } from './types.ts';

/** May the person read and write internal comments on this ticket? */
export const mayViewInternal = (ctx: TicketContext): boolean => ctx.can('TICKET_VIEW_INTERNAL');
