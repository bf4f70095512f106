import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Log } from '../kernel/log.ts';
import type { Asker, IContexts } from '../security/contexts.ts';
import { OutboxLane } from './outbox-lane.ts';
import type { OutboxChannel, OutboxMessage } from './outbox-points.ts';
import { claimMessages, isDue, renewLease, type Settlement, settleMessages } from './outbox-store.ts';

const WORKER: Asker = { user: { name: 'tracts', authenticated: true }, via: 'job' };
/** Messages of a channel taken at once, at most. */
const BATCH = 16;
const LEASE_MS = 120_000;
const POLL_MS = 1500;
/** What became of messages is written down this often at most: one transaction for all that ended meanwhile. */
const SETTLE_MS = 50;
/** A message begins only when the process was idle for so many times as long as it was busy since the one before ... */
const IDLE_FACTOR = 4;
/** ... or when this much time has passed: a process that is never idle sends slowly, but it sends. */
const LONGEST_PAUSE_MS = 100;

interface WorkerSite {
  readonly contexts: IContexts;
  readonly channels: Iterable<OutboxChannel>;
  readonly log: Log;
  /** Default: the clock. */
  readonly now?: () => Date;
}

interface Wanting {
  readonly lane: OutboxLane;
  readonly limit: number;
}

/** Delivers messages of the outbox, beside the pages and never in their way. Several processes share the work. */
export class OutboxWorker {
  readonly #contexts: IContexts;
  readonly #log: Log;
  readonly #now: () => Date;
  readonly #lanes: readonly OutboxLane[];
  readonly #claim = randomUUID();
  #settled: Settlement[] = [];
  readonly #running = new Set<Promise<void>>();
  #loop: Promise<void> | undefined;
  #stopping = false;
  #hurried = false;
  /** Look into the table at the next turn. */
  #look = true;
  /** Somebody rang while no one was resting. */
  #rung = false;
  #wake: (() => void) | undefined;
  #exchangedAt = 0;
  #renewedAt = performance.now();
  #pace = { elu: performance.eventLoopUtilization(), at: performance.now() };
  #delivered = 0;

  constructor({ contexts, channels, log, now = () => new Date() }: WorkerSite) {
    this.#contexts = contexts;
    this.#log = log;
    this.#now = now;
    this.#lanes = [...channels].map((channel) => new OutboxLane(channel));
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Something was put; `insistent`: closed channels are to be tried too. */
  ring(insistent = false): void {
    if (insistent) for (const lane of this.#lanes) lane.reopen();
    this.#look = true;
    this.#rung = true;
    this.#wake?.();
  }

  /** Begins nothing more, waits for what is under way, and gives back what was not begun. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake?.();
    await this.#loop;
    await this.#end();
  }

  /** Delivers everything that is due and what comes of it, without pauses, and returns how many went out. For tests and commands. */
  async drain(): Promise<number> {
    this.#hurried = true;
    const before = this.#delivered;
    do {
      this.#look = true;
      await this.#exchange();
      this.#beginAll();
      await Promise.all(this.#running);
    } while (this.#settled.length > 0);
    await this.#end();
    return this.#delivered - before;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      let pause: number | undefined;
      try {
        if (this.#look || performance.now() - this.#exchangedAt >= SETTLE_MS) await this.#exchange();
        pause = this.#beginAll();
      } catch (error) {
        this.#log.error('the outbox cannot be read or written; it is tried again', { error: String(error) });
      }
      if (!this.#stopping) await this.#rest(pause);
    }
  }

  async #end(): Promise<void> {
    await Promise.all(this.#running);
    for (const lane of this.#lanes) this.#settled.push(...lane.giveBack());
    this.#look = false;
    try {
      await this.#exchange();
    } catch (error) {
      this.#log.error('what became of the last messages could not be written down', { error: String(error) });
    }
  }

  /** Writes down what ended and takes more, in one transaction, or none where there is nothing to do. */
  async #exchange(): Promise<void> {
    this.#exchangedAt = performance.now();
    const now = this.#now();
    const looking = this.#look;
    this.#look = false;
    const settled = this.#settled;
    this.#settled = [];
    try {
      const wanting = looking ? await this.#wanting(now) : [];
      const renew = performance.now() - this.#renewedAt > LEASE_MS / 4 ? this.#lanes.flatMap(({ held }) => held) : [];
      if (settled.length + wanting.length + renew.length > 0) await this.#write(now, settled, renew, wanting);
    } catch (error) {
      this.#settled.push(...settled);
      throw error;
    }
  }

  async #write(now: Date, settled: readonly Settlement[], renew: readonly number[], wanting: readonly Wanting[]): Promise<void> {
    const lease = new Date(now.getTime() + LEASE_MS);
    const claim = this.#claim;
    const taken = await this.#contexts.write({ ...WORKER, now }, async ({ db }) => {
      await settleMessages(db, claim, settled, now);
      await renewLease(db, claim, renew, lease);
      const batches: (readonly OutboxMessage[])[] = [];
      for (const { lane, limit } of wanting)
        batches.push(await claimMessages(db, lane.name, { now, lease, claim, limit, held: lane.held }));
      return batches;
    });
    if (renew.length > 0) {
      this.#renewedAt = performance.now();
      for (const lane of this.#lanes) lane.renew(lease);
    }
    for (const [index, { lane }] of wanting.entries()) lane.take(taken[index] ?? [], lease);
  }

  /** The lanes that have room, and something due. */
  async #wanting(now: Date): Promise<readonly Wanting[]> {
    const hungry = this.#lanes.map((lane) => ({ lane, limit: lane.wants(now, BATCH) })).filter(({ limit }) => limit > 0);
    if (hungry.length === 0) return [];
    return this.#contexts.read({ ...WORKER, now }, async ({ db }) => {
      const found: Wanting[] = [];
      for (const one of hungry) if (await isDue(db, one.lane.name, now)) found.push(one);
      return found;
    });
  }

