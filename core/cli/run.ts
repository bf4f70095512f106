import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { TracError } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import { PACKAGE_ROOT } from '../kernel/plugin-loader.ts';
import { DEFAULT_DIR, isFlag, readArguments, UsageError } from './arguments.ts';
import { CORE_COMMANDS } from './commands/index.ts';
import { ICommandProvider } from './extension-points.ts';
import { helpFor, helpForAll } from './help.ts';
import { type CoreCommand, createHost, Sites } from './host.ts';
import type { Launcher } from './launcher.ts';
import { errorAsJson, printable, printJson } from './output.ts';
import { type CommandIo, processIo } from './terminal.ts';

interface Run {
  readonly argv: readonly string[];
  readonly io: CommandIo;
  readonly launcher: Launcher;
  readonly sites: Sites;
}

const isFile = (file: string): boolean => existsSync(file) && statSync(file).isFile();
const isHelp = (word: string): boolean => word === '--help' || word === '-h';

/** Flags that the dispatcher itself answers may stand anywhere, but not behind `--`. */
function ownWords(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}

/** The command that the line begins with; two words before one. */
function findCommand(commands: Iterable<CoreCommand>, [first = '', second]: readonly string[]): CoreCommand | undefined {
  const all = [...commands];
  const named = (name: string) => all.find((command) => command.name === name);
  return (second === undefined ? undefined : named(`${first} ${second}`)) ?? named(first);
}

/**
 * Commands of plugins: the built-in ones first, then those of the environment that the line may mean. One that cannot be
 * opened has none, which must not keep help from working; why is told to `failed`.
 */
async function* pluginCommands(
  { argv, launcher, sites }: Run,
  failed: (error: TracError) => void = () => undefined,
): AsyncGenerator<readonly CoreCommand[]> {
  const commandsOf = async (site: ReturnType<Sites['builtIn']>): Promise<CoreCommand[]> =>
    (await site).all(ICommandProvider).flatMap((provider) => [...provider.getCommands()]);
  yield await commandsOf(sites.builtIn());
  const named = argv.slice(1, 3).filter((word) => !isFlag(word));
  const dir = [...named, DEFAULT_DIR].find((one) => launcher.isEnvironment(one));
  if (dir === undefined) return;
  try {
    yield await commandsOf(sites.open(dir));
  } catch (error) {
    if (!(error instanceof TracError)) throw error;
    failed(error);
  }
}

async function allCommands(run: Run): Promise<CoreCommand[]> {
  const found = new Map(CORE_COMMANDS.map((command) => [command.name, command]));
  for await (const commands of pluginCommands(run))
    for (const command of commands) if (!found.has(command.name)) found.set(command.name, command);
  return [...found.values()];
}

function describeUnknown([first = '', second]: readonly string[], names: readonly string[]): string {
  const group = names.filter((name) => name.startsWith(`${first} `));
  if (group.length > 0) {
    const near = second === undefined ? undefined : nearest(`${first} ${second}`, group);
    const said = second === undefined ? `“${first}” needs a second word` : `There is no command “${first} ${second}”`;
    return `${said}. ${near ? `Did you mean “${near}”?` : `Known: ${group.join(', ')}.`}`;
  }
  const words = [...names, ...names.flatMap((name) => name.split(' ', 1))];
  const near = (second === undefined ? undefined : nearest(`${first} ${second}`, names)) ?? nearest(first, words);
  return `There is no command “${first}”.${near ? ` Did you mean “${near}”?` : ''}`;
}

async function chooseCommand(run: Run): Promise<CoreCommand> {
  const words = run.argv.slice(0, 2).filter((word) => !isFlag(word));
  const own = findCommand(CORE_COMMANDS, words);
  if (own) return own;
  let unasked = '';
  const told = (error: TracError): void => {
    unasked = ` The environment could not be asked for commands of its own plugins: ${error.message}`;
  };
  const names = CORE_COMMANDS.map(({ name }) => name);
  for await (const commands of pluginCommands(run, told)) {
    const found = findCommand(commands, words);
    if (found) return found;
    names.push(...commands.map(({ name }) => name));
  }
  throw new UsageError(describeUnknown(words, [...new Set(names)]) + unasked);
}

async function printHelp(run: Run): Promise<number> {
  const words = run.argv.filter((word) => !isFlag(word) && word !== 'help');
  const commands = await allCommands(run);
  const command = findCommand(commands, words);
  const group = commands.filter(({ name }) => words.length > 0 && name.startsWith(`${words[0]} `));
  const text = command ? helpFor(command) : helpForAll(group.length > 0 ? group : commands);
  for (const line of text) run.io.out(line);
  return 0;
}

function printVersion({ io }: Run): number {
  const { version } = JSON.parse(readFileSync(path.join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string };
  io.out(`tracts ${version}`);
  return 0;
}

async function dispatch(run: Run): Promise<number> {
  const { argv, io, launcher, sites } = run;
  const [first] = argv;
  if (first === undefined) {
    for (const line of helpForAll(await allCommands(run))) io.err(line);
    return 2;
  }
  if (ownWords(argv).some(isHelp) || first === 'help') return printHelp(run);
  if (first === '--version' || first === '-v') return printVersion(run);
  if (isFlag(first)) throw new UsageError(`${first} comes too early: a command is the first word.`);
  const command = await chooseCommand(run);
  const words = argv.slice(command.name.split(' ').length);
  const args = readArguments(command, words, { isEnvironment: launcher.isEnvironment, isFile });
  return (await command.run(createHost(io, launcher, sites, args.dir ?? DEFAULT_DIR), args)) ?? 0;
}

function explainUsage({ message, usage }: UsageError, io: CommandIo): number {
  io.err(`tracts: ${printable(message)}`);
  io.err(usage === undefined ? 'Type "tracts --help" for the commands.' : `Usage: ${usage}`);
  return 2;
}

function explainUnexpected(error: unknown, io: CommandIo): number {
  const message = error instanceof Error ? error.message : String(error);
  io.err(`tracts: an unexpected error: ${printable(message)}`);
  if (!io.debug) io.err('Set TRACTS_DEBUG=1 to see where it happened, and report it.');
  else if (error instanceof Error) io.err(error.stack ?? '');
  return 1;
}

/** Says what went wrong: a sentence for what people can put right, a hint for what they cannot. */
function explain(error: unknown, { argv, io }: Pick<Run, 'argv' | 'io'>): number {
  if (error instanceof UsageError) return explainUsage(error, io);
  if (!(error instanceof TracError && error.expose)) return explainUnexpected(error, io);
  if (ownWords(argv).includes('--json')) printJson(io, errorAsJson(error));
  else io.err(`tracts: ${printable(error.message)}`);
  return 1;
}

/**
 * Runs one command line, `argv` without node and script, and gives the exit code: 0 well, 1 an error that is told on
 * standard error (or on standard output for `--json`), 2 not understood. Never throws.
 */
export async function runCommandLine(argv: readonly string[], launcher: Launcher, io: CommandIo = processIo()): Promise<number> {
  const sites = new Sites(launcher, io);
  try {
    return await dispatch({ argv, io, launcher, sites });
  } catch (error) {
    return explain(error, { argv, io });
  } finally {
    await sites.closeAll().catch((error: unknown) => explain(error, { argv: [], io }));
  }
}
