import { readLines, refuse } from '../config/lines.ts';
import type { Place } from '../kernel/errors.ts';
import type { Resource } from './context.ts';
import { reach } from './permission-graph.ts';

/** One line of a section: to whom it applies, and what it says. */
interface AuthzLine {
  readonly who: string;
  /** Names of permissions; one with `!` in front refuses. Empty: refuses everything. */
  readonly actions: readonly string[];
  /** 1-based number of the line. */
  readonly line: number;
}

/** A section: a pattern for resources, with its lines in file order. */
interface AuthzSection {
  readonly pattern: RegExp;
  readonly lines: readonly AuthzLine[];
}

/** A file of fine-grained permissions, as read. */
export interface AuthzRules {
  readonly sections: readonly AuthzSection[];
  /** Group to its members, nested groups resolved. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
  /** The lines of [groups]. */
  readonly groupLines: readonly { readonly members: readonly string[]; readonly line: number }[];
  /** Some section names single fields, such as `[ticket:3/field:salary]`. */
  readonly namesFields: boolean;
}

const splitList = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

/** A shell pattern over the whole text, case-sensitive: `*`, `?`, `[abc]`, `[!abc]`; `*` runs over slashes too. */
export function globPattern(glob: string): RegExp {
  const source = glob.replace(/\[(!?)(\]?[^\]]*)\]|[*?]|[^*?[]+|\[/g, (part, not?: string, set?: string) => {
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\\]^[]/g, '\\$&')}]`;
    // Greedy stars one after another would make matching slow; one is enough.
    return part === '*' ? '.*' : part === '?' ? '.' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source.replace(/(?:\.\*)+/g, '.*')}$`, 'su');
}

function readPattern(glob: string, place: Place): RegExp {
  try {
    return globPattern(glob.includes('@') ? glob : `${glob}@*`);
  } catch {
    return refuse(place, `the pattern of [${glob}] cannot be read. A range such as [a-z] goes upwards.`);
  }
}

/** Reads such a file. Throws a ConfigError that names the line that cannot be read. */
export function parseAuthz(text: string, file: string): AuthzRules {
  const sections = new Map<string, { readonly pattern: RegExp; readonly lines: AuthzLine[] }>();
  const members = new Map<string, string[]>();
  const groupLines: { readonly members: readonly string[]; readonly line: number }[] = [];
  // Joe and joe are two people, as everywhere; only the names in trac.ini are the same in any case.
  for (const item of readLines(text, file, (name) => name).items) {
    if (item.kind === 'comment') continue;
    const line = item.at + 1;
    if (item.kind === 'section') {
      if (item.name !== 'groups') sections.set(item.name, { pattern: readPattern(item.name, { file, line }), lines: [] });
    } else if (item.section === 'groups') {
      const direct = splitList(item.value);
      members.set(item.writtenKey, direct);
      groupLines.push({ members: direct, line });
    } else sections.get(item.section)?.lines.push({ who: item.writtenKey, actions: splitList(item.value), line });
  }
  const groups = new Map(
    [...members].map(([group, direct]) => [
      group,
      reach(direct, (name) => (name.startsWith('@') ? (members.get(name.slice(1)) ?? []) : [])),
    ]),
  );
  return {
    sections: [...sections.values()],
    groups,
    groupLines,
    namesFields: [...sections.keys()].some((glob) => /(^|\/)field:/.test(glob)),
  };
}

/**
 * A resource as patterns see it: `milestone:1.0` and `@*` for any version; one within another follows it after a slash.
 * Versions are not told apart.
 */
export function resourceKey(resource: Resource | undefined): string {
  if (!resource) return '*:*@*';
  const own = `${resource.realm || '*'}:${resource.id ?? '*'}@*`;
  let { parent } = resource;
  while (parent && parent.realm === resource.realm) parent = parent.parent;
  return parent ? `${resourceKey(parent)}/${own}` : own;
}
