import type { Adjunct, AdjunctType } from '../adjunct/types.ts';
import type { Settings } from '../kernel/settings.ts';
import type { ExtensionPoint, Service } from '../kernel/tokens.ts';
import { extensionPoint } from '../kernel/tokens.ts';
import type { Person } from '../security/context.ts';
import type { IContexts } from '../security/contexts.ts';

/** A composed site, as commands use it. Close it when done. */
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
  /** All of standard input. */
  readInput(): Promise<string>;
  /** Standard input is a terminal: ask, do not read. */
  readonly interactive: boolean;
  /** The site the command was started on: the environment DIR, or an empty one in memory when none is given. */
  readonly site: OpenSite;
  /** A site in memory, from a trac.ini's text. Throws `ConfigError` for a text that cannot be used. */
  memorySite(setup: MemorySiteSetup): Promise<OpenSite>;
}

/** Arguments after the command's name: `--json`, `--ini FILE`, and the rest in order. */
export interface CommandArguments {
  readonly positional: readonly string[];
  /** A flag without value is `true`. */
  readonly flags: Readonly<Record<string, string | true>>;
}

export interface Command {
  /** One or two words: `workflow check`. */
  readonly name: string;
  /** Arguments for the help: `[DIR | --ini FILE] [--json]`. */
  readonly usage: string;
  readonly summary: string;
  /** Flags that take a value; any other is a switch. An unknown flag is refused before `run`. */
  readonly options?: readonly string[];
  readonly switches?: readonly string[];
  /** `environment`: DIR must be one. `optional`: DIR, when given, must be one; else a site in memory stands in. */
  readonly site: 'environment' | 'optional';
  /** Returns the exit code; 0 or nothing: well. An error thrown is printed as a sentence and gives 1. */
  run(host: CommandHost, args: CommandArguments): Promise<number | undefined | void>;
}

/** Adds commands to `tracts`. Called: by the command line. Combined: all; a repeated name is an error. */
export interface ICommandProvider {
  getCommands(): readonly Command[];
}
export const ICommandProvider = extensionPoint<ICommandProvider>('ICommandProvider', {
  doc: 'Adds commands to the command line.',
});
