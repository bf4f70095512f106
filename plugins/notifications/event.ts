import type { OutboxPayload } from 'tracts';
import type { NotificationCategory, NotificationEvent } from './api.ts';

/** One value replaced in many tickets. */
export interface Replacement {
  readonly field: string;
  readonly from: string;
  readonly to: string;
  readonly comment: string;
}

/** What a message of the channel `notify` says: what happened to one ticket, or the same to many. */
export interface Happening {
  readonly events: readonly NotificationEvent[];
  readonly replacement?: Replacement | undefined;
}

type Stored = Omit<NotificationEvent, 'time'> & { readonly time: number };

const store = (event: NotificationEvent): Stored => ({ ...event, time: event.time.getTime() });

export const toPayload = ({ events, replacement }: Happening): OutboxPayload => ({
  events: events.map(store),
  ...(replacement ? { replacement } : {}),
});

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function restore(stored: Partial<Stored>): NotificationEvent {
  return {
    category: (stored.category ?? 'changed') as NotificationCategory,
    ticket: Number(stored.ticket),
    number: Number(stored.number ?? 0),
    time: new Date(Number(stored.time ?? 0)),
    author: textOf(stored.author),
    owner: textOf(stored.owner),
    reporter: textOf(stored.reporter),
    cc: textOf(stored.cc),
    component: textOf(stored.component),
    previousOwner: textOf(stored.previousOwner),
    previousCc: textOf(stored.previousCc),
    mentioned: stored.mentioned ?? [],
  };
}

/** Reads what an earlier version of this program may have written. */
export function fromPayload(payload: OutboxPayload): Happening {
  const events = (Array.isArray(payload['events']) ? payload['events'] : []) as Partial<Stored>[];
  return { events: events.map(restore), replacement: payload['replacement'] as Replacement | undefined };
}
