import type { Knex } from 'knex';
import type { Cached, IGenerations } from '../db/generation.ts';
import type { Database } from '../db/types.ts';
import type { Log } from '../kernel/log.ts';
import { isTimeZone } from '../kernel/time-zones.ts';
import type { Directory, OperationContext } from './context.ts';
import type { Asker, IContexts } from './contexts.ts';
import { DIRECTORY, loadDirectory } from './directory.ts';
import type { IPermissionService } from './extension-points.ts';
import type { LateFailures } from './late-failures.ts';

/** What contexts are made from. `permissions` is a function, since the service is itself made later. */
export interface ContextParts {
  readonly database: Database;
  readonly generations: IGenerations;
  readonly permissions: () => IPermissionService;
  readonly log: Log;
  /** The zone of people who chose none. Default: UTC. */
  readonly timeZone?: () => string;
  /** Keeps what fails after the commit, for administrators. Default: it is only logged. */
  readonly failures?: LateFailures;
}

interface Task {
  readonly run: () => void | Promise<void>;
  readonly what: string | undefined;
}

const zones = new Map<string, string>();

/** The zone, or UTC where there is no such zone. Remembered: asking `Intl` costs more than the rest of a context. */
function knownZone(name: string): string {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = isTimeZone(name) ? name : 'UTC';
  if (zones.size < 1000) zones.set(name, zone);
  return zone;
}

/** Makes the contexts of one site. */
export function createContexts(parts: ContextParts): IContexts {
  const { database, generations, permissions, log, timeZone = () => 'UTC', failures } = parts;
  const directories: Cached<Directory> = generations.cached(DIRECTORY, loadDirectory);

  const prepare = (
    asker: Asker,
    now: Date,
    db: Knex,
    writable: boolean,
    tasks: Task[],
    directory: Directory,
  ): OperationContext => ({
    user: asker.user,
    via: asker.via,
    now,
    timeZone: knownZone(asker.timeZone || directory.people.get(asker.user.name)?.timeZone || timeZone()),
    db,
    writable,
    log,
    directory,
    can: permissions().judge(directory, asker.user),
    afterCommit: (run, what) => void tasks.push({ run, what }),
    causes: [],
  });

  const finish = async ({ user, via }: Asker, writable: boolean, tasks: readonly Task[]): Promise<void> => {
    for (const { run, what } of tasks)
      try {
        await run();
      } catch (error) {
        const told = error instanceof Error ? error.stack : String(error);
        log.error('a task after the commit failed; what was stored stays', { what, user: user.name, via, error: told });
        failures?.note({ user, via, writable }, what, error);
      }
  };

  return {
    async read(asker, work) {
      const tasks: Task[] = [];
      const db = database.reader;
      const directory = directories.peek(db) ?? (await directories.get(db));
      const result = await work(prepare(asker, asker.now ?? new Date(), db, false, tasks, directory));
      if (tasks.length > 0) await finish(asker, false, tasks);
      return result;
    },
    async write(asker, work) {
      const now = asker.now ?? new Date();
      let tasks: Task[] = [];
      const result = await database.write(async (db) => {
        tasks = []; // what an attempt that was undone had planned is undone with it
        return work(prepare(asker, now, db, true, tasks, directories.peek(db) ?? (await directories.get(db))));
      });
      if (tasks.length > 0) await finish(asker, true, tasks);
      return result;
    },
  };
}
