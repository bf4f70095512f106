import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEFAULT_ADJUNCTS } from './adjunct/defaults.ts';
import { IAdjunctService } from './adjunct/types.ts';
import type { MemorySiteSetup } from './cli/extension-points.ts';
import { type Configuration, loadConfiguration, parseConfiguration } from './config/configuration.ts';
import { openDatabase } from './db/database.ts';
import { parseDatabaseUrl } from './db/database-url.ts';
import { Generations, IGenerations } from './db/generation.ts';
import { loadMigrations, migrate, requireMigrated } from './db/migrate.ts';
import type { Database, MigrationSet } from './db/types.ts';
import * as publicApi from './index.ts';
import { type Diagnosis, TracError } from './kernel/errors.ts';
import { type Log, silentLog } from './kernel/log.ts';
import { CODE_ROOT, type LoadedPlugin, loadBuiltInPlugins, loadSitePlugins, publicModules } from './kernel/plugin-loader.ts';
import type { Settings } from './kernel/settings.ts';
import { dropFailingProviders } from './probes.ts';
import { DIRECTORY } from './security/directory.ts';
import { createLateFailures, DEFAULT_GRANTS, type LateFailures } from './security/index.ts';
import { composeSite, type Site } from './site.ts';
import { DATABASE_OPTION, PLUGINS_OPTION } from './site-options.ts';
import { ITicketFields } from './ticket/extension-points.ts';

/** Marks a folder as an environment, as Trac's does; the text names us, so that neither takes the other's for its own. */
const VERSION_FILE = 'VERSION';
const VERSION_TEXT = 'Tracts Environment Version 1\n';

export const configFileOf = (dir: string): string => path.join(dir, 'conf', 'trac.ini');
export const isEnvironment = (dir: string): boolean => existsSync(path.join(dir, VERSION_FILE)) && existsSync(configFileOf(dir));

/** Plugins and migrations for a configuration, loaded. */
export interface Loaded {
  readonly plugins: readonly LoadedPlugin[];
  readonly found: readonly Diagnosis[];
  readonly migrations: readonly MigrationSet[];
}

let builtIn: Promise<readonly LoadedPlugin[]> | undefined;

/** Our own plugins (imported once a process) and the environment's (imported anew). `dir` undefined: only our own. */
export async function loadPlugins(settings: Settings, dir: string | undefined): Promise<Loaded> {
  builtIn ??= loadBuiltInPlugins();
  const own = await builtIn;
  const names = new Set(own.map(({ source }) => source.plugin));
  const { section, name } = PLUGINS_OPTION;
  const packages = { names: PLUGINS_OPTION.parse(settings.get(section, name) ?? ''), place: settings.place(section, name) };
  const theirs = dir
    ? await loadSitePlugins(dir, packages, await publicModules(publicApi), names)
    : { plugins: [], diagnoses: [] };
  const folder = (owner: string): Promise<MigrationSet> => loadMigrations(path.join(CODE_ROOT, 'migrations', owner), owner);
  const sets = await Promise.all(['core', ...names].map(folder));
  const added = theirs.plugins.flatMap(({ source, migrations }) => (migrations ? [{ owner: source.plugin, migrations }] : []));
  return {
    plugins: [...own, ...theirs.plugins],
    found: theirs.diagnoses,
    migrations: [...sets.filter((set) => set.migrations.length > 0), ...added],
  };
}

/** What `[trac] database` says, or its default. Holds a password: not for logs. */
export const databaseUrl = (settings: Settings): string =>
  settings.get(DATABASE_OPTION.section, DATABASE_OPTION.name) || DATABASE_OPTION.fallback;

function requireEnvironment(dir: string): void {
  if (isEnvironment(dir)) return;
  const version = path.join(dir, VERSION_FILE);
  const message =
    existsSync(version) && existsSync(configFileOf(dir))
      ? 'is not a Tracts environment'
      : 'is no environment (it has no VERSION file and conf/trac.ini)';
  throw new TracError('ENVIRONMENT', `${dir} ${message}. Create one with "tracts init ${dir}".`, 400);
}

