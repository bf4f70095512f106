import { createTask, type ScheduledTask, validate } from 'node-cron';
import { toMicros } from '../db/instants.ts';
import { TracError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { Asker, IContexts } from '../security/contexts.ts';
import type { Job } from './extension-points.ts';

/** As whom jobs act; nobody can have an account of that name. */
const CLOCK: Asker = { user: { name: 'tracts', authenticated: true }, via: 'job' };
const DAY = 86_400_000;

/** Throws when two jobs have one name or a schedule cannot be read. */
export function checkJobs(jobs: readonly Job[]): void {
  const names = new Set<string>();
  for (const { name, schedule } of jobs) {
    if (names.has(name)) throw new TracError('JOB', `Two jobs are called ${name}. Rename one of them.`);
    if (!validate(schedule))
      throw new TracError('JOB', `Job ${name}: "${schedule}" is no schedule. Example: "0 4 * * *", each day at four.`);
    names.add(name);
  }
}

/** Runs jobs by the clock until stopped. The only file that knows node-cron. */
export class Scheduler {
  readonly #contexts: IContexts;
  readonly #log: Log;
  readonly #tasks: ScheduledTask[] = [];
  readonly #running = new Set<Promise<void>>();

  constructor(contexts: IContexts, log: Log) {
    this.#contexts = contexts;
    this.#log = log;
  }

  /** Throws, before any is started, when two jobs have one name or a schedule cannot be read. */
  start(jobs: readonly Job[]): void {
    checkJobs(jobs);
    for (const job of jobs) this.#schedule(job);
  }

  /** Starts no more runs, and waits for those under way. */
  async stop(): Promise<void> {
    for (const task of this.#tasks.splice(0)) await task.destroy();
    await Promise.all(this.#running);
  }

  #schedule(job: Job): void {
    const logger = {
      info: () => undefined,
      debug: () => undefined,
      warn: (message: string) => this.#log.warn('schedule', { job: job.name, message }),
      error: (message: string | Error) => this.#log.error('schedule', { job: job.name, message: String(message) }),
    };
    const task = createTask(job.schedule, () => this.#track(this.#run(job)), {
      name: job.name,
      noOverlap: true,
      distributed: true,
      runCoordinator: { shouldRun: (key) => this.#claim(key) },
      logger,
    });
    this.#tasks.push(task);
    void task.start();
  }

  /** The process whose row it becomes has the run; the others find the row there. */
  #claim(key: string): Promise<boolean> {
    return this.#contexts.write(CLOCK, async ({ db, now }) => {
      const mine = await db('job_run')
        .insert({ key, time: toMicros(now) })
        .onConflict('key')
        .ignore()
        .returning('key');
      await db('job_run')
        .where('time', '<', toMicros(new Date(now.getTime() - DAY)))
        .delete();
      return mine.length > 0;
    });
  }

  async #run(job: Job): Promise<void> {
    try {
      if (job.mode === 'read') await this.#contexts.read(CLOCK, (ctx) => job.run(ctx));
      else await this.#contexts.write(CLOCK, (ctx) => job.run(ctx));
    } catch (error) {
      this.#log.error('job failed', { job: job.name, error: String(error) });
    }
  }

  #track(run: Promise<void>): Promise<void> {
    this.#running.add(run);
    return run.finally(() => this.#running.delete(run));
  }
}
