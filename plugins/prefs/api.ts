import { extensionPoint } from 'tracts';

/** A page of preferences beside the first one. */
export interface PreferencePage {
  /** What the link says. */
  readonly label: string;
  /** Its path, below /prefs. */
  readonly href: string;
}

/** Adds pages of preferences. Called: for each view of /prefs. Combined: all. Ordered by: nothing. If it throws: the request fails. */
export interface IPreferencePageProvider {
  getPreferencePages(): readonly PreferencePage[];
}
export const IPreferencePageProvider = extensionPoint<IPreferencePageProvider>('IPreferencePageProvider', {
  doc: 'Adds pages of preferences.',
});
