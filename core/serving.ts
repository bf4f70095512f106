import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { watchConfiguration } from './config/watch.ts';
import { requireMigrated } from './db/migrate.ts';
import { configFileOf, loadPlugins, type OpenedEnvironment, openEnvironment } from './environment.ts';
import { startJobs } from './jobs/index.ts';
import { type Diagnosis, TracError } from './kernel/errors.ts';
import type { Log } from './kernel/log.ts';
import { composeSite, type Site } from './site.ts';
import type { WebServer } from './web/server.ts';

/** A site as it runs: one configuration in force, replaced as a whole when trac.ini changes. */
interface Running {
  readonly site: Site;
  readonly web: WebServer;
  stopJobs(): Promise<void>;
}

/** A served environment. */
export interface Service {
  readonly url: string;
  /** The site in force now. */
  readonly site: Site;
  /** Looks at trac.ini at once; resolves when what it says is in force, or refused. */
  reload(): Promise<void>;
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
  let refused: Diagnosis | undefined;
  const news = (): readonly Diagnosis[] => (refused ? [refused] : []);
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
    refused = { severity: 'error', message, remedy: 'The last good configuration stays in force until this is put right.' };
    log.error('configuration refused', { message });
  };
  let turn = Promise.resolve();
  const replace = async (next: () => Promise<Site>): Promise<void> => {
    const before = running;
    try {
      running = await run(await next(), log);
    } catch (error) {
      refuse(error);
      return;
    }
    refused = undefined;
    log.info('configuration in force');
    await before.stopJobs();
    await before.web.close();
    await before.site.close();
  };
  const watch = watchConfiguration({ ...environment.configuration, file: configFileOf(dir) }, (told) => {
    turn = turn.then(() =>
      'error' in told ? refuse(told.error) : replace(() => recompose(environment, told.configuration, news, log)),
    );
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
    close,
  };
}

async function run(site: Site, log: Log): Promise<Running> {
  for (const { severity, message, remedy } of site.diagnoses())
    if (severity === 'error') log.error(message, { remedy });
    else log.warn(message, { remedy });
  const web = await site.web();
  return { site, web, stopJobs: startJobs(site, log) };
}

/** The same database and caches under a new configuration. Another `[trac] database` takes a restart. */
async function recompose(
  { dir, database, generations }: OpenedEnvironment,
  configuration: OpenedEnvironment['configuration'],
  news: () => readonly Diagnosis[],
  log: Log,
): Promise<Site> {
  const { plugins, found, migrations } = await loadPlugins(configuration, dir);
  await requireMigrated(database, migrations);
  return composeSite({ dir, configuration, database, generations, plugins, found, news, log });
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
  EADDRNOTAVAIL: 'This machine does not have that address. Give another: --host 127.0.0.1',
};

const listenFault = (error: NodeJS.ErrnoException, host: string, port: number): Error => {
  const reason = LISTEN_FAULTS[error.code ?? ''];
  return reason ? new TracError('LISTEN', `Cannot listen on ${host}, port ${port}. ${reason}`, 400) : error;
};