/** An environment opened: its configuration, its database, and a site composed of them. */
export interface OpenedEnvironment {
  readonly dir: string;
  readonly configuration: Configuration;
  readonly database: Database;
  readonly generations: Generations;
  readonly failures: LateFailures;
  readonly site: Site;
}

/** What is wrong with fields shows when they are gathered: once at the start, so that checks and the first page know it. */
export async function gatherFields(site: Site, log: Log): Promise<void> {
  const asker = { user: { name: 'anonymous', authenticated: false }, via: 'cli' } as const;
  try {
    await site.contexts.read(asker, async (ctx) => {
      await dropFailingProviders(site.kernel, ctx);
      await site.get(ITicketFields).all({ ...ctx, log: silentLog });
    });
  } catch (error) {
    log.error('the ticket fields cannot be gathered', { error: String(error) });
  }
}

/** Opens an environment; refuses a database that needs an upgrade. `news` are problems that come up later, for banners. */
export async function openEnvironment(
  dir: string,
  { log, news = () => [] }: { readonly log: Log; readonly news?: () => readonly Diagnosis[] },
): Promise<OpenedEnvironment> {
  requireEnvironment(dir);
  const configuration = loadConfiguration(configFileOf(dir));
  const loaded = await loadPlugins(configuration, dir);
  const database = await openDatabase(databaseUrl(configuration), { dir, log });
  try {
    await requireMigrated(database, loaded.migrations);
    const generations = new Generations();
    const failures = createLateFailures();
    const site = composeSite({
      dir,
      configuration,
      database,
      generations,
      plugins: loaded.plugins,
      found: loaded.found,
      news,
      failures,
      log,
    });
    await gatherFields(site, log);
    return { dir, configuration, database, generations, failures, site };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Runs pending migrations of the core and of every plugin; returns their names. */
export async function upgradeEnvironment(dir: string, log: Log = silentLog): Promise<readonly string[]> {
  requireEnvironment(dir);
  const configuration = loadConfiguration(configFileOf(dir));
  const { migrations } = await loadPlugins(configuration, dir);
  const database = await openDatabase(databaseUrl(configuration), { dir, log });
  try {
    return await migrate(database, migrations);
  } finally {
    await database.close();
  }
}

/** How a new environment starts. */
export interface CreateOptions {
  /** Text of conf/trac.ini. */
  readonly ini: string;
  readonly log?: Log;
}

/** Makes an environment folder: conf/trac.ini, plugins/, the database with its schema, vocabularies and grants. */
export async function createEnvironment(dir: string, { ini, log = silentLog }: CreateOptions): Promise<void> {
  if (isEnvironment(dir)) throw new TracError('ENVIRONMENT', `${dir} is an environment already.`, 400);
  const isThere = existsSync(dir);
  if (isThere) requireEmpty(dir);
  const configuration = parseConfiguration(ini);
  makeFolders(dir);
  try {
    await build(dir, ini, configuration, log);
  } catch (error) {
    discard(dir, isThere);
    throw error;
  }
  // Last: a folder without it is no environment, so that a start cut short can be told from one that worked.
  writeFileSync(path.join(dir, VERSION_FILE), VERSION_TEXT);
}

function requireEmpty(dir: string): void {
  if (!statSync(dir).isDirectory()) throw new TracError('ENVIRONMENT', `${dir} is a file. Give a folder.`, 400);
  if (readdirSync(dir).length > 0)
    throw new TracError('ENVIRONMENT', `${dir} holds other files. Give a folder that is empty or does not exist yet.`, 400);
}

const FOLDERS = ['conf', 'db', 'plugins', 'files', 'log'] as const;

/** What was begun would stand in the way of the next try. */
function discard(dir: string, keepsFolder: boolean): void {
  for (const name of keepsFolder ? FOLDERS : ['.']) rmSync(path.join(dir, name), { recursive: true, force: true });
}

async function build(dir: string, ini: string, configuration: Configuration, log: Log): Promise<void> {
  writeFileSync(configFileOf(dir), ini, { mode: PRIVATE });
  const { migrations } = await loadPlugins(configuration, undefined);
  const url = databaseUrl(configuration);
  const file = sqliteFile(url, dir);
  const isNew = !existsSync(file);
  const database = await openDatabase(url, { dir, create: true, log });
  try {
    if (isNew && existsSync(file)) chmodSync(file, PRIVATE);
    await migrate(database, migrations);
    await seed(dir, configuration, database);
  } finally {
    await database.close();
  }
}

/** Of files that hold secrets. Whoever changes the mode later keeps it: edits leave it alone. */
const PRIVATE = 0o600;

/** `''` for another kind of database, which has no file. */
function sqliteFile(url: string, dir: string): string {
  const location = parseDatabaseUrl(url, dir);
  return location.dialect === 'sqlite' ? location.file : '';
}

function makeFolders(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true });
    // Fails where it exists: of two processes that begin at once, one goes on, and the other leaves what that one made.
    for (const folder of FOLDERS) mkdirSync(path.join(dir, folder));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TracError('ENVIRONMENT', `The folder ${dir} cannot be made (${reason}). Give another, or mend its parent.`, 400);
  }
}

