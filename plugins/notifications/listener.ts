import {
  component,
  type Directory,
  IOutbox,
  ITicketChangeListener,
  type OperationContext,
  type TicketChange,
  type TicketContext,
  type ValueReplacement,
  type Values,
} from 'tracts';
import type { NotificationEvent } from './api.ts';
import { toPayload } from './event.ts';
import { mentionsIn, newMentions } from './mentions.ts';
import { INotificationSettings } from './settings.ts';
import { ticketFacts } from './store.ts';

const textOf = (values: Values, name: string): string => {
  const value = values[name];
  return typeof value === 'string' ? value : '';
};

/** Names in what was written: the comment, and what is new in the description. */
function mentioned({ before, after, changed, comment }: TicketChange, existed: boolean, directory: Directory): readonly string[] {
  const old = existed ? textOf(before, 'description') : '';
  const described = !existed || changed.has('description') ? newMentions(old, textOf(after, 'description'), directory) : [];
  return [...new Set([...mentionsIn(comment, directory), ...described])];
}

function eventOf(ctx: TicketContext, change: TicketChange, existed: boolean): NotificationEvent {
  const { before, after, changed, number = 0, author } = change;
  const previous = (name: string): string => (existed && changed.has(name) ? textOf(before, name) : '');
  return {
    category: existed ? 'changed' : 'created',
    ticket: ctx.ticket.id ?? 0,
    number,
    time: ctx.now,
    author,
    owner: textOf(after, 'owner'),
    reporter: textOf(after, 'reporter'),
    cc: textOf(after, 'cc'),
    component: textOf(after, 'component'),
    previousOwner: previous('owner'),
    previousCc: previous('cc'),
    mentioned: mentioned(change, existed, ctx.directory),
  };
}

/** Leaves one message for each change, in its transaction; whom to tell is found out later. */
export const TicketNotifications = component({
  doc: 'Leaves word of each ticket change for those who are to be told.',
  implements: [ITicketChangeListener],
  uses: { outbox: IOutbox, settings: INotificationSettings },
  create: ({ outbox, settings: { enabled } }) => {
    const tell = async (ctx: TicketContext, change: TicketChange, existed: boolean): Promise<void> => {
      if (enabled) await outbox.put(ctx, 'notify', toPayload({ events: [eventOf(ctx, change, existed)] }));
    };
    return {
      ticketCreated: (ctx, change) => tell(ctx, change, false),
      ticketChanged: (ctx, change) => tell(ctx, change, true),
      async valueReplaced(ctx, replacement) {
        // A value under another name is the same value to everybody.
        if (!enabled || replacement.action.startsWith('rename ')) return;
        const events = await batchEvents(ctx, replacement);
        if (events.length > 0) await outbox.put(ctx, 'notify', toPayload({ events, replacement: wordsOf(replacement) }));
      },
    };
  },
});

const wordsOf = ({ field, from, to, comment }: ValueReplacement) => ({ field, from, to, comment });

async function batchEvents(
  ctx: OperationContext,
  { tickets }: { readonly tickets: readonly number[] },
): Promise<readonly NotificationEvent[]> {
  const facts = await ticketFacts(ctx.db, tickets);
  return facts.map(({ id, ...fact }) => ({
    category: 'batch',
    ticket: id,
    number: 0,
    time: ctx.now,
    author: ctx.user.name,
    ...fact,
    previousOwner: '',
    previousCc: '',
    mentioned: [],
  }));
}
