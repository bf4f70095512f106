import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Launcher } from '../../core/cli/launcher.ts';
import { runCommandLine } from '../../core/cli/run.ts';
import { createEnvironment, isEnvironment, memorySite, openEnvironment, upgradeEnvironment } from '../../core/environment.ts';

/** What one run of the command line gave. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  /** Standard input. */
  readonly input?: string;
  /** Answers of a person at a terminal. */
  readonly answers?: readonly string[];
  readonly debug?: boolean;
}

/** What `serve` was asked for: the tests of the command line open no socket. */
export type Served = Parameters<Launcher['serve']>;

/** The command line in this process, on a folder of its own. Environments, databases and plugins are real. */
export class CommandLine {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'tracts-cli-'));
  readonly served: Served[] = [];
  readonly launcher: Launcher = {
    isEnvironment,
    memorySite,
    openEnvironment: async (dir, options) => {
      const { site, database } = await openEnvironment(dir, options);
      const close = site.close;
      return Object.assign(site, {
        close: async () => {
          await close();
          await database.close();
        },
      });
    },
    createEnvironment: (dir, { database = 'sqlite:db/tracts.db', workflow }) =>
      createEnvironment(dir, { ini: `# ${workflow}\n[trac]\ndatabase = ${database}\n` }),
    upgradeEnvironment: (dir) => upgradeEnvironment(dir),
    serve: async (...args) => void this.served.push(args),
  };

  /** A path in the folder. */
  at(name: string): string {
    return path.join(this.folder, name);
  }

  write(name: string, text: string | Uint8Array): string {
    writeFileSync(this.at(name), text);
    return this.at(name);
  }

  async run(argv: readonly string[], { input = '', answers, debug = false }: RunOptions = {}): Promise<Ran> {
    const [out, err]: [string[], string[]] = [[], []];
    const waiting = [...(answers ?? [])];
    const code = await runCommandLine(argv, this.launcher, {
      out: (line) => void out.push(line),
      err: (line) => void err.push(line),
      readInput: async () => input,
      interactive: answers !== undefined,
      askSecret: async (question) => {
        err.push(question);
        return waiting.shift() ?? '';
      },
      debug,
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  }

  /** Runs and reads what was printed as JSON. */
  async json(argv: readonly string[], options?: RunOptions): Promise<unknown> {
    const { out, err } = await this.run(argv, options);
    if (err) throw new Error(err);
    return JSON.parse(out);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
