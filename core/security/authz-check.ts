import path from 'node:path';
import { type Diagnosis, describePlace } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import type { AuthzRules } from './authz-file.ts';

/** What there is that lines may name. */
export interface AuthzNames {
  readonly permissions: ReadonlySet<string>;
  /** Is somebody in this group by grants? */
  isGroup(name: string): boolean;
}

/** Names in the file that mean nothing, so that a line does not say what whoever wrote it thinks: the first hundred. */
export function checkAuthz(rules: AuthzRules, file: string, names: AuthzNames): readonly Diagnosis[] {
  const found: Diagnosis[] = [];
  for (const { line, message, remedy } of findNonsense(rules, names)) {
    const where = describePlace({ file: path.basename(file), line });
    const place = { file, line };
    found.push({ severity: 'warning', message: `${where}: ${message}`, remedy, place, component: 'core.AuthzPolicy' });
    if (found.length === MOST_TOLD) break;
  }
  return found;
}

const MOST_TOLD = 100;

interface Nonsense {
  readonly line: number;
  readonly message: string;
  readonly remedy: string;
}

/** One after the other: the nearest name of each of ten thousand misspelt ones takes long, and nobody reads them. */
function* findNonsense({ groups, groupLines, sections }: AuthzRules, names: AuthzNames): Generator<Nonsense> {
  const lines = [
    ...groupLines.map(({ members, line }) => ({ subjects: members, actions: [], line })),
    ...sections.flatMap(linesOf),
  ];
  for (const { subjects, actions, line } of lines.sort((a, b) => a.line - b.line)) {
    for (const subject of subjects)
      if (subject.startsWith('@') && !groups.has(subject.slice(1)) && !names.isGroup(subject.slice(1)))
        yield { line, ...unknownGroup(subject.slice(1), groups) };
    for (const permission of actions.map((action) => action.replace(/^!/, '')))
      if (!names.permissions.has(permission)) yield { line, ...unknownPermission(permission, names) };
  }
}

function unknownGroup(group: string, groups: AuthzRules['groups']): Omit<Nonsense, 'line'> {
  const near = nearest(group, [...groups.keys()]);
  const remedy = 'Add it to [groups] of this file, or put people into it by "tracts permission add".';
  return {
    message: `nobody is in the group @${group}, so that it means nobody.`,
    remedy: near ? `Did you mean @${near}?` : remedy,
  };
}

function unknownPermission(permission: string, { permissions }: AuthzNames): Omit<Nonsense, 'line'> {
  const near = nearest(permission, [...permissions]);
  return {
    message: `nothing defines the permission "${permission}", so that it means nothing.`,
    remedy: near ? `Did you mean ${near}?` : 'Correct it, or enable the plugin that defines it.',
  };
}

const linesOf = ({ lines }: AuthzRules['sections'][number]) =>
  lines.map(({ who, actions, line }) => ({ subjects: [who], actions, line }));
