import { firstFindings } from '../kernel/diagnoses.ts';
import type { Diagnosis } from '../kernel/errors.ts';
import type { PermissionInfo } from '../kernel/registry.ts';
import type { Settings } from '../kernel/settings.ts';

/** Holding it means holding everything that anybody defines. */
const ALL_PERMISSIONS = 'TRAC_ADMIN';

/** Trac's rule: what is given to a subject is a permission when all its letters are upper case, and else a group. */
export const isPermissionName = (name: string): boolean => name === name.toUpperCase() && name !== name.toLowerCase();

/** Everything that can be reached from the names given, themselves included; circles are fine. */
export function reach(start: Iterable<string>, next: (name: string) => Iterable<string>): Set<string> {
  const reached = new Set(start);
  // A set goes on to what is added while it is walked.
  for (const name of reached) for (const other of next(name)) reached.add(other);
  return reached;
}

/** Every permission that somebody defines, and what holding it means. Made once for a configuration. */
export class PermissionGraph {
  readonly #defined: ReadonlyMap<string, PermissionInfo>;
  readonly #expansions = new Map<string, ReadonlySet<string>>();

  constructor(defined: ReadonlyMap<string, PermissionInfo>) {
    this.#defined = defined;
  }

  has(permission: string): boolean {
    return this.#defined.has(permission);
  }

  /** With the line of help of each. */
  help(): ReadonlyMap<string, string> {
    return new Map([...this.#defined].map(([name, { help }]) => [name, help]));
  }

  /** What holding it means, itself included. A name that nothing defines means nothing. */
  expand(permission: string): ReadonlySet<string> {
    const known = this.#expansions.get(permission);
    if (known) return known;
    const all = permission === ALL_PERMISSIONS && this.has(permission) ? this.#defined.keys() : [permission];
    const reached = reach(all, (name) => this.#defined.get(name)?.includes ?? []);
    const expansion = new Set([...reached].filter((name) => this.has(name)));
    this.#expansions.set(permission, expansion);
    return expansion;
  }
}

const SECTION = 'extra-permissions';

/**
 * Adds the permissions of `[extra-permissions]` to those of the components: `NAME = A, B` defines NAME, which includes A
 * and B, and defines those too; a name that begins with an underscore only groups the line (`_any = A, B`). However they are
 * written, they are upper case.
 */
export function withExtraPermissions(
  declared: ReadonlyMap<string, PermissionInfo>,
  settings: Settings,
): { readonly permissions: ReadonlyMap<string, PermissionInfo>; readonly diagnoses: readonly Diagnosis[] } {
  const permissions = new Map(declared);
  const diagnoses: Diagnosis[] = [];
  const define = (name: string, includes: readonly string[] = []): void => {
    const known = permissions.get(name) ?? { help: `Defined in [${SECTION}] of trac.ini.`, component: SECTION, includes: [] };
    permissions.set(name, { ...known, includes: [...new Set([...known.includes, ...includes])] });
  };
  for (const [key, value] of settings.entries(SECTION)) {
    const names = [
      ...new Set(
        value
          .toUpperCase()
          .split(/[,\s]+/)
          .filter(Boolean),
      ),
    ];
    const good = names.filter(isPermissionName);
    for (const bad of names.filter((name) => !isPermissionName(name)))
      diagnoses.push({
        severity: 'error',
        message: `"${bad}" is no permission: their names have letters. It is left out.`,
        remedy: 'Write a name with letters, or take it out.',
        place: settings.place(SECTION, key),
      });
    for (const name of good) if (!permissions.has(name)) define(name);
    if (!key.startsWith('_')) define(key.toUpperCase(), good);
  }
  return { permissions, diagnoses: firstFindings(diagnoses) };
}
