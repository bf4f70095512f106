import { openDatabase } from '../../core/db/database.ts';
import { Generations, IGenerations } from '../../core/db/generation.ts';
import { migrate } from '../../core/db/migrate.ts';
import type { Database } from '../../core/db/types.ts';
import { IEnvironment, ISettings } from '../../core/kernel/configuration.ts';
import { Kernel } from '../../core/kernel/kernel.ts';
import { ILog, type Log } from '../../core/kernel/log.ts';
import { ISiteHealth } from '../../core/kernel/registry.ts';
import { plainSettings } from '../../core/kernel/settings.ts';
import type { Service } from '../../core/kernel/tokens.ts';
import type { OperationContext, User } from '../../core/security/context.ts';
import { type Asker, IContexts } from '../../core/security/contexts.ts';
import { IPermissionService } from '../../core/security/extension-points.ts';
import * as security from '../../core/security/index.ts';
import type { FreshDatabase } from './databases.ts';
import { CORE_MIGRATIONS } from './schema.ts';

/** Who a name stands for: `anonymous` is nobody in particular. */
export const userOf = (name: string): User => ({ name, authenticated: name !== 'anonymous' });

/** People, permissions and logins on a real database: everything below tickets and pages. */
export interface SecurityStage extends AsyncDisposable {
  readonly kernel: Kernel;
  readonly contexts: IContexts;
  readonly database: Database;
  /** What was logged, one line each. */
  readonly logged: string[];
  get<T>(token: Service<T>): T;
  read<T>(name: string, work: (ctx: OperationContext) => Promise<T> | T, now?: Date): Promise<T>;
  write<T>(name: string, work: (ctx: OperationContext) => Promise<T> | T, now?: Date): Promise<T>;
}

interface Setup {
  readonly ini?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** More components, as a plugin called `extra`. */
  readonly components?: object;
  readonly dir?: string;
  readonly grants?: readonly (readonly [subject: string, action: string])[];
}

/** Sets a stage up. `fresh` may be one that another stage uses too: it stands for another process then. */
export async function securityStage(fresh: FreshDatabase, setup: Setup = {}): Promise<SecurityStage> {
  const database = await openDatabase(fresh.url, { dir: fresh.dir, create: true });
  await migrate(database, [await CORE_MIGRATIONS]);
  const logged: string[] = [];
  const hear = (message: string, data?: object): void => void logged.push(`${message} ${JSON.stringify(data ?? {})}`);
  const log: Log = { info: hear, warn: hear, error: hear };
  const generations = new Generations();
  const kernel = new Kernel(plainSettings(setup.ini ?? {}));
  const contexts = security.createContexts({ database, generations, permissions: () => kernel.get(IPermissionService), log });
  const dir = setup.dir ?? fresh.dir;
  kernel.provide(ISettings, plainSettings(setup.ini ?? {}));
  kernel.provide(IEnvironment, { dir, configFile: `${dir}/conf/trac.ini` });
  kernel.provide(IGenerations, generations);
  kernel.provide(IContexts, contexts);
  kernel.provide(ILog, log);
  kernel.provide(ISiteHealth, {
    diagnoses: () => [],
    report: ({ component, task, error }) => hear(`${component} ${task}: ${String(error)}`),
  });
  kernel.load({ plugin: 'core', file: 'core', enabledByDefault: true, required: true }, security.components);
  kernel.load({ plugin: 'extra', file: 'extra.ts', enabledByDefault: true }, setup.components ?? {});
  kernel.start();
  const asker = (name: string, now: Date | undefined): Asker => ({ user: userOf(name), via: 'cli', ...(now ? { now } : {}) });
  for (const [username, action] of setup.grants ?? [])
    await database.write((db) => db('permission').insert({ username, action }).onConflict(['username', 'action']).ignore());
  return {
    kernel,
    contexts,
    database,
    logged,
    get: (token) => kernel.get(token),
    read: (name, work, now) => contexts.read(asker(name, now), async (ctx) => work(ctx)),
    write: (name, work, now) => contexts.write(asker(name, now), async (ctx) => work(ctx)),
    async [Symbol.asyncDispose]() {
      await kernel.dispose();
      await database.close();
    },
  };
}

/** An empty database in memory, for what has nothing to do with SQL. */
export const inMemory: FreshDatabase = {
  dialect: 'sqlite',
  url: 'sqlite::memory:',
  dir: '/nowhere',
  drop: async () => undefined,
};
