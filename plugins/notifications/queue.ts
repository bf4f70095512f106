import { randomUUID } from 'node:crypto';
import type { IOutboxQueue, OperationContext, QueuedMessage } from 'tracts';
import type { IMailbox } from './mailbox.ts';

/** A message as administrators see it: whom it is for and why it waits, nothing of what it says. */
export interface QueuedView {
  readonly id: number;
  readonly channel: string;
  readonly state: QueuedMessage['state'];
  /** A person or an address; `''`: not known yet, or no mail. */
  readonly to: string;
  /** 0: of none, or of several. */
  readonly ticket: number;
  readonly attempt: number;
  readonly created: Date;
  readonly next: Date;
  readonly error: string;
}

export function viewMessage({ id, channel, state, payload, attempt, created, next, lastError }: QueuedMessage): QueuedView {
  const { account, address, events } = payload as { account?: unknown; address?: unknown; events?: { ticket?: unknown }[] };
  const to = [account, address].find((one) => typeof one === 'string') ?? '';
  const ticket = Array.isArray(events) && events.length === 1 ? Number(events[0]?.ticket ?? 0) : 0;
  return { id, channel, state, to: String(to), ticket, attempt, created, next, error: lastError };
}

const CHUNK = 500;

/** Does something to every message of a state, however many there are; returns to how many. */
export async function eachMessage(
  ctx: OperationContext,
  queue: IOutboxQueue,
  state: QueuedMessage['state'],
  act: (ids: readonly number[]) => Promise<number>,
): Promise<number> {
  let count = 0;
  for (let after = 0; ; ) {
    const some = await queue.list(ctx, { state, limit: CHUNK, after });
    if (some.length === 0) return count;
    count += await act(some.map(({ id }) => id));
    after = some.at(-1)?.id ?? 0;
  }
}

/** Sends a mail that says that mails can be sent. */
export async function sendTestMail({ send, address, baseUrl }: IMailbox, to: string, project: string): Promise<void> {
  const id = randomUUID();
  await send({
    to: { address: to },
    subject: `[${project}] Test`,
    date: new Date(),
    messageId: `<test.${id}@${address.slice(address.indexOf('@') + 1)}>`,
    headers: {},
    text: `Mails of ${project} reach you.\n${baseUrl === '' ? '' : `\n${baseUrl}\n`}`,
  });
}
