import type { ConfigError } from '../kernel/errors.ts';
import { attemptConfiguration, type Configuration, MISSING, stampFile } from './configuration.ts';
import { complain } from './lines.ts';

/** What a watcher tells: a new good configuration, or why there is none; then the last good one stays in force. */
export type ConfigurationNews = { readonly configuration: Configuration } | { readonly error: ConfigError };

export interface ConfigurationWatch {
  /** Looks at once, without waiting for the timer or for the file to come to rest. */
  check(): void;
  stop(): void;
}

type Stamps = ReadonlyMap<string, string>;

const lookAgain = (known: Stamps): Stamps => new Map([...known.keys()].map((path) => [path, stampFile(path)]));

const same = (left: Stamps, right: Stamps): boolean => [...left].every(([path, stamp]) => right.get(path) === stamp);

/** A parent that was read and is gone is a mishap, though a parent that never was there is no error. */
function findVanished(good: Configuration, now: Configuration): string | undefined {
  return good.files.find((path) => now.stamps.get(path) === MISSING);
}

/**
 * Watches the files of a configuration by looking at them, every half second unless told otherwise: that works on network
 * disks, for edits by rename, and for files that do not exist yet.
 *
 * `tell` is called once for each change, from a timer, and must not throw. A change counts when two looks in a row have seen
 * the same, so that a file half written by an editor is not read. The timer does not keep the process alive.
 */
export function watchConfiguration(
  start: Configuration,
  tell: (news: ConfigurationNews) => void,
  { interval = 500 }: { readonly interval?: number } = {},
): ConfigurationWatch {
  const { file } = start;
  if (file === undefined) throw new TypeError('only a configuration that was loaded from a file can be watched');
  let good: Configuration = start;
  let known: Stamps = start.stamps;
  let seen: Stamps = known;

  const reload = (): void => {
    const attempt = attemptConfiguration(file);
    if ('error' in attempt) {
      // The parents of the last good one too: mending one of them may be what mends the whole.
      known = new Map([...lookAgain(good.stamps), ...attempt.stamps]);
      tell({ error: attempt.error });
      return;
    }
    const { configuration } = attempt;
    known = configuration.stamps;
    const vanished = findVanished(good, configuration);
    if (vanished !== undefined) {
      const remedy = 'Put it back, or take it out of [inherit] file. What it said before stays in force until then or a restart.';
      tell({ error: complain({ file: vanished }, `the inherited file is gone. ${remedy}`) });
      return;
    }
    if (configuration.sections().length === 0 && good.sections().length > 0) {
      const remedy = 'Put its content back. To have every option at its default, restart Tracts.';
      tell({ error: complain({ file }, `the file is empty, which it was not before. ${remedy}`) });
      return;
    }
    good = configuration;
    tell({ configuration });
  };

  const look = (patient: boolean): void => {
    const now = lookAgain(known);
    const changed = !same(known, now);
    const settled = same(now, seen);
    seen = now;
    if (changed && (settled || !patient)) reload();
  };

  const timer = setInterval(() => look(true), interval);
  timer.unref();
  return { check: () => look(false), stop: () => clearInterval(timer) };
}
