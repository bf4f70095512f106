import { resolve } from 'node:path';
import { textFlag, UsageError, usageOf } from '../arguments.ts';
import type { CoreCommand } from '../host.ts';
import { printJson } from '../output.ts';

const init: CoreCommand = {
  name: 'init',
  summary: 'Make a new environment: a folder with trac.ini, plugins and database.',
  takesDir: true,
  options: { workflow: 'basic|simple|opensource|enterprise|review', database: 'URL' },
  async run(host, args) {
    await host.launcher.createEnvironment(resolve(host.dir), {
      workflow: textFlag(args, 'workflow') ?? 'basic',
      database: textFlag(args, 'database'),
    });
    host.out(`Made the environment ${host.dir}. Serve it with "tracts serve ${host.dir}".`);
  },
};

/** 0 lets the system choose one. */
function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError(`--port ${text}: a port is a number from 0 to 65535. Example: --port 8000`, usageOf(serve));
}

const serve: CoreCommand = {
  name: 'serve',
  summary: 'Serve an environment to browsers until stopped; makes it first when there is none.',
  takesDir: true,
  options: { port: 'NUMBER', host: 'ADDRESS', env: 'DIR' },
  switches: ['demo'],
  async run(host, args) {
    const port = readPort(textFlag(args, 'port') ?? '8000');
    const address = textFlag(args, 'host') ?? '127.0.0.1';
    const demo = args.flags['demo'] === true;
    await host.launcher.serve(resolve(textFlag(args, 'env') ?? host.dir), { host: address, port, demo, out: host.out });
  },
};

const upgrade: CoreCommand = {
  name: 'upgrade',
  summary: 'Bring the database of an environment to the schema of this version. Make a backup first.',
  takesDir: true,
  switches: ['json'],
  async run(host, args) {
    const migrations = await host.launcher.upgradeEnvironment(resolve(host.dir));
    if (args.flags['json']) printJson(host, { migrations });
    else if (migrations.length === 0) host.out('Nothing to do: the database is up to date.');
    else for (const name of migrations) host.out(`done: ${name}`);
  },
};

/** Commands that make and run environments. */
export const ENVIRONMENT_COMMANDS: readonly CoreCommand[] = [init, serve, upgrade];