  /** Begins what may begin; milliseconds until the next may, or undefined when something else must happen first. */
  #beginAll(): number | undefined {
    const now = this.#now();
    for (const lane of this.#lanes)
      while (lane.isReady(now)) {
        const pause = this.#hurried ? 0 : this.#pause();
        if (pause > 0) return pause;
        const message = lane.begin();
        if (!message) break;
        this.#pace = { elu: performance.eventLoopUtilization(), at: performance.now() };
        this.#track(lane, message);
      }
    return undefined;
  }

  #pause(): number {
    const { active } = performance.eventLoopUtilization(this.#pace.elu);
    return Math.min(active * (1 + IDLE_FACTOR), LONGEST_PAUSE_MS) - (performance.now() - this.#pace.at);
  }

  #track(lane: OutboxLane, message: OutboxMessage): void {
    const run = lane.deliver(message, this.#now).then((settlement) => {
      this.#settled.push(settlement);
      if (!lane.isOpen(this.#now())) this.#settled.push(...lane.giveBack());
      this.#note(message, settlement);
      this.#running.delete(run);
      if (lane.isEmpty) this.#look = true;
      this.#wake?.();
    });
    this.#running.add(run);
  }

  #note({ id, channel, attempt }: OutboxMessage, settlement: Settlement): void {
    if (settlement.became === 'sent') this.#delivered += 1;
    else if (settlement.became === 'dead')
      this.#log.error('message laid aside', { id, channel, attempt, error: settlement.error });
    else if (settlement.became === 'later')
      this.#log.warn('message put off', { id, channel, attempt, error: settlement.error, next: settlement.next });
  }

  /** Until something happens: somebody rings, a message ends, or it is time to begin the next, to write down, or to look. */
  async #rest(pause: number | undefined): Promise<void> {
    if (this.#rung) {
      this.#rung = false;
      return;
    }
    const poll = POLL_MS * (0.7 + Math.random() * 0.6);
    const milliseconds = Math.min(pause ?? poll, this.#settled.length > 0 ? SETTLE_MS : poll);
    const isPoll = milliseconds === poll;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#look ||= isPoll;
        resolve();
      }, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
    this.#rung = false;
  }
}
