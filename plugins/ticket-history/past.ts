import { type FieldType, NotFoundError, type Outcome, type TicketContext, type WebRequest } from 'tracts';
import { GREATEST_NUMBER, numberParameter } from './address.ts';
import { hider, type Needs, personOf } from './scope.ts';

/** The number of the last change that the person may see; 0: the ticket is as it was filed. */
export const lastNumber = async ({ tickets }: Needs, ctx: TicketContext): Promise<number> =>
  (await tickets.history(ctx, { last: 50 })).at(-1)?.number ?? (await tickets.history(ctx)).at(-1)?.number ?? 0;

/**
 * The ticket as it was after a change; 0: as it was filed. Goes back from what it is now, so that a field that nobody
 * touched since has its present value.
 */
async function ticketAt({ tickets, fields }: Needs, ctx: TicketContext, version: number): Promise<TicketContext> {
  const types = new Map((await fields.all(ctx)).map(({ name, type }) => [name, fields.type(type)] as const));
  const values: Record<string, unknown> = { ...ctx.ticket.values };
  const settled = new Set<string>();
  for (const { fields: changed } of await tickets.history(ctx, { numbers: [version + 1, GREATEST_NUMBER] }))
    for (const { field, old, note } of changed) {
      const type = types.get(field);
      if (note || !type || settled.has(field)) continue;
      settled.add(field);
      values[field] = storedValue(type, old);
    }
  const [made] = version === 0 ? [] : await tickets.history(ctx, { numbers: [version, version] });
  values['changetime'] = made?.time ?? (version === 0 ? values['time'] : values['changetime']);
  return { ...ctx, ticket: { ...ctx.ticket, values } };
}

const storedValue = (type: FieldType, stored: string): unknown => (stored === '' ? '' : type.deserialise(stored));

/** GET /ticket/N?version=n: fields and texts as they were after change n. */
export async function showVersion(needs: Needs, ctx: TicketContext, request: WebRequest): Promise<Outcome> {
  const version = numberParameter(request, 'version');
  const last = await lastNumber(needs, ctx);
  if (version > last) throw new NotFoundError(`Ticket #${ctx.ticket.id} has no version ${version}; the last one is ${last}.`);
  const [entry] = version === 0 ? [] : await needs.tickets.history(ctx, { numbers: [version, version] });
  const past = await ticketAt(needs, ctx, version);
  const ticket = await needs.views.ticket(past, request);
  const hide = hider(ctx, needs.privacy);
  const path = request.href(`/ticket/${ctx.ticket.id}`);
  return {
    template: 'ticket-history/version.njk',
    data: {
      title: `#${ticket.id} ${ticket.heading} (version ${version})`,
      ticket,
      version,
      last,
      ticketHref: path,
      made: entry ? { by: personOf(ctx, entry.author, hide), time: entry.time } : null,
      changes: entry ? await needs.views.entries(ctx, request, [entry]) : [],
      previous: version > 0 ? `${path}?version=${version - 1}` : '',
      next: version < last ? `${path}?version=${version + 1}` : '',
      history: `${path}?action=history`,
    },
  };
}
