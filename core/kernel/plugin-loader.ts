import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';
import { isComponent } from './component.ts';
import { type Diagnosis, describePlace, type Place, reasonOf } from './errors.ts';
import type { PluginSource } from './kernel.ts';

/** The npm packages to load, and where the list stands. */
export interface PackageList {
  readonly names: readonly string[];
  readonly place: Place;
}

/** A plugin's module, or why there is none. */
export interface LoadedPlugin {
  readonly source: PluginSource;
  readonly module: object;
  /** Steps of its schema, from the folder migrations/ beside a third party's plugin. */
  readonly migrations?: readonly PluginMigration[];
}

/** One step of a plugin's schema; the kernel knows no database, so what `up` takes is the database layer's to say. */
export interface PluginMigration {
  readonly name: string;
  up(db: unknown): Promise<void>;
}

export interface LoadResult {
  readonly plugins: readonly LoadedPlugin[];
  readonly diagnoses: readonly Diagnosis[];
}

const self = fileURLToPath(import.meta.url);
/** `.ts` when we run from source (tests, `npm run dev`), `.js` when built. */
export const CODE_EXTENSION = path.extname(self);
/** The folder that holds core/, plugins/ and migrations/: the package, or its dist/. */
export const CODE_ROOT = path.resolve(path.dirname(self), '../..');
/** The package itself, where templates/ is. */
export const PACKAGE_ROOT = CODE_EXTENSION === '.ts' ? CODE_ROOT : path.dirname(CODE_ROOT);

interface Candidate {
  readonly plugin: string;
  readonly file: string;
}

/** Plugin files of a folder, by name: `NAME.ext` and `NAME/index.ext`. */
export function findPlugins(dir: string, extensions: readonly string[]): Candidate[] {
  if (!existsSync(dir)) return [];
  const found = readdirSync(dir, { withFileTypes: true }).flatMap((entry): Candidate[] => {
    if (entry.isDirectory()) {
      const file = extensions.map((ext) => path.join(dir, entry.name, `index${ext}`)).find((name) => existsSync(name));
      return file ? [{ plugin: entry.name, file }] : [];
    }
    const ext = extensions.find((one) => entry.name.endsWith(one));
    if (!ext || /\.(test|d)\.[cm]?[jt]s$/.test(entry.name)) return [];
    return [{ plugin: entry.name.slice(0, -ext.length), file: path.join(dir, entry.name) }];
  });
  return found.sort((a, b) => (a.plugin < b.plugin ? -1 : 1));
}

/** Our own plugins: plugins/* on, plugins/optional/* off until `[components]` says otherwise. */
export async function loadBuiltInPlugins(): Promise<readonly LoadedPlugin[]> {
  const folders = [
    { dir: path.join(CODE_ROOT, 'plugins'), enabledByDefault: true },
    { dir: path.join(CODE_ROOT, 'plugins', 'optional'), enabledByDefault: false },
  ];
  const loaded: LoadedPlugin[] = [];
  for (const { dir, enabledByDefault } of folders)
    for (const { plugin, file } of findPlugins(dir, [CODE_EXTENSION])) {
      const module = (await import(pathToFileURL(file).href)) as object;
      loaded.push({ source: { plugin, file: path.relative(CODE_ROOT, file), enabledByDefault }, module });
    }
  return loaded;
}

/** The public modules a third party's plugin may import, by name: `tracts` and each `tracts/<plugin>`. */
export async function publicModules(core: object): Promise<Record<string, object>> {
  const modules: Record<string, object> = { tracts: core };
  const dir = path.join(CODE_ROOT, 'plugins');
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const file = path.join(dir, entry.name, `api${CODE_EXTENSION}`);
    if (entry.isDirectory() && existsSync(file))
      modules[`tracts/${entry.name}`] = (await import(pathToFileURL(file).href)) as object;
  }
  return modules;
}

/**
 * Loads a site's own plugins: its plugins/ folder and the npm packages that `[trac] plugins` names.
 *
 * They are loaded with `modules` in place of `tracts`, so that they meet the running core and not a second copy. One that
 * cannot be imported is reported and left out; the rest loads.
 */
