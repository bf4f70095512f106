import { type Directory, mayViewField, type OperationContext, option, type TicketContext } from 'tracts';

/** How people are named in lists; Trac's options. */
export const NAMING_OPTIONS = {
  fullNames: option.bool('trac', 'show_full_names', true, 'Show people by full name where one is known.', { otherwise: false }),
  addresses: option.bool('trac', 'show_email_addresses', false, 'Show e-mail addresses to people without EMAIL_VIEW, too.', {
    otherwise: false,
  }),
};

/** Values of `NAMING_OPTIONS`. */
export interface Naming {
  readonly fullNames: boolean;
  readonly addresses: boolean;
}

/** What people read instead of a login name: the full name, or an address with its domain hidden from those who may not see it. */
export function displayName(ctx: OperationContext, name: string, naming: Naming): string {
  if (name === '') return '(none)';
  const fullName = naming.fullNames ? ctx.directory.people.get(name)?.fullName : undefined;
  if (fullName) return fullName;
  const shown = naming.addresses || ctx.can('EMAIL_VIEW');
  return shown ? name : name.replace(/@.*?(>?)$/s, '@…$1');
}

/** False when a policy hides from this person who owns the ticket: then no hint and no preset may tell. */
export const seesOwner = (ctx: TicketContext): boolean => mayViewField(ctx, 'owner', ctx.ticket);

/** What becomes of a stored ticket's owner, as a sentence. `next`: as people are named. */
export function describeNewOwner(ctx: TicketContext, next: string, naming: Naming): string {
  if (!ctx.ticket.exists || !seesOwner(ctx)) return `The owner will be ${next}.`;
  return `The owner changes from ${displayName(ctx, String(ctx.ticket.values['owner'] ?? ''), naming)} to ${next}.`;
}

const BUILT_IN_GROUPS: readonly string[] = ['anonymous', 'authenticated'];

/** True for the built-in groups, and when somebody has been made a member of it, so that it is a group and not a person. */
export const isGroup = (directory: Directory, name: string): boolean =>
  BUILT_IN_GROUPS.includes(name) || [...directory.grants.values()].some((given) => given.has(name));
