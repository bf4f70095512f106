import type { IPages, ITicketFields, ITicketService, OperationContext, TicketContext } from 'tracts';
import { hideAddresses, type IAddressPrivacy } from 'tracts/addresses';
import type { ITicketViews } from 'tracts/ticket-web';

/** What the pages of a ticket's history use. */
export interface Needs {
  readonly pages: IPages;
  readonly tickets: ITicketService;
  readonly fields: ITicketFields;
  readonly privacy: IAddressPrivacy;
  readonly views: ITicketViews;
}

/** Text as this person may read it. */
export const hider = (ctx: OperationContext, privacy: IAddressPrivacy): ((text: string) => string) =>
  privacy.mayRead(ctx) ? (text) => text : hideAddresses;

/** A person as the pages name him. */
export function personOf(
  ctx: OperationContext,
  name: string,
  hide: (text: string) => string,
): { readonly name: string; readonly label: string } {
  const fullName = ctx.directory.people.get(name)?.fullName;
  return { name: hide(name), label: hide(fullName || name || 'anonymous') };
}

/** The summary, for headings; `''` where the person may not see it. */
export async function headingOf({ fields }: Needs, ctx: TicketContext, hide: (text: string) => string): Promise<string> {
  const seen = (await fields.visible(ctx, ctx.ticket)).some(({ name }) => name === 'summary');
  return seen ? hide(String(ctx.ticket.values['summary'] ?? '')) : '';
}
