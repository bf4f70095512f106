import { randomUUID } from 'node:crypto';
import type { IOutbox, IPermissionService, ITicketChangeListener, OperationContext, TicketContext, User } from 'tracts';
import { type BodyNeeds, plainValues } from './body.ts';
import { filterOf, personOf } from './hooks.ts';
import type { EventName, HookMessage, Webhook } from './store.ts';

/** The channel's name in the outbox. */
export const CHANNEL = 'webhook';

/** What listening takes. */
export interface ListenNeeds extends BodyNeeds {
  readonly permissions: IPermissionService;
  readonly outbox: IOutbox;
  hooks(ctx: OperationContext): Promise<readonly Webhook[]>;
}

/** The ticket as this person sees it, in the same transaction. */
function seenBy({ permissions }: ListenNeeds, ctx: TicketContext, user: User): TicketContext {
  const judge = permissions.judge(ctx.directory, user);
  const resource = { realm: 'ticket', id: ctx.ticket.id, object: ctx.ticket };
  return { ...ctx, user, can: (permission, about = resource) => judge(permission, about) };
}

type Details = Omit<HookMessage, 'hook' | 'event' | 'delivery' | 'time'>;

function put({ outbox }: ListenNeeds, ctx: OperationContext, hook: Webhook, event: EventName, details: Details): Promise<void> {
  const message: HookMessage = { hook: hook.id, event, delivery: randomUUID(), time: ctx.now.toISOString(), ...details };
  return outbox.put(ctx, CHANNEL, { ...message });
}

const wantedBy = (hooks: readonly Webhook[], event: EventName): readonly Webhook[] =>
  hooks.filter((hook) => hook.enabled && hook.events.includes(event));

/** Leaves a message for each webhook that wants to hear of it and whose person may view the ticket. */
async function tell(
  needs: ListenNeeds,
  ctx: TicketContext,
  event: EventName,
  detailsFor: (seen: TicketContext) => Details | Promise<Details>,
): Promise<void> {
  for (const hook of wantedBy(await needs.hooks(ctx), event)) {
    const person = personOf(hook, ctx.directory);
    const seen = person && seenBy(needs, ctx, person);
    if (!seen?.can('TICKET_VIEW') || !(await filterOf(hook, ctx, needs.fields))(seen)) continue;
    await put(needs, ctx, hook, event, await detailsFor(seen));
  }
}

const idOf = ({ ticket }: TicketContext): { readonly ticket: number } => ({ ticket: ticket.id ?? 0 });

/** Hears of tickets, and leaves messages in the transaction of what they tell of. What is in them is looked up when they leave. */
export const listenFor = (needs: ListenNeeds): ITicketChangeListener => ({
  ticketCreated: (ctx, { author, action, via }) =>
    tell(needs, ctx, 'ticket.created', () => ({ ...idOf(ctx), number: 0, said: { author, action, via } })),
  ticketChanged: (ctx, { number = 0 }) => tell(needs, ctx, 'ticket.changed', () => ({ ...idOf(ctx), number })),
  commentEdited: (ctx, number) => tell(needs, ctx, 'comment.edited', () => ({ ...idOf(ctx), number })),
  commentDeleted: (ctx, number) => tell(needs, ctx, 'comment.deleted', () => ({ ...idOf(ctx), number })),
  ticketDeleted: (ctx) =>
    tell(needs, ctx, 'ticket.deleted', async (seen) => ({
      ...idOf(ctx),
      said: { ticket: { id: ctx.ticket.id, version: ctx.ticket.version, fields: await plainValues(needs, seen) } },
    })),
  async valueReplaced(ctx, { field, from, to, tickets }) {
    for (const hook of wantedBy(await needs.hooks(ctx), 'tickets.changed'))
      await put(needs, ctx, hook, 'tickets.changed', { said: { field, from, to, tickets } });
  },
});
