import type { Settings } from './settings.ts';
import { extensionPoint, service } from './tokens.ts';

/** The site's configuration, for components that read free-form sections such as [ticket-workflow]. */
export type ISettings = Settings;
export const ISettings = service<ISettings>('ISettings', { doc: 'The text of trac.ini, parents included.' });

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
}
export const IConfigurationPresets = extensionPoint<IConfigurationPresets>('IConfigurationPresets', {
  doc: 'Offers texts with which a new trac.ini can begin.',
});
