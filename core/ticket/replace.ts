import { TracError } from '../kernel/errors.ts';
import type { OperationContext } from '../security/context.ts';
import { causedBy, heardBy } from './causes.ts';
import type { ITicketChangeListener } from './extension-points.ts';
import { onTicket, toTicket } from './load.ts';
import { changeMany, findHolders, lastNumbers, loadMany } from './replacement.ts';
import type { TypeOf } from './submission.ts';
import type { Field, TicketChange, ValueReplacement } from './types.ts';
import { TEXT_COLUMNS } from './values.ts';

/** Tickets that are locked, changed and told of together. */
const TOGETHER = 500;

/** What replacing needs beside the replacement. */
export interface Replacing {
  readonly fields: readonly Field[];
  readonly typeOf: TypeOf;
  readonly listeners: Iterable<ITicketChangeListener>;
  readonly idOf: (listener: object) => string;
  /** What comments are written in. */
  readonly format: string;
}

/** Columns whose values come from elsewhere than a vocabulary. */
const NEVER: ReadonlySet<string> = new Set(['status', 'summary', 'description']);

/** Replaces a value in every ticket that has it, with history, and tells the listeners. Judges nothing: it is no edit. */
export async function replaceEverywhere(
  outer: OperationContext,
  replacement: ValueReplacement,
  site: Replacing,
): Promise<number> {
  const { field, from, to, action, openOnly = false } = replacement;
  if (!outer.writable)
    throw new TracError('TICKETS', 'ITicketService.replaceValue needs a writing transaction: use IContexts.write.');
  if (NEVER.has(field) || !TEXT_COLUMNS.some((name) => name === field) || from === '' || from === to)
    throw new TracError('TICKETS', `ITicketService.replaceValue cannot replace “${from}” by “${to}” in the field ${field}.`);
  const ctx = causedBy(outer, action);
  let count = 0;
  for (;;) {
    const ids = await findHolders(ctx.db, field, from, openOnly, TOGETHER);
    if (ids.length === 0) break;
    const { comment } = replacement;
    const { format } = site;
    const by = { author: ctx.user.name, via: ctx.via, now: ctx.now };
    await changeMany(ctx.db, { ids, column: field, to, action, comment, format, ...by });
    await tell(ctx, replacement, ids, site);
    count += ids.length;
  }
  if (count > 0) ctx.log.info('value replaced in tickets', { field, action, count, via: ctx.via, user: ctx.user.name });
  return count;
}

async function tell(
  ctx: OperationContext,
  replacement: ValueReplacement,
  ids: readonly number[],
  site: Replacing,
): Promise<void> {
  const listeners = [...site.listeners];
  for (const listener of listeners)
    await listener.valueReplaced?.(heardBy(ctx, site.idOf(listener)), { ...replacement, tickets: ids });
  const others = listeners.filter((listener) => listener.ticketChanged && !listener.valueReplaced);
  if (others.length === 0) return;
  const numbers = await lastNumbers(ctx.db, ids);
  for (const stored of await loadMany(ctx.db, ids)) {
    const ticketCtx = onTicket(ctx, toTicket(stored, site.fields, site.typeOf, ctx));
    const change = changeOf(ctx, ticketCtx.ticket.values, replacement, site.format, numbers.get(stored.id));
    for (const listener of others) await listener.ticketChanged?.(heardBy(ticketCtx, site.idOf(listener)), change);
  }
}

const changeOf = (
  ctx: OperationContext,
  after: TicketChange['after'],
  { field, from, action, comment }: ValueReplacement,
  format: string,
  number: number | undefined,
): TicketChange => ({
  notes: [],
  before: { ...after, [field]: from },
  after,
  changed: new Set([field]),
  comment,
  replyTo: undefined,
  internal: false,
  format,
  action,
  number,
  author: ctx.user.name,
  via: ctx.via,
  causes: ctx.causes.slice(0, -1),
});
