import { resolve } from 'node:path';
import type { Log } from '../kernel/log.ts';
import type { Command, CommandArguments, CommandHost, MemorySiteSetup, OpenSite } from './extension-points.ts';
import type { Launcher } from './launcher.ts';
import type { CommandIo } from './terminal.ts';

/** What the core's own commands get beyond what a plugin's command gets. */
export interface CoreHost extends CommandHost {
  readonly launcher: Launcher;
  /** Asks at the terminal, without echo. */
  askSecret(question: string): Promise<string>;
}

/** A command of the core, or of a plugin, which asks for less. */
export interface CoreCommand extends Omit<Command, 'run'> {
  run(host: CoreHost, args: CommandArguments): Promise<number | undefined>;
}

interface HeldLog extends Log {
  /** Says what was held back, and from now on everything at once. */
  release(): void;
}

/**
 * What goes wrong while a command runs belongs on standard error; what goes well nobody asked for. Held back until the
 * environment is open: one that cannot be opened says why in a sentence.
 */
function heldLog({ err }: CommandIo): HeldLog {
  let held: string[] | undefined = [];
  const say = (level: string) => (message: string, data?: Readonly<Record<string, unknown>>) => {
    const line = `${level}: ${message}${data ? ` ${JSON.stringify(data)}` : ''}`;
    if (held) held.push(line);
    else err(line);
  };
  const release = (): void => {
    for (const line of held ?? []) err(line);
    held = undefined;
  };
  return { info: () => undefined, warn: say('warning'), error: say('error'), release };
}

/** Opens sites for one run of the command line, each environment once, and closes them all. */
export class Sites {
  readonly #launcher: Launcher;
  readonly #io: CommandIo;
  readonly #environments = new Map<string, Promise<OpenSite>>();
  readonly #memory: Promise<OpenSite>[] = [];
  #builtIn: Promise<OpenSite> | undefined;

  constructor(launcher: Launcher, io: CommandIo) {
    this.#launcher = launcher;
    this.#io = io;
  }

  open(dir: string): Promise<OpenSite> {
    const path = resolve(dir);
    const site = this.#environments.get(path) ?? this.#open(path);
    this.#environments.set(path, site);
    return site;
  }

  async #open(path: string): Promise<OpenSite> {
    const log = heldLog(this.#io);
    const site = await this.#launcher.openEnvironment(path, { log });
    log.release();
    return site;
  }

  inMemory(setup: MemorySiteSetup): Promise<OpenSite> {
    const site = this.#launcher.memorySite(setup);
    this.#memory.push(site);
    return site;
  }

  /** The site without a configuration: it knows the built-in plugins. */
  builtIn(): Promise<OpenSite> {
    this.#builtIn ??= this.inMemory({});
    return this.#builtIn;
  }

  async closeAll(): Promise<void> {
    for (const opened of await Promise.allSettled([...this.#environments.values(), ...this.#memory]))
      if (opened.status === 'fulfilled') await opened.value.close();
  }
}

/** What surrounds the command while it runs on the environment `dir`. */
export function createHost(io: CommandIo, launcher: Launcher, sites: Sites, dir: string): CoreHost {
  return {
    out: io.out,
    err: io.err,
    readInput: io.readInput,
    interactive: io.interactive,
    askSecret: io.askSecret,
    launcher,
    dir,
    openSite: (other = dir) => sites.open(other),
    memorySite: (setup) => sites.inMemory(setup),
  };
}
