import type { Diagnosis } from './errors.ts';
import type { AnyOption } from './option.ts';
import { extensionPoint, service } from './tokens.ts';

/** One component as `tracts plugin list` and /about show it. */
export interface ComponentInfo {
  /** `<plugin>.<ExportName>`, as in `[components]`. */
  readonly id: string;
  readonly plugin: string;
  readonly enabled: boolean;
  /** What decided: a `[components]` line with its place, or the default. */
  readonly decidedBy: string;
  /** Path of the file it came from. */
  readonly file: string;
  readonly implements: readonly string[];
  readonly doc: string;
  readonly problems: readonly Diagnosis[];
}

export interface PermissionInfo {
  readonly help: string;
  readonly component: string;
  /** What it includes, directly. */
  readonly includes: readonly string[];
}

/** What was found and loaded: components, options, permissions, problems. */
export interface IRegistry {
  components(): readonly ComponentInfo[];
  /** Options of every component that was found, enabled or not. */
  options(): readonly { readonly option: AnyOption; readonly component: string }[];
  /** Sections with options of any name, that components which were found read, with a line of help. */
  sections(): ReadonlyMap<string, string>;
  /** Permissions of enabled components, meta permissions with what they include. */
  permissions(): ReadonlyMap<string, PermissionInfo>;
  /** The id of a live component instance, `?` for anything else. */
  idOf(instance: object): string;
  /** Everything found wrong while loading. */
  diagnoses(): readonly Diagnosis[];
}
export const IRegistry = service<IRegistry>('IRegistry', { doc: 'Knows what was found and loaded.' });

/** Something of a component that failed, and without which the rest went on. */
export interface ComponentFailure {
  /** The component's id (`IRegistry.idOf`). */
  readonly component: string;
  /** Follows the id in a sentence: `could not offer its actions`. */
  readonly task: string;
  readonly error: unknown;
  /** Where and for whom, for the log and in the note: `{ ticket: 12, user: 'joe' }`. What is undefined is left out. */
  readonly about?: Readonly<Record<string, unknown>>;
  /** It was asked whether something is allowed: everything it is asked is refused until it is put right. */
  readonly refusesAll?: boolean;
}

/** What is wrong with the site now, beyond loading: a changed trac.ini that was not taken, what failed after a commit, ... */
export interface ISiteHealth {
  /** Everything an administrator should know, what the registry found while loading included. Cheap: asked for each page. */
  diagnoses(): readonly Diagnosis[];
  /**
   * Takes note of a component that was left out at something: logged, and told to administrators for a day. Only for what is
   * offered (a menu entry, a panel), or of a guard that refuses since it failed.
   */
  report(failure: ComponentFailure): void;
}
export const ISiteHealth = service<ISiteHealth>('ISiteHealth', { doc: 'Knows what is wrong with the site.' });

/** Finds mistakes in the configuration that only a component can judge; asked by checks and for the administrators' banner. */
export interface IDiagnostician {
  /** Called: when a configuration is loaded, and by `tracts config check`. Combined: all. If it throws: reported as a problem. */
  diagnose(): readonly Diagnosis[];
  /**
   * What it finds depends on more than trac.ini, e.g. on another file: it is asked anew for each page of an administrator, so it
   * must be cheap.
   */
  readonly isLive?: boolean;
}
export const IDiagnostician = extensionPoint<IDiagnostician>('IDiagnostician', { doc: 'Finds mistakes in the configuration.' });
