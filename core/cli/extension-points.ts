import type { Adjunct, AdjunctType } from '../adjunct/types.ts';
import type { Settings } from '../kernel/settings.ts';
import type { ExtensionPoint, Service } from '../kernel/tokens.ts';
import { extensionPoint } from '../kernel/tokens.ts';
import type { Person } from '../security/context.ts';
import type { IContexts } from '../security/contexts.ts';

/** A composed site, as commands use it. Close it when done; sites that a `CommandHost` opened are closed by it. */
export interface OpenSite {
  readonly settings: Settings;
  readonly contexts: IContexts;
  get<T>(token: Service<T>): T;
  all<T>(point: ExtensionPoint<T>): readonly T[];
  close(): Promise<void>;
}

/** What a site that lives only in memory starts with, for dry runs. */
export interface MemorySiteSetup {
  /** Text of a trac.ini; default: empty. */
  readonly ini?: string;
  /** Name of that text in messages. */
  readonly file?: string;
  readonly people?: readonly Person[];
  /** Subject to permissions and groups. */
  readonly grants?: Readonly<Record<string, readonly string[]>>;
  /** Replaces a new environment's vocabularies, type by type. */
  readonly adjuncts?: ReadonlyMap<AdjunctType, readonly Adjunct[]>;
}

/** What surrounds a running command. */
export interface CommandHost {
  out(line: string): void;
  err(line: string): void;
  /** All of standard input. Throws a sentence when it is not UTF-8. */
  readInput(): Promise<string>;
  /** Standard input is a terminal: ask, do not read. */
  readonly interactive: boolean;
  /** The environment folder that the command line names; `env` when it names none. Need not exist. */
  readonly dir: string;
  /** Opens an environment, `dir` unless told otherwise; throws a sentence when that cannot be. Closed after the command. */
  openSite(dir?: string): Promise<OpenSite>;
  /** A site in memory, from a trac.ini's text. Throws `ConfigError` for a text that cannot be used. Closed after the command. */
  memorySite(setup: MemorySiteSetup): Promise<OpenSite>;
}

/** What follows the command's name: flags, and the rest in order without DIR. */
export interface CommandArguments {
  readonly positional: readonly string[];
  /** A switch is `true`. */
  readonly flags: Readonly<Record<string, string | true>>;
}

/** One command of `tracts`. Its line of help is made from what it declares; what it does not declare is refused before `run`. */
export interface Command {
  /** One or two words: `workflow check`. */
  readonly name: string;
  readonly summary: string;
  /** DIR, an environment folder, may come first; `env` stands in for it. */
  readonly takesDir: boolean;
  /** Further arguments in order: `NAME` is needed, `[N]` may be left out, and after `ACTION...` come any number more. */
  readonly arguments?: readonly string[];
  /** Flags that take a value, each with the word for that value: `{ ini: 'FILE' }` is `--ini FILE`. */
  readonly options?: Readonly<Record<string, string>>;
  /** Flags that take none. */
  readonly switches?: readonly string[];
  /**
   * Returns the exit code; 0 or nothing: well. An error thrown is printed as a sentence and gives 1.
   *
   * Acts on the sites that `host` opens, never on services of the component it belongs to: that one may live in another site.
   */
  run(host: CommandHost, args: CommandArguments): Promise<number | undefined>;
}

/**
 * Adds commands to `tracts`. Called: when a configuration is loaded, and by the command line. Combined: all; of two with one name the
 * first is heard. Ordered by: nothing. If it throws when loaded: the component is left out.
 */
export interface ICommandProvider {
  getCommands(): readonly Command[];
}
export const ICommandProvider = extensionPoint<ICommandProvider>('ICommandProvider', {
  doc: 'Adds commands to the command line.',
});
