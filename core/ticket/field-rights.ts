import type { OperationContext, Resource } from '../security/context.ts';
import type { Field, HistoryEntry, Ticket } from './types.ts';

/** What is asked about one field: of one ticket, or of tickets as a whole (could it be true for some?). */
export const fieldResource = (name: string, ticket?: Ticket): Resource => ({
  realm: 'field',
  id: name,
  parent: ticket ? { realm: 'ticket', id: ticket.id, object: ticket } : { realm: 'ticket' },
});

/** Tells whether the person may see the field at all. Everybody may, unless a policy refuses. */
export const mayViewField = (ctx: OperationContext, name: string, ticket?: Ticket): boolean =>
  ctx.can('TICKET_FIELD_VIEW', fieldResource(name, ticket));

/** Takes out of a form what a policy hides from the person, and closes what it lets nobody edit. */
export function applyFieldPolicies(ctx: OperationContext, fields: Map<string, Field>, ticket: Ticket): void {
  for (const [name, field] of fields)
    if (!mayViewField(ctx, name, ticket)) fields.delete(name);
    else if (field.editable) field.editable = ctx.can('TICKET_FIELD_EDIT', fieldResource(name, ticket));
}

/** The history without fields that the person may not see; a change of nothing else is left out. */
export function withoutHiddenFields(ctx: OperationContext, history: readonly HistoryEntry[], ticket: Ticket): HistoryEntry[] {
  return history.flatMap((entry) => {
    const fields = entry.fields.filter(({ field }) => mayViewField(ctx, field, ticket));
    if (fields.length === entry.fields.length) return [entry];
    return fields.length === 0 && entry.comment === '' && !entry.deleted ? [] : [{ ...entry, fields }];
  });
}
