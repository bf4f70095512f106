import type { AnyOption } from '../kernel/option.ts';

/** An option with the component that reads it, as the registry lists them. Several components may read one option. */
export interface Declared {
  readonly option: AnyOption;
  readonly component: string;
}

/** The sections whose options anyone may name: nothing in them can be unknown. */
export const FREE_SECTIONS: ReadonlySet<string> = new Set([
  'components',
  'extra-permissions',
  'milestone-groups',
  'ticket-custom',
  'ticket-workflow',
]);

/** The same with those that components say they read. */
export const freeSectionsWith = (more: ReadonlyMap<string, string>): ReadonlySet<string> =>
  new Set([...FREE_SECTIONS, ...more.keys()]);

/** What stands in the place of a secret in listings and messages. */
export const HIDDEN = '(hidden)';

/** The declared option of this name, if there is one; the name in any case. */
export const findDeclared = (declared: Iterable<Declared>, section: string, name: string): AnyOption | undefined =>
  [...declared].find(({ option }) => option.section === section && option.name === name.toLowerCase())?.option;

/** True when any of its readers calls the option a secret: one careful component is enough. */
export const isSecret = (declared: Iterable<Declared>, section: string, name: string): boolean =>
  [...declared].some(({ option }) => option.secret === true && option.section === section && option.name === name.toLowerCase());
