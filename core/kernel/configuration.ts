import type { Diagnosis } from './errors.ts';
import type { Settings } from './settings.ts';
import { extensionPoint, service } from './tokens.ts';

/** The site's configuration, for components that read free-form sections such as [ticket-workflow]. */
export type ISettings = Settings;
export const ISettings = service<ISettings>('ISettings', { doc: 'The text of trac.ini, parents included.' });

/** One option of trac.ini to set, or to remove where the value is null. */
export interface SettingChange {
  readonly section: string;
  readonly name: string;
  readonly value: string | null;
}

/** Writes trac.ini, line by line: comments, order and spelling of everything else stay. A running server follows within two seconds. */
export interface ISettingsEditor {
  /** What the file and its parents say at this moment, which the running site may not have taken up yet. Throws like `change`. */
  read(): Settings;
  /**
   * Makes all changes at once, outside any transaction; false when the file said so already. What a declared option cannot
   * read is returned as errors, and then nothing is changed. Throws an error with code CONFIG and a sentence when the file
   * cannot be read, written, or hold a value.
   */
  change(changes: readonly SettingChange[]): { readonly changed: boolean; readonly errors: readonly Diagnosis[] };
}
export const ISettingsEditor = service<ISettingsEditor>('ISettingsEditor', { doc: 'Writes trac.ini.' });

/** Where this site keeps its files. */
export interface IEnvironment {
  /** Absolute path of the environment folder. */
  readonly dir: string;
  /** Path of its trac.ini. */
  readonly configFile: string;
}
export const IEnvironment = service<IEnvironment>('IEnvironment', { doc: 'Where this site keeps its files.' });

/**
 * Offers texts with which the trac.ini of a new environment can begin, by name.
 *
 * Called: by `tracts init`. Combined: all; of one name the first counts. Ordered by: nothing. If it throws: init fails.
 */
export interface IConfigurationPresets {
  getPresets(): Readonly<Record<string, string>>;
  /** Sections that every new trac.ini has, whatever it begins with. */
  getAdditions?(): string;
}
export const IConfigurationPresets = extensionPoint<IConfigurationPresets>('IConfigurationPresets', {
  doc: 'Offers texts with which a new trac.ini can begin.',
});