export async function loadSitePlugins(
  envDir: string,
  packages: PackageList,
  modules: Record<string, object>,
  taken: ReadonlySet<string>,
): Promise<LoadResult> {
  const jiti = createJiti(path.join(envDir, 'plugins', 'loader.js'), {
    virtualModules: modules,
    moduleCache: false,
    fsCache: false,
  });
  const plugins: LoadedPlugin[] = [];
  const diagnoses: Diagnosis[] = [];
  const names = new Set(taken);
  const candidates = [
    ...findPlugins(path.join(envDir, 'plugins'), ['.ts', '.js', '.mjs']),
    ...findPackages(envDir, packages, diagnoses),
  ];
  for (const { plugin, file } of candidates) {
    if (names.has(plugin)) {
      const message = `${file}: a plugin called ${plugin} is there already.`;
      diagnoses.push({ severity: 'error', message, remedy: 'Rename the file.', component: plugin, place: { file } });
      continue;
    }
    names.add(plugin);
    try {
      const module = (await jiti.import(file)) as object;
      if (!Object.values(module).some(isComponent)) diagnoses.push(nothingIn(plugin, file));
      const migrations = await importMigrations(path.join(path.dirname(file), 'migrations'), file, (name) => jiti.import(name));
      plugins.push({
        source: { plugin, file, enabledByDefault: true },
        module,
        ...(migrations.length > 0 ? { migrations } : {}),
      });
    } catch (error) {
      const remedy = 'Correct the file, or move it out of the plugins folder. The rest of the site runs without it.';
      diagnoses.push({
        severity: 'error',
        message: `${file}: the plugin could not be loaded: ${lineOf(error)}`,
        remedy,
        component: plugin,
        place: { file },
      });
    }
  }
  return { plugins, diagnoses };
}

/** One line: of a module that is missing, Node lists on further ones who asked for it. */
const lineOf = (error: unknown): string =>
  reasonOf(error)
    .replace(/\nRequire stack:.*/s, '')
    .replace(/\s+/g, ' ');

const nothingIn = (plugin: string, file: string): Diagnosis => ({
  severity: 'warning',
  message: `${file}: the file exports no component, so it adds nothing.`,
  remedy: 'Write "export const Name = component({ ... })", or move the file out of the plugins folder.',
  component: plugin,
  place: { file },
});

/** A plugin that is a folder may bring migrations; one that is a file has none. */
async function importMigrations(dir: string, file: string, load: (file: string) => Promise<unknown>): Promise<PluginMigration[]> {
  if (!/^index\./.test(path.basename(file)) || !existsSync(dir)) return [];
  const files = readdirSync(dir)
    .filter((name) => /^\d{4}_\w+\.[cm]?[jt]s$/.test(name))
    .sort();
  return Promise.all(
    files.map(async (name) => {
      const { up } = (await load(path.join(dir, name))) as Partial<PluginMigration>;
      if (typeof up !== 'function') throw new Error(`${name} exports no function "up"`);
      return { name: name.replace(/\.[^.]+$/, ''), up };
    }),
  );
}

/** Looking for one that is not there takes a while. */
const MOST_PACKAGES = 100;

/** Entry files of npm packages, resolved from the environment folder. */
function findPackages(envDir: string, { names, place }: PackageList, diagnoses: Diagnosis[]): Candidate[] {
  const require = createRequire(path.join(envDir, 'plugins', 'loader.js'));
  if (names.length > MOST_PACKAGES) {
    const message = `${describePlace(place)}: more than ${MOST_PACKAGES} packages are named; the others are left out.`;
    diagnoses.push({ severity: 'error', message, remedy: 'Name those that are needed.', place });
  }
  return names.slice(0, MOST_PACKAGES).flatMap((name): Candidate[] => {
    try {
      const file = require.resolve(name);
      if (!statSync(file).isFile()) throw new Error('not a file');
      return [{ plugin: name.replace(/^@[^/]+\//, ''), file }];
    } catch {
      const remedy = `Run "npm install ${name}" in ${envDir}, or take the name out of the list.`;
      diagnoses.push({
        severity: 'error',
        message: `${describePlace(place)}: the package ${name} is not installed in ${envDir}.`,
        remedy,
        place,
        component: name,
      });
      return [];
    }
  });
}
