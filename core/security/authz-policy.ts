import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { component } from '../kernel/component.ts';
import { IEnvironment, ISettings } from '../kernel/configuration.ts';
import type { Diagnosis } from '../kernel/errors.ts';
import { option } from '../kernel/option.ts';
import { IDiagnostician, IRegistry } from '../kernel/registry.ts';
import { type AuthzRules, parseAuthz, resourceKey } from './authz-file.ts';
import type { Resource } from './context.ts';
import { IPermissionPolicy, type PolicyContext } from './extension-points.ts';
import { PermissionGraph, withExtraPermissions } from './permission-graph.ts';

/**
 * Grants and refuses by a file of rules over single resources (PM-08). It is read again when it changes; while it is
 * missing or cannot be read, everything is refused. Asked only where `[trac] permission_policies` names it.
 */
export const AuthzPolicy = component({
  doc: 'Grants and refuses by rules over single resources, from the file that [authz_policy] authz_file names.',
  implements: [IPermissionPolicy, IDiagnostician],
  uses: { environment: IEnvironment, registry: IRegistry, settings: ISettings },
  options: {
    file: option.text(
      'authz_policy',
      'authz_file',
      '',
      "Path of the file of fine-grained permissions, relative to the environment's conf folder.",
    ),
  },
  create: ({ environment, registry, settings, options }) => {
    const file = options.file && path.resolve(environment.dir, 'conf', options.file);
    const read = rulesReader(file);
    const isAsked = /\bAuthzPolicy\b/.test(settings.get('trac', 'permission_policies') ?? '');
    let graph: PermissionGraph | undefined;
    const expand = (permission: string): ReadonlySet<string> => {
      graph ??= new PermissionGraph(withExtraPermissions(registry.permissions(), settings).permissions);
      return graph.expand(permission);
    };
    return {
      checkPermission(permission: string, who: PolicyContext, resource: Resource | undefined): boolean | undefined {
        const { rules } = read();
        return rules ? judge(rules, permission, who, resource, expand) : false;
      },
      judgesFields: () => read().rules?.namesFields ?? true,
      diagnose(): readonly Diagnosis[] {
        const { problem } = isAsked ? read() : {};
        if (problem === undefined) return [];
        return [
          {
            severity: 'error',
            message: `${problem} AuthzPolicy refuses everything until this is put right.`,
            remedy: 'Correct the file, or take AuthzPolicy out of [trac] permission_policies.',
            place: settings.place('authz_policy', 'authz_file'),
            component: 'core.AuthzPolicy',
          },
        ];
      },
    };
  },
});

/** The first section that fits the resource and has a line for the asker decides, or passes the question on. */
function judge(
  { sections, groups }: AuthzRules,
  permission: string,
  who: PolicyContext,
  resource: Resource | undefined,
  expand: (permission: string) => ReadonlySet<string>,
): boolean | undefined {
  const key = resourceKey(resource);
  const isMeant = (name: string): boolean => {
    if (name === '*') return true;
    if (name.startsWith('@')) return groups.get(name.slice(1))?.has(who.user.name) ?? who.groups.has(name.slice(1));
    if (name === 'anonymous') return true;
    return who.user.authenticated && (name === 'authenticated' || name === who.user.name);
  };
  for (const { pattern, lines } of sections) {
    const line = pattern.test(key) ? lines.find(({ who: name }) => isMeant(name)) : undefined;
    if (line) return answer(line.actions, permission, expand);
  }
  return undefined;
}

function answer(
  actions: readonly string[],
  permission: string,
  expand: (permission: string) => ReadonlySet<string>,
): boolean | undefined {
  if (actions.length === 0) return false;
  for (const action of actions) {
    const refuses = action.startsWith('!');
    const name = refuses ? action.slice(1) : action;
    if (name === permission || expand(name).has(permission)) return !refuses;
  }
  return undefined;
}

interface Reading {
  readonly rules?: AuthzRules;
  readonly problem?: string;
}

/** Reads the file again when its time, size or identity changed; looks at most every half second. */
function rulesReader(file: string): () => Reading {
  let stamp = '';
  let lookedAt = Number.NEGATIVE_INFINITY;
  let reading: Reading = { problem: '[authz_policy] authz_file is empty: it must name a file.' };
  return () => {
    if (file === '' || performance.now() - lookedAt < 500) return reading;
    lookedAt = performance.now();
    try {
      const { mtimeMs, size, ino } = statSync(file);
      if (stamp === `${mtimeMs} ${size} ${ino}`) return reading;
      reading = { rules: parseAuthz(readFileSync(file, 'utf8'), file) };
      stamp = `${mtimeMs} ${size} ${ino}`;
    } catch (error) {
      stamp = '';
      reading = { problem: error instanceof Error ? error.message : String(error) };
    }
    return reading;
  };
}
