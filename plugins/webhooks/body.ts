import {
  changeLines,
  type HistoryEntry,
  type ISiteOptions,
  type ITicketFields,
  type ITicketService,
  mayViewField,
  NotFoundError,
  type OperationContext,
  PermissionError,
  type TicketContext,
  type Values,
  valueToJson,
} from 'tracts';
import { hideAddresses, type IAddressPrivacy } from 'tracts/addresses';
import type { HookMessage } from './store.ts';

/** What it takes to say what happened. */
export interface BodyNeeds {
  readonly tickets: ITicketService;
  readonly fields: ITicketFields;
  readonly privacy: IAddressPrivacy;
  readonly site: ISiteOptions;
}

/** Texts anywhere within, as this person may read them. */
function hideWithin(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === 'string') return hide(value);
  if (Array.isArray(value)) return value.map((one) => hideWithin(one, hide));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, hideWithin(one, hide)]));
}

const hiderOf = ({ privacy }: BodyNeeds, open: TicketContext): ((text: string) => string) =>
  privacy.mayRead(open) ? (text) => text : hideAddresses;

/** The ticket's values by field name, as programs read them. */
export async function plainValues(needs: BodyNeeds, open: TicketContext): Promise<Values> {
  const hide = hiderOf(needs, open);
  const fields = await needs.fields.visible(open, open.ticket);
  return Object.fromEntries(
    fields.map((field) => {
      const value = valueToJson(needs.fields.type(field.type), open.ticket.values[field.name] ?? '', field);
      return [field.name, hideWithin(value, hide)];
    }),
  );
}

/** Without `[trac] base_url` nobody knows the whole address: then it is the path alone. */
const addressOf = ({ site }: BodyNeeds, path: string): string => site.baseUrl.replace(/\/+$/, '') + path;

async function plainChange(needs: BodyNeeds, open: TicketContext, entry: HistoryEntry) {
  const hide = hiderOf(needs, open);
  const all = await needs.fields.all(open);
  const internal = new Set(all.filter((field) => field.internal).map(({ name }) => name));
  const wording = { fields: all, typeOf: needs.fields.type, timeZone: open.timeZone, hide };
  return {
    number: entry.number,
    url: addressOf(needs, `/ticket/${open.ticket.id}#comment:${entry.number}`),
    author: hide(entry.author),
    action: entry.action,
    via: entry.via,
    comment: hide(entry.comment),
    commentFormat: entry.format,
    internal: entry.internal,
    fields: entry.fields
      .filter(({ field }) => !internal.has(field))
      .map(({ field, old, new: after }) => ({ field, old: hide(old), new: hide(after) })),
    text: changeLines(entry, wording),
  };
}

async function ticketBody(needs: BodyNeeds, ctx: OperationContext, message: HookMessage): Promise<object | undefined> {
  const open = await needs.tickets.open(ctx, message.ticket ?? 0);
  const { id, version } = open.ticket;
  const ticket = { id, url: addressOf(needs, `/ticket/${id}`), version, fields: await plainValues(needs, open) };
  const { number = 0 } = message;
  if (number === 0) return { ticket, change: hideWithin(message.said ?? {}, hiderOf(needs, open)) };
  const [entry] = await needs.tickets.history(open, { numbers: [number, number] });
  // An edited comment that this person may not read is nothing that happened.
  if (!entry || (message.event === 'comment.edited' && entry.comment === '')) return undefined;
  return { ticket, change: await plainChange(needs, open, entry) };
}

async function replacementBody(
  { tickets }: BodyNeeds,
  ctx: OperationContext,
  { said = {} }: HookMessage,
  fits: (open: TicketContext) => boolean,
): Promise<object | undefined> {
  const { field, from, to, tickets: ids } = said as { field: string; from: string; to: string; tickets: readonly number[] };
  const opened = await tickets.openAll(ctx, ids);
  const seen = opened.filter((open) => mayViewField(open, field, open.ticket) && fits(open)).map(({ ticket }) => ticket.id);
  return seen.length === 0 ? undefined : { replaced: { field, from, to, tickets: seen } };
}

/**
 * What is sent, made with the rights of `ctx`; undefined: this person may see nothing of it. `fits`: the webhook's filter, for what
 * was not judged when it happened.
 */
export async function bodyOf(
  needs: BodyNeeds,
  ctx: OperationContext,
  message: HookMessage,
  fits: (open: TicketContext) => boolean,
): Promise<string | undefined> {
  const { delivery, event, time } = message;
  const head = { delivery, event, time, site: { name: needs.site.projectName, url: needs.site.baseUrl } };
  try {
    if (event === 'ping') return JSON.stringify(head);
    if (event === 'ticket.deleted') return JSON.stringify({ ...head, ...message.said });
    const rest =
      event === 'tickets.changed' ? await replacementBody(needs, ctx, message, fits) : await ticketBody(needs, ctx, message);
    return rest && JSON.stringify({ ...head, ...rest });
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof PermissionError) return undefined;
    throw error;
  }
}
