import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { component } from '../kernel/component.ts';
import { IEnvironment, ISettings } from '../kernel/configuration.ts';
import { ConfigError, type Diagnosis, type Place } from '../kernel/errors.ts';
import { ILog, type Log } from '../kernel/log.ts';
import { option } from '../kernel/option.ts';
import { IDiagnostician, IRegistry } from '../kernel/registry.ts';
import { checkAuthz } from './authz-check.ts';
import { type AuthzRules, parseAuthz, resourceKey } from './authz-file.ts';
import type { Resource } from './context.ts';
import { IPermissionPolicy, IPermissionService, type PolicyContext } from './extension-points.ts';
import { PermissionGraph, withExtraPermissions } from './permission-graph.ts';

/**
 * Grants and refuses by a file of rules over single resources (PM-08). It is read again when it changes; while it is
 * missing or cannot be read, everything is refused. Asked only where `[trac] permission_policies` names it.
 */
export const AuthzPolicy = component({
  doc: 'Grants and refuses by rules over single resources, from the file that [authz_policy] authz_file names.',
  implements: [IPermissionPolicy, IDiagnostician],
  uses: { environment: IEnvironment, registry: IRegistry, settings: ISettings, permissions: IPermissionService, log: ILog },
  options: {
    file: option.text(
      'authz_policy',
      'authz_file',
      '',
      "Path of the file of fine-grained permissions, relative to the environment's conf folder.",
    ),
  },
  create: ({ environment, registry, settings, permissions, log, options }) => {
    const file = options.file && path.resolve(environment.dir, 'conf', options.file);
    const read = rulesReader(file, settings.place('authz_policy', 'authz_file'), log);
    const isAsked = /\bAuthzPolicy\b/.test(settings.get('trac', 'permission_policies') ?? '');
    let graph: PermissionGraph | undefined;
    const expand = (permission: string): ReadonlySet<string> => {
      graph ??= new PermissionGraph(withExtraPermissions(registry.permissions(), settings).permissions);
      return graph.expand(permission);
    };
    const check = checker(file, permissions);
    return {
      checkPermission(permission: string, who: PolicyContext, resource: Resource | undefined): boolean | undefined {
        const { rules } = read();
        return rules ? judge(rules, permission, who, resource, expand) : false;
      },
      judgesFields: () => read().rules?.namesFields ?? true,
      isLive: true,
      diagnose(): readonly Diagnosis[] {
        if (!isAsked) return [];
        const { rules, problem } = read();
        if (problem) return [problem];
        return rules ? check(rules) : [];
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

/** Grants may change while the file does not, so that it is looked through again, but not for each page. */
function checker(file: string, permissions: IPermissionService): (rules: AuthzRules) => readonly Diagnosis[] {
  let last: { readonly rules: AuthzRules; readonly until: number; readonly found: readonly Diagnosis[] } | undefined;
  return (rules) => {
    if (last?.rules === rules && performance.now() < last.until) return last.found;
    const defined = new Set(permissions.all().keys());
    const found = checkAuthz(rules, file, { permissions: defined, isGroup: (name) => permissions.isGroup(name) });
    last = { rules, until: performance.now() + 5000, found };
    return found;
  };
}

interface Reading {
  readonly rules?: AuthzRules;
  readonly problem?: Diagnosis;
}

/** Reads the file again when its time, size or identity changed; looks at most every half second. `named`: where trac.ini names it. */
function rulesReader(file: string, named: Place | undefined, log: Log): () => Reading {
  let stamp = '';
  let lookedAt = Number.NEGATIVE_INFINITY;
  let reading: Reading | undefined;
  const change = (next: Reading): Reading => {
    const [before, now] = [reading?.problem, next.problem];
    // What is wrong from the start is logged with the rest of the configuration.
    if (reading && now && now.message !== before?.message) log.error(now.message, { remedy: now.remedy, ...now.place });
    if (before && !now) log.info('the authz file is in force again', { file });
    reading = next;
    return next;
  };
  return () => {
    if (reading && (file === '' || performance.now() - lookedAt < 500)) return reading;
    lookedAt = performance.now();
    try {
      if (file === '') throw new ConfigError('[authz_policy] authz_file is empty: it must name a file.', named);
      const { mtimeMs, size, ino } = statSync(file);
      if (reading && stamp === `${mtimeMs} ${size} ${ino}`) return reading;
      const rules = parseAuthz(readFileSync(file, 'utf8'), file);
      stamp = `${mtimeMs} ${size} ${ino}`;
      return change({ rules });
    } catch (error) {
      stamp = '';
      return change({ problem: problemOf(error, file, named) });
    }
  };
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: 'may not be read by the account that runs Tracts',
  EPERM: 'may not be read by the account that runs Tracts',
};

function problemOf(error: unknown, file: string, named: Place | undefined): Diagnosis {
  const code = String((error as { code?: unknown }).code);
  const isOfFile = error instanceof ConfigError;
  const reason = isOfFile
    ? error.message
    : `The file ${file}, which [authz_policy] authz_file names, ${UNREADABLE[code] ?? `cannot be read (${code})`}.`;
  return {
    severity: 'error',
    message: `${reason} AuthzPolicy refuses everything until this is put right.`,
    remedy: 'Correct the file, or take AuthzPolicy out of [trac] permission_policies.',
    place: isOfFile ? error.place : named,
    component: 'core.AuthzPolicy',
    refusesAll: true,
  };
}
