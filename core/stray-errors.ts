import { realpathSync } from 'node:fs';
import path from 'node:path';
import { reasonOf } from './kernel/errors.ts';

/** An error that nobody caught: of a promise, or of what a timer or an event called. */
export interface Stray {
  readonly kind: 'rejection' | 'exception';
  readonly error: unknown;
  /** As the log has it. */
  readonly stack: string;
  /** The plugin of an environment that it comes from, if the stack tells. */
  readonly culprit: { readonly plugin: string; readonly file: string } | undefined;
  /**
   * True: nothing of ours was broken off halfway, so that the process may go on. A rejected promise interrupts nobody; an exception
   * interrupts all whose calls led to it.
   */
  readonly isContained: boolean;
}

function stackOf(error: unknown): string {
  try {
    if (error instanceof Error && typeof error.stack === 'string') return error.stack;
  } catch {
    // Its message may still be had.
  }
  return reasonOf(error);
}

/** Folders in which everything is a plugin's: npm packages, and files of the administrator's own. */
function pluginFolders(dirs: Iterable<string>): readonly string[] {
  const roots = [...dirs].flatMap((dir) => {
    try {
      return [path.resolve(dir), realpathSync(dir)];
    } catch {
      return [path.resolve(dir)];
    }
  });
  return [...new Set(roots)].flatMap((root) => ['plugins', 'node_modules'].map((name) => path.join(root, name, path.sep)));
}

/** `later.ts`, `later/index.ts` and `later/deep/part.ts` are all of the plugin `later`; a package's name may have two parts. */
function pluginIn(frame: string, folder: string): Stray['culprit'] {
  const rest = frame.slice(frame.indexOf(folder) + folder.length).replace(/(:\d+){0,2}\)?$/, '');
  const [, plugin = rest] = /^((?:@[^/\\]+[/\\])?[^/\\]+?)(?:\.[cm]?[jt]s)?(?:[/\\]|$)/.exec(rest) ?? [];
  return { plugin, file: folder + rest };
}

/** What is known of an error that nobody caught. `dirs`: the environments in use. */
export function strayFrom(kind: Stray['kind'], error: unknown, dirs: Iterable<string>): Stray {
  const stack = stackOf(error);
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line) && !/\bnode:|<anonymous>/.test(line));
  const folders = pluginFolders(dirs);
  const folderOf = (frame: string): string | undefined => folders.find((folder) => frame.includes(folder));
  const theirs = frames.find((frame) => folderOf(frame) !== undefined);
  return {
    kind,
    error,
    stack,
    culprit: theirs === undefined ? undefined : pluginIn(theirs, folderOf(theirs) ?? ''),
    isContained: kind === 'rejection' || (frames.length > 0 && frames.every((frame) => folderOf(frame) !== undefined)),
  };
}

/** For whoever runs a command: in a sentence, without the stack. */
export function describeStray({ culprit, stack }: Stray): string {
  const who = culprit ? `the plugin ${culprit.plugin} (${culprit.file})` : 'something';
  return `${who} failed while nobody waited for it: ${stack.split('\n', 1)[0]}`;
}

/** Hands every error of this process that nobody caught to `hear`; without it Node would end the process. */
export function hearStrays(dirs: Iterable<string>, hear: (stray: Stray) => void): void {
  process.on('unhandledRejection', (error) => hear(strayFrom('rejection', error, dirs)));
  process.on('uncaughtException', (error) => hear(strayFrom('exception', error, dirs)));
}
