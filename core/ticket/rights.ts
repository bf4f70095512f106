import type { Field, TicketContext } from './types.ts';
import { PROTECTED_FIELDS } from './values.ts';

const split = new Map<string, readonly string[]>();

/** Every field of every form asks; there are as many texts as an administrator wrote. */
function namesIn(permissions: string): readonly string[] {
  const known = split.get(permissions);
  if (known) return known;
  const names = permissions
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  if (split.size < 1000) split.set(permissions, names);
  return names;
}

const holdsAll = (ctx: TicketContext, permissions: string): boolean => namesIn(permissions).every((name) => ctx.can(name));

function mayEdit(ctx: TicketContext, field: Field): boolean {
  if (PROTECTED_FIELDS.has(field.name)) return false;
  if (!ctx.ticket.exists) return holdsAll(ctx, field.createPermission ?? '');
  return holdsAll(ctx, field.editPermission ?? 'TICKET_CHGPROP');
}

/** Settles which fields this person may edit on this ticket; nothing later may widen it but a manipulator that means to. */
export function applyRights(ctx: TicketContext, fields: Iterable<Field>): void {
  for (const field of fields) field.editable = field.editable && mayEdit(ctx, field);
}

/**
 * Why a name given by somebody without an account cannot be used; undefined when it can. An account's name would let
 * a stranger pass for its owner, who has rights on tickets he reported.
 */
export function nameFault(ctx: TicketContext, name: string): string | undefined {
  if (name.length > 200) return 'This name is too long; 200 characters at most.';
  const key = name.trim().toLowerCase();
  for (const person of ctx.directory.people.keys())
    if (person.toLowerCase() === key) return `“${name}” is the name of an account; log in to use it, or give another name.`;
  return undefined;
}
