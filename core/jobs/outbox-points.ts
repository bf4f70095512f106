import { extensionPoint, service } from '../kernel/tokens.ts';
import type { OperationContext } from '../security/context.ts';

/** Plain data, kept as JSON. */
export type OutboxPayload = Readonly<Record<string, unknown>>;

export interface OutboxOptions {
  /** Not before then. Default: at once. */
  readonly notBefore?: Date;
  /** Of messages with one key that still wait, only the first is kept. */
  readonly key?: string;
}

/** Leaves messages for the world outside, in the transaction of the change that they tell of. */
export interface IOutbox {
  /** `channel`: a registered one. Needs a writing transaction; an undone one sends nothing. */
  put(ctx: OperationContext, channel: string, payload: OutboxPayload, options?: OutboxOptions): Promise<void>;
}
export const IOutbox = service<IOutbox>('IOutbox', { doc: 'Leaves messages for the world outside.' });

export interface OutboxMessage {
  readonly id: number;
  readonly channel: string;
  readonly payload: OutboxPayload;
  /** 1 for the first. */
  readonly attempt: number;
  readonly created: Date;
}

/** Why a message could not be delivered. Anything else thrown counts as temporary. */
export class DeliveryError extends Error {
  /** True: no further attempt will help. */
  readonly permanent: boolean;
  /** Seconds to wait at least. */
  readonly retryAfter: number | undefined;
  constructor(message: string, { permanent = false, retryAfter }: { permanent?: boolean; retryAfter?: number } = {}) {
    super(message);
    this.name = 'DeliveryError';
    this.permanent = permanent;
    this.retryAfter = retryAfter;
  }
}

/** One way out. */
export interface OutboxChannel {
  readonly name: string;
  /** One line for administrators. */
  readonly summary: string;
  /** Attempts before a message is laid aside as dead. Default 8, over about a day. */
  readonly attempts?: number;
  /** How many messages may be under way at once in one process. Default 1. */
  readonly concurrency?: number;
  /** Outside any transaction; opens its own through `IContexts`. At least once: the same message may come twice after a crash. */
  deliver(message: OutboxMessage): Promise<void>;
}

/** Adds ways out. Combined: all; a repeated name is an error. If `deliver` throws: see `DeliveryError`. */
export interface IOutboxChannelProvider {
  getOutboxChannels(): readonly OutboxChannel[];
}
export const IOutboxChannelProvider = extensionPoint<IOutboxChannelProvider>('IOutboxChannelProvider', {
  doc: 'Adds ways out for messages.',
});

/** What administrators see of the queue. */
export interface QueuedMessage extends OutboxMessage {
  readonly state: 'waiting' | 'dead';
  readonly next: Date;
  readonly lastError: string;
}

/** Looks after the queue. */
export interface IOutboxQueue {
  counts(ctx: OperationContext): Promise<readonly { channel: string; state: 'waiting' | 'dead'; count: number }[]>;
  /** Oldest first. */
  list(
    ctx: OperationContext,
    which: { channel?: string; state?: 'waiting' | 'dead'; limit: number; after?: number },
  ): Promise<readonly QueuedMessage[]>;
  /** At once, with the attempts counted from the start. Returns how many. */
  retry(ctx: OperationContext, ids: readonly number[]): Promise<number>;
  discard(ctx: OperationContext, ids: readonly number[]): Promise<number>;
}
export const IOutboxQueue = service<IOutboxQueue>('IOutboxQueue', { doc: 'Looks after the messages that wait.' });
