import { extensionPoint, service } from '../kernel/tokens.ts';
import type { OperationContext } from '../security/context.ts';

/** Plain data, kept as JSON. */
export type OutboxPayload = Readonly<Record<string, unknown>>;

export interface OutboxOptions {
  /** Not before then. Default: at once. */
  readonly notBefore?: Date;
  /** Of messages of the channel with one key that were never tried, only the first is kept. */
  readonly key?: string;
}

/** Leaves messages for the world outside, in the transaction of the change that they tell of. */
export interface IOutbox {
  /** `channel`: a registered one. Needs a writing transaction; an undone one sends nothing. */
  put(ctx: OperationContext, channel: string, payload: OutboxPayload, options?: OutboxOptions): Promise<void>;
  /**
   * For a channel that turns a message into others: in the transaction that puts those, takes the message out of the queue.
   * False: somebody did before, so do nothing. What `deliver` then does comes to pass exactly once, whatever dies when.
   */
  finish(ctx: OperationContext, message: OutboxMessage): Promise<boolean>;
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

/** What is known of a failure, for the next attempt. */
export interface DeliveryFailure {
  /** No further attempt will help: the message is laid aside at once. */
  readonly permanent?: boolean;
  /** Seconds to wait at least. */
  readonly retryAfter?: number | undefined;
  /**
   * The way out is closed for everybody, e.g. its server does not answer: the attempt does not count, nothing of the channel is
   * tried until the wait is over, and then one message first. A message gives up after five days of that.
   */
  readonly wholeChannel?: boolean;
}

/** Why a message could not be delivered. Anything else thrown counts as temporary. */
export class DeliveryError extends Error {
  readonly permanent: boolean;
  readonly retryAfter: number | undefined;
  readonly wholeChannel: boolean;
  constructor(message: string, { permanent = false, retryAfter, wholeChannel = false }: DeliveryFailure = {}) {
    super(message);
    this.name = 'DeliveryError';
    this.permanent = permanent;
    this.retryAfter = retryAfter;
    this.wholeChannel = wholeChannel;
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
