import type { Log } from '../kernel/log.ts';
import type { MemorySiteSetup, OpenSite } from './extension-points.ts';

/** What the command line asks of the composition root, which it cannot import. */
export interface Launcher {
  /** True for a folder that holds an environment; it may still be one that cannot be opened. */
  isEnvironment(dir: string): boolean;
  /** Opens an environment; refuses one that needs `tracts upgrade`. */
  openEnvironment(dir: string, options: { readonly log: Log }): Promise<OpenSite>;
  memorySite(setup: MemorySiteSetup): Promise<OpenSite>;
  /** Makes an environment folder with its database. Refuses a folder that is one already or holds other files. */
  createEnvironment(dir: string, options: { readonly workflow: string; readonly database?: string | undefined }): Promise<void>;
  /** Runs pending migrations; returns their names. */
  upgradeEnvironment(dir: string): Promise<readonly string[]>;
  /** Serves until stopped. Creates the environment first when there is none. Prints the address and, while nobody has an account, the one-time link. */
  serve(
    dir: string,
    options: { readonly host: string; readonly port: number; readonly demo: boolean; readonly out: (line: string) => void },
  ): Promise<void>;
}