async function seed(dir: string, configuration: Configuration, database: Database): Promise<void> {
  const { plugins, found } = await loadPlugins(configuration, undefined);
  const site = composeSite({
    dir,
    configuration,
    database,
    generations: new Generations(),
    plugins,
    found,
    news: () => [],
    log: silentLog,
  });
  await fill(site, {});
  await site.close();
}

const ROOT = { user: { name: 'tracts', authenticated: true }, via: 'cli' } as const;

async function fill(site: Site, { people = [], grants, adjuncts = new Map() }: MemorySiteSetup): Promise<void> {
  await site.contexts.write(ROOT, async (ctx) => {
    const vocabulary = site.get(IAdjunctService);
    for (const [type, values] of new Map([...DEFAULT_ADJUNCTS, ...adjuncts]))
      for (const value of values) await vocabulary.save(ctx, type, value);
    for (const { name, fullName, email, timeZone = '' } of people)
      await ctx
        .db('account')
        .insert({ name, full_name: fullName, email, time_zone: timeZone, created: ctx.now.getTime() * 1000 });
    const rows = Object.entries(grants ?? DEFAULT_GRANTS).flatMap(([username, actions]) =>
      [...new Set(actions)].map((action) => ({ username, action })),
    );
    if (rows.length > 0) await ctx.db('permission').insert(rows);
    await site.get(IGenerations).bump(ctx, DIRECTORY);
  });
}

/** What a site for a dry run or a test may have beyond its setup. */
export interface MemorySiteExtras {
  /** Further plugin modules, enabled; one of a built-in plugin's name takes its place. */
  readonly plugins?: readonly LoadedPlugin[];
  readonly log?: Log;
  /** Another database than one in memory: empty, for tests. */
  readonly database?: { readonly url: string; readonly dir: string } | undefined;
}

/** A site that lives in memory alone. */
export async function memorySite(
  setup: MemorySiteSetup = {},
  { plugins: extra = [], log = silentLog, database: place }: MemorySiteExtras = {},
): Promise<Site> {
  const configuration = parseConfiguration(setup.ini ?? '', setup.file === undefined ? {} : { file: setup.file });
  const { plugins, found, migrations } = await loadPlugins(configuration, undefined);
  const names = new Set(extra.map(({ source }) => source.plugin));
  const all = [...plugins.filter(({ source }) => !names.has(source.plugin)), ...extra];
  // What lives in memory may still have files, e.g. those attached to tickets.
  const aside = place ? undefined : mkdtempSync(path.join(tmpdir(), 'tracts-memory-'));
  const { url, dir } = place ?? { url: 'sqlite::memory:', dir: aside ?? '.' };
  const database = await openDatabase(url, { dir, create: true, log });
  await migrate(database, migrations);
  const site = composeSite({
    dir,
    configuration,
    database,
    generations: new Generations(),
    plugins: all,
    found,
    news: () => [],
    log,
  });
  await fill(site, setup);
  await gatherFields(site, log);
  const close = site.close;
  return Object.assign(site, {
    close: async () => {
      await close();
      await database.close();
      if (aside) rmSync(aside, { recursive: true, force: true });
    },
  });
}
