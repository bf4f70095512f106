import { NotFoundError, PermissionError } from '../kernel/errors.ts';
import type { OperationContext } from '../security/context.ts';
import { loadTicket, loadTickets, type StoredTicket } from './store.ts';
import type { TypeOf } from './submission.ts';
import type { Field, Ticket, TicketContext } from './types.ts';

/** The default of a field on a new ticket; a default its type cannot read counts as none. */
export function initialValue(field: Field, typeOf: TypeOf, ctx: OperationContext): unknown {
  const raw = field.value ?? '';
  const type = typeOf(field.type);
  try {
    if (type.initial) return type.initial(raw, field, ctx);
    return typeof raw === 'string' && raw !== '' ? type.deserialise(raw) : raw;
  } catch {
    return '';
  }
}

/** The operation on one ticket; permissions asked without a resource are asked about this ticket. */
export function onTicket(ctx: OperationContext, ticket: Ticket): TicketContext {
  const resource = { realm: 'ticket', id: ticket.id, object: ticket };
  // A form asks the same few questions for each of its fields.
  const known = new Map<string, boolean>();
  const canHere = (permission: string): boolean => {
    const before = known.get(permission);
    if (before !== undefined) return before;
    const answer = ctx.can(permission, resource);
    known.set(permission, answer);
    return answer;
  };
  return { ...ctx, ticket, can: (permission, about) => (about === undefined ? canHere(permission) : ctx.can(permission, about)) };
}

/** A ticket that does not exist yet, with every field's default. */
export function draftTicket(ctx: OperationContext, fields: readonly Field[], typeOf: TypeOf): Ticket {
  const values: Record<string, unknown> = {};
  for (const field of fields) values[field.name] = initialValue(field, typeOf, ctx);
  Object.assign(values, { status: '', resolution: '', time: '', changetime: '' });
  return { id: undefined, exists: false, values, version: 0 };
}

/** A stored ticket with typed values. A custom field that was added later shows its default (FD-10). */
export function toTicket(stored: StoredTicket, fields: readonly Field[], typeOf: TypeOf, ctx: OperationContext): Ticket {
  const values: Record<string, unknown> = { ...stored.columns, time: stored.time, changetime: stored.changetime };
  for (const field of fields) {
    if (!field.custom) continue;
    const text = stored.custom.get(field.name);
    values[field.name] =
      text === undefined ? initialValue(field, typeOf, ctx) : text === '' ? '' : typeOf(field.type).deserialise(text);
  }
  return { id: stored.id, exists: true, values, version: stored.version, descriptionFormat: stored.descriptionFormat };
}

const MOST_AT_ONCE = 500;

/** Loads those of the tickets that the person may view, in the order of the ids; nothing is locked. */
export async function openTickets(
  ctx: OperationContext,
  ids: readonly number[],
  fields: readonly Field[],
  typeOf: TypeOf,
): Promise<readonly TicketContext[]> {
  const custom = fields.some((field) => field.custom);
  const opened: TicketContext[] = [];
  for (let start = 0; start < ids.length; start += MOST_AT_ONCE) {
    const some = ids.slice(start, start + MOST_AT_ONCE);
    const stored = await loadTickets(ctx.db, some, { custom });
    for (const id of some) {
      const found = stored.get(id);
      const open = found && onTicket(ctx, toTicket(found, fields, typeOf, ctx));
      if (open?.can('TICKET_VIEW')) opened.push(open);
    }
  }
  return opened;
}

/** Loads a ticket that the person may view. An id beyond what the database can hold is simply not there. */
export async function openTicket(
  ctx: OperationContext,
  id: number,
  fields: readonly Field[],
  typeOf: TypeOf,
): Promise<TicketContext> {
  const stored =
    Number.isInteger(id) && id > 0 && id < 2 ** 31
      ? await loadTicket(ctx.db, id, { lock: ctx.writable, custom: fields.some((field) => field.custom) })
      : undefined;
  const open = stored && onTicket(ctx, toTicket(stored, fields, typeOf, ctx));
  // Who may view no ticket at all does not learn either which ones there are.
  const mayView = open ? open.can('TICKET_VIEW') : ctx.can('TICKET_VIEW', { realm: 'ticket' });
  if (!mayView) throw new PermissionError('TICKET_VIEW', `view ticket #${id}`);
  if (!open) throw new NotFoundError(`There is no ticket #${id}.`);
  return open;
}
