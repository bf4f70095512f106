import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import type { Configuration } from './config/configuration.ts';
import { watchConfiguration } from './config/watch.ts';
import { requireMigrated } from './db/migrate.ts';
import { configFileOf, databaseUrl, gatherFields, loadPlugins, type OpenedEnvironment, openEnvironment } from './environment.ts';
import { startJobs } from './jobs/index.ts';
import { logDiagnosis } from './kernel/diagnoses.ts';
import { ConfigError, type Diagnosis, describePlace, reasonOf, TracError } from './kernel/errors.ts';
import type { Log } from './kernel/log.ts';
import { ISiteExamination } from './security/extension-points.ts';
import { composeSite, type Site } from './site.ts';
import type { Stray } from './stray-errors.ts';
import type { WebServer } from './web/server.ts';

/** A site as it runs: one configuration in force, replaced as a whole when trac.ini changes. */
interface Running {
  readonly site: Site;
  readonly web: WebServer;
  stopJobs(): Promise<void>;
}

/**
 * Left alone, the heap of a server grows to some four times of what it holds before it is swept; two fifths more are enough, and cost no
 * time that could be measured.
 */
const boundHeap = (): void => setFlagsFromString('--heap-growing-percent=40');

/** A served environment. */
export interface Service {
  readonly url: string;
  /** The site in force now. */
  readonly site: Site;
  /** Looks at trac.ini at once; resolves when what it says is in force, or refused. */
  reload(): Promise<void>;
  /** Logs an error that nobody caught, and tells administrators. */
  tellStray(stray: Stray): void;
  /** Stops taking requests, finishes those under way, closes the database. */
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly log: Log;
}

/** Serves an environment, and follows changes of its trac.ini without a restart. */
export async function serveEnvironment(dir: string, { host, port, log }: ServeOptions): Promise<Service> {
  boundHeap();
  let refused: Diagnosis | undefined;
  let moved: Diagnosis | undefined;
  const news = (): readonly Diagnosis[] => [refused, moved].filter((one) => one !== undefined);
  const environment = await openEnvironment(dir, { log, news });
  let running: Running;
  try {
    running = await run(environment.site, log);
  } catch (error) {
    await environment.database.close();
    throw error;
  }
  const refuse = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    const place = error instanceof ConfigError ? error.place : undefined;
    refused = {
      severity: 'error',
      message,
      remedy: 'The last good configuration stays in force until this is put right.',
      place,
    };
    log.error('configuration refused', { message, ...place });
  };
  let turn = Promise.resolve();
  const replace = async (configuration: Configuration): Promise<void> => {
    const before = running;
    try {
      running = await run(await recompose(environment, configuration, news, log), log);
    } catch (error) {
      refuse(error);
      return;
    }
    refused = undefined;
    moved = databaseMoved(environment.configuration, configuration);
    if (moved) logDiagnosis(log, moved);
    log.info('configuration in force');
    await retire(before, log);
  };
  const watch = watchConfiguration({ ...environment.configuration, file: configFileOf(dir) }, (told) => {
    turn = turn.then(() => ('error' in told ? refuse(told.error) : replace(told.configuration)));
  });
  const server = createServer((request, response) => running.web.handler(request, response));
  const close = async (): Promise<void> => {
    watch.stop();
    await turn;
    server.close();
    server.closeIdleConnections();
    await running.stopJobs();
    await running.web.close();
    await running.site.close();
    await environment.database.close();
  };
  try {
    await listen(server, host, port);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    get site() {
      return running.site;
    },
    reload: () => {
      watch.check();
      return turn;
    },
    tellStray: (stray) => {
      logStray(log, stray);
      environment.failures.noteStray(stray.culprit, stray.error);
    },
    close,
  };
}

const STRAYS = {
  rejection: 'a promise was rejected, and nobody had asked for its errors',
  exception: 'an error was thrown where nobody could catch it',
} as const;

function logStray(log: Log, { kind, stack, culprit, isContained }: Stray): void {
  log.error(STRAYS[kind], { ...culprit, error: stack, ...(isContained ? {} : { ends: true }) });
}

/** Lets what runs under the former configuration end. Whatever goes wrong there, the new one is in force. */
async function retire({ stopJobs, web, site }: Running, log: Log): Promise<void> {
  for (const end of [stopJobs, web.close, site.close])
    try {
      await end();
    } catch (error) {
      log.error('the former configuration did not end well', { error: String(error) });
    }
}

async function run(site: Site, log: Log): Promise<Running> {
  for (const diagnosis of site.diagnoses()) logDiagnosis(log, diagnosis);
  for (const diagnosis of await examine(site, log)) logDiagnosis(log, diagnosis);
  const web = await site.web();
  return { site, web, stopJobs: startJobs(site, log) };
}

const NOBODY = { user: { name: 'anonymous', authenticated: false }, via: 'cli' } as const;

/** What only the database tells. A site that cannot be asked just now can be served all the same. */
async function examine(site: Site, log: Log): Promise<readonly Diagnosis[]> {
  try {
    return await site.contexts.read(NOBODY, (ctx) => site.get(ISiteExamination).findings(ctx));
  } catch (error) {
    log.error('the configuration cannot be compared with the database', { error: reasonOf(error) });
    return [];
  }
}

/** The same database and caches under a new configuration. Another `[trac] database` takes a restart. */
async function recompose(
  { dir, database, generations, failures }: OpenedEnvironment,
  configuration: Configuration,
  news: () => readonly Diagnosis[],
  log: Log,
): Promise<Site> {
  const { plugins, found, migrations } = await loadPlugins(configuration, dir);
  await requireMigrated(database, migrations);
  const site = composeSite({ dir, configuration, database, generations, plugins, found, news, failures, log });
  await gatherFields(site, log);
  return site;
}

/** Another database is another site: its accounts, sessions and schema are looked at only at start. */
function databaseMoved(before: Configuration, now: Configuration): Diagnosis | undefined {
  if (databaseUrl(before) === databaseUrl(now)) return undefined;
  const place = now.place('trac', 'database');
  const message = `${describePlace(place)}: this names another database than the one in use, which stays in use until a restart.`;
  return { severity: 'warning', message, remedy: 'Restart Tracts to use the other one, or put the line back.', place };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenFault(error, host, port)));
    server.listen(port, host, resolve);
  });
}

const LISTEN_FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program uses this address. Stop it, or give another port: --port N',
  EACCES: 'This port needs more rights than you have. Give one above 1024: --port N',
  ENOTFOUND: 'No address of that name can be found. Give another: --host 127.0.0.1',
  EAI_AGAIN: 'The address of that name cannot be found just now. Give a number instead: --host 127.0.0.1',
  EADDRNOTAVAIL: 'This machine does not have that address. Give another: --host 127.0.0.1',
};

const listenFault = (error: NodeJS.ErrnoException, host: string, port: number): Error => {
  const reason = LISTEN_FAULTS[error.code ?? ''];
  return reason ? new TracError('LISTEN', `Cannot listen on ${host}, port ${port}. ${reason}`, 400) : error;
};
