import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { SettingChange } from '../kernel/configuration.ts';
import { ConfigError } from '../kernel/errors.ts';
import { parseConfiguration } from './configuration.ts';
import { editIni } from './edit.ts';
import { refuse } from './lines.ts';
import { decodeIni } from './parse.ts';

/** Makes what was renamed durable; some file systems refuse to sync a folder, and then there is nothing more to do. */
function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // The file itself is synced; only the rename could be lost with the power.
  }
}

/** Only root may give a file away; for others the new file is theirs, as with any editor. */
function keepOwner(path: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  try {
    chownSync(path, uid, gid);
  } catch {
    // Not root: the content matters more than the owner.
  }
}

/**
 * Puts the text in the place of the file at once: a reader sees the old or the new one, never a half. Mode and, where
 * allowed, owner stay; a symbolic link stays a link.
 */
export function replaceFile(file: string, text: string): void {
  const target = realpathSync(file);
  const stats = statSync(target);
  const temporary = join(dirname(target), `.tracts-${randomUUID()}`);
  try {
    const handle = openSync(temporary, 'wx', 0o600);
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    keepOwner(temporary, stats);
    chmodSync(temporary, stats.mode & 0o7777);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(target));
}

/** Sets one option in a file, or removes it when the value is null; otherwise as `setOptions`. */
export const setOption = (file: string, section: string, key: string, value: string | null): boolean =>
  setOptions(file, [{ section, name: key, value }]);

/**
 * Sets and removes options in a file, all at once; true when that changed the file. Throws a ConfigError, and leaves the
 * file alone, when it does not parse, when the result would not load with its parents, when a value cannot be held, or when
 * the disk refuses. No step waits, so two calls in one process cannot lose each other's change.
 */
export function setOptions(file: string, changes: readonly SettingChange[]): boolean {
  try {
    const text = decodeIni(readFileSync(file), file);
    let edited = text;
    for (const { section, name, value } of changes) edited = editIni(edited, section, name, value, file);
    if (edited === text) return false;
    parseConfiguration(edited, { file });
    replaceFile(file, edited);
    return true;
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const [first] = changes;
    return refuse(
      { file, section: first?.section, key: first?.name },
      `the change cannot be written (${reason}). Check the path and who may write there.`,
    );
  }
}
