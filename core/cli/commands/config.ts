import { writeFileSync } from 'node:fs';
import {
  changeSetting,
  checkConfiguration,
  configFileOf,
  getSetting,
  removeSetting,
  showConfiguration,
} from '../../config/commands.ts';
import { type Declared, freeSectionsWith } from '../../config/declared.ts';
import { printExample } from '../../config/reference.ts';
import { type Diagnosis, describePlace, NotFoundError, TracError } from '../../kernel/errors.ts';
import { IRegistry, ISiteHealth } from '../../kernel/registry.ts';
import { ISiteExamination } from '../../security/extension-points.ts';
import { textFlag } from '../arguments.ts';
import type { CommandArguments, OpenSite } from '../extension-points.ts';
import type { CoreCommand, CoreHost } from '../host.ts';
import { OPERATOR } from '../operator.ts';
import { diagnosisAsJson, printable, printableDiagnosis, printJson, reportDiagnoses } from '../output.ts';

/** The environment's site; undefined when it cannot be opened, which must not keep anybody from mending trac.ini. */
async function siteIfAny(host: CoreHost): Promise<OpenSite | undefined> {
  try {
    return await host.openSite();
  } catch (error) {
    if (error instanceof TracError) return undefined;
    throw error;
  }
}

/** Every option that is declared: by the environment's plugins too, where it can be opened. */
async function declaredOptions(host: CoreHost): Promise<readonly Declared[]> {
  return (await registryOf(host)).options();
}

const registryOf = async (host: CoreHost): Promise<IRegistry> =>
  ((await siteIfAny(host)) ?? (await host.memorySite({}))).get(IRegistry);

const freeSections = async (host: CoreHost): Promise<ReadonlySet<string>> =>
  freeSectionsWith((await registryOf(host)).sections());

const words = ({ positional }: CommandArguments): readonly [string, string, string] => [
  positional[0] ?? '',
  positional[1] ?? '',
  positional[2] ?? '',
];

const get: CoreCommand = {
  name: 'config get',
  summary: 'Print one option of trac.ini, or its default.',
  takesDir: true,
  arguments: ['SECTION', 'NAME'],
  switches: ['json'],
  async run(host, args) {
    const [section, name] = words(args);
    const own = getSetting(host.dir, section, name);
    // What is set needs no environment opened, and so no database waited for.
    const { value, place } = own.place ? own : getSetting(host.dir, section, name, await declaredOptions(host));
    if (args.flags['json'])
      printJson(host, {
        section,
        name,
        value: value ?? null,
        set: place !== undefined,
        file: place?.file ?? null,
        line: place?.line ?? null,
      });
    else if (value !== undefined) host.out(printable(value));
    if (value === undefined && !args.flags['json'])
      throw new NotFoundError(`[${section}] ${name} is not set, and no component declares a default for it.`);
    return value === undefined ? 1 : 0;
  },
};

const set: CoreCommand = {
  name: 'config set',
  summary: 'Set one option in trac.ini; the rest of the file stays as it is.',
  takesDir: true,
  arguments: ['SECTION', 'NAME', 'VALUE'],
  switches: ['json'],
  async run(host, args) {
    const [section, name, value] = words(args);
    const { changed, diagnoses } = changeSetting(
      host.dir,
      section,
      name,
      value,
      await declaredOptions(host),
      await freeSections(host),
    );
    if (args.flags['json']) printJson(host, { changed, problems: diagnoses.map(diagnosisAsJson) });
    else for (const diagnosis of diagnoses) host.err(printableDiagnosis(diagnosis));
    return diagnoses.some(({ severity }) => severity === 'error') ? 1 : 0;
  },
};

const unset: CoreCommand = {
  name: 'config unset',
  summary: 'Remove one option from trac.ini, so that its default holds.',
  takesDir: true,
  arguments: ['SECTION', 'NAME'],
  switches: ['json'],
  async run(host, args) {
    const [section, name] = words(args);
    const changed = removeSetting(host.dir, section, name);
    if (args.flags['json']) printJson(host, { changed, problems: [] });
    else if (!changed) host.err(`[${section}] ${name} was not set in ${configFileOf(host.dir)}.`);
  },
};

/** A file that cannot be read makes every other check moot; a site that cannot be opened has said why. */
async function diagnose(host: CoreHost): Promise<readonly Diagnosis[]> {
  const found = checkConfiguration(host.dir, await declaredOptions(host), await freeSections(host));
  try {
    const site = await host.openSite();
    const examined = await site.contexts.read(OPERATOR, (ctx) => site.get(ISiteExamination).findings(ctx));
    const more = [...site.get(ISiteHealth).diagnoses(), ...examined];
    const known = new Set(found.map(placeOf));
    return [...found, ...more.filter((one) => !known.has(placeOf(one)))];
  } catch (error) {
    if (!(error instanceof TracError)) throw error;
    return found.some(({ severity }) => severity === 'error') ? found : [...found, { severity: 'error', message: error.message }];
  }
}

/** Two checks may report one line in different words: one report is enough. */
const placeOf = ({ place, message, severity }: Diagnosis): string =>
  place?.line === undefined
    ? message
    : `${severity} ${describePlace({ section: place.section, key: place.key, line: place.line })}`;

const check: CoreCommand = {
  name: 'config check',
  summary: 'Report everything wrong or odd in trac.ini; exit code 1 when there are errors.',
  takesDir: true,
  switches: ['json'],
  run: async (host, args) =>
    reportDiagnoses(host, await diagnose(host), args.flags['json'] === true, 'The configuration is in order.'),
};

const show: CoreCommand = {
  name: 'config show',
  summary: 'Print everything that trac.ini and the files it inherits from set; secrets of an environment are hidden.',
  takesDir: true,
  options: { ini: 'FILE' },
  switches: ['json'],
  async run(host, args) {
    const ini = textFlag(args, 'ini');
    const shown =
      ini === undefined ? showConfiguration(configFileOf(host.dir), await declaredOptions(host)) : showConfiguration(ini);
    if (args.flags['json']) {
      printJson(host, shown);
      return 'error' in shown ? 1 : 0;
    }
    if ('error' in shown) throw new TracError('CONFIG', shown.error.message);
    for (const [section, options] of Object.entries(shown.sections)) {
      host.out(`[${section}]`);
      for (const [name, value] of Object.entries(options)) host.out(printable(`${name} = ${value.replaceAll('\n', '\n  ')}`));
      host.out('');
    }
    return 0;
  },
};

const example: CoreCommand = {
  name: 'config example',
  summary: 'Print a trac.ini that lists every option with its help and default.',
  takesDir: true,
  options: { write: 'FILE' },
  async run(host, args) {
    const site = host.launcher.isEnvironment(host.dir) && !args.flags['write'] ? await siteIfAny(host) : undefined;
    const text = printExample((site ?? (await host.memorySite({}))).get(IRegistry).options());
    const file = textFlag(args, 'write');
    if (file === undefined) host.out(text.trimEnd());
    else writeFileSync(file, text);
  },
};

/** Commands about trac.ini. */
export const CONFIG_COMMANDS: readonly CoreCommand[] = [get, set, unset, check, show, example];
