import { DeliveryError, type OutboxChannel, type OutboxMessage } from './outbox-points.ts';
import type { Settlement } from './outbox-store.ts';

const SECOND = 1000;
const FIRST_WAIT = 30 * SECOND;
const LONGEST_WAIT = 12 * 3600 * SECOND;
const ATTEMPTS = 8;
/** How long messages wait for a channel that is closed as a whole. */
const GIVE_UP = 5 * 86_400 * SECOND;
const CLOSED_FIRST = 5 * SECOND;
const CLOSED_LONGEST = 600 * SECOND;

/** A fifth more or less, so that what failed together does not come back together. */
const jittered = (wait: number): number => wait * (0.8 + Math.random() * 0.4);

/** Milliseconds to wait after this attempt: half a minute, then four times as long each time; eight attempts take about a day. */
export const waitAfter = (attempt: number): number => jittered(Math.min(FIRST_WAIT * 4 ** (attempt - 1), LONGEST_WAIT));

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 1000);

/** What is taken of one channel and how it fares in this process. */
export class OutboxLane {
  readonly channel: OutboxChannel;
  readonly running = new Set<number>();
  /** Taken and not begun; ours until then. */
  #queue: { readonly message: OutboxMessage; until: number }[] = [];
  #closedUntil = 0;
  /** Failures of the channel as a whole, one after the other. */
  #closings = 0;

  constructor(channel: OutboxChannel) {
    this.channel = channel;
  }

  get name(): string {
    return this.channel.name;
  }

  /** Everything that this process keeps from others. */
  get held(): number[] {
    return [...this.#queue.map(({ message }) => message.id), ...this.running];
  }

  /** While the channel has just failed as a whole, one message at a time shows whether it works again. */
  get #width(): number {
    return this.#closings > 0 ? 1 : Math.max(1, this.channel.concurrency ?? 1);
  }

  isOpen(now: Date): boolean {
    return now.getTime() >= this.#closedUntil;
  }

  /** How many more to take now, so that there are `most`; none while half of them are still there. */
  wants(now: Date, most: number): number {
    if (!this.isOpen(now)) return 0;
    if (this.#closings > 0) return this.held.length > 0 ? 0 : 1;
    return this.#queue.length > most / 2 ? 0 : most - this.#queue.length;
  }

  take(messages: readonly OutboxMessage[], until: Date): void {
    for (const message of messages) this.#queue.push({ message, until: until.getTime() });
  }

  /** What is held stays ours for longer. */
  renew(until: Date): void {
    for (const waiting of this.#queue) waiting.until = until.getTime();
  }

  /** True when a message may begin. One kept for so long that others may have it, e.g. while the machine slept, is forgotten. */
  isReady(now: Date): boolean {
    this.#queue = this.#queue.filter(({ until }) => until > now.getTime());
    return this.#queue.length > 0 && this.isOpen(now) && this.running.size < this.#width;
  }

  /** The next message, which is then under way. */
  begin(): OutboxMessage | undefined {
    const message = this.#queue.shift()?.message;
    if (message) this.running.add(message.id);
    return message;
  }

  /** True when nothing is left to begin. */
  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** Forgets what was not begun, so that it can be given back. */
  giveBack(): Settlement[] {
    return this.#queue.splice(0).map(({ message }) => ({ id: message.id, became: 'untried' }));
  }

  /** Delivers it and says what became of it; never throws. */
  async deliver(message: OutboxMessage, now: () => Date): Promise<Settlement> {
    const { id, attempt } = message;
    try {
      if (attempt > (this.channel.attempts ?? ATTEMPTS)) throw new Error('The process ended during each attempt.');
      await this.channel.deliver(message);
      this.#closings = 0;
      return { id, became: 'sent' };
    } catch (error) {
      return this.#judge(message, error, now());
    } finally {
      this.running.delete(id);
    }
  }

  /** Tries the channel again at once, e.g. because somebody put it right. */
  reopen(): void {
    this.#closedUntil = 0;
  }

  #judge({ id, attempt, created }: OutboxMessage, thrown: unknown, now: Date): Settlement {
    const error = reasonOf(thrown);
    const { permanent = false, retryAfter = 0, wholeChannel = false } = thrown instanceof DeliveryError ? thrown : {};
    const least = retryAfter * SECOND;
    if (wholeChannel) {
      const wait = this.#close(now, least);
      if (now.getTime() - created.getTime() > GIVE_UP) return { id, became: 'dead', error };
      return { id, became: 'later', error, next: new Date(now.getTime() + wait), uncounted: true };
    }
    this.#closings = 0;
    if (permanent || attempt >= (this.channel.attempts ?? ATTEMPTS)) return { id, became: 'dead', error };
    return { id, became: 'later', error, next: new Date(now.getTime() + Math.max(waitAfter(attempt), least)) };
  }

  /** Several that fail together close it once. */
  #close(now: Date, least: number): number {
    if (this.isOpen(now)) {
      const wait = jittered(Math.min(CLOSED_FIRST * 2 ** this.#closings, CLOSED_LONGEST));
      this.#closings += 1;
      this.#closedUntil = now.getTime() + Math.max(wait, least);
    }
    return this.#closedUntil - now.getTime();
  }
}
