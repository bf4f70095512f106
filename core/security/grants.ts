import { IGenerations } from '../db/generation.ts';
import { component } from '../kernel/component.ts';
import { BadRequestError, NotFoundError } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import { DIRECTORY } from './directory.ts';
import { IGrants, IPermissionService } from './extension-points.ts';
import { isPermissionName } from './permission-graph.ts';

const EVERYTHING = '*';

/** Keeps who was granted what. */
export const GrantSystem = component({
  doc: 'Keeps who was granted what.',
  implements: [IGrants],
  uses: { generations: IGenerations, permissions: IPermissionService },
  create: ({ generations, permissions }) => ({
    async list(ctx) {
      const rows: readonly { username: string; action: string }[] = await ctx
        .db('permission')
        .select('username', 'action')
        .orderBy(['username', 'action']);
      return rows.map(({ username, action }) => ({ subject: username, action }));
    },
    async grant(ctx, subject, action) {
      const fault = subjectFault(subject) ?? actionFault(subject, action, permissions.all());
      if (fault) throw new BadRequestError(fault);
      await ctx.db('permission').insert({ username: subject, action }).onConflict(['username', 'action']).ignore();
      await generations.bump(ctx, DIRECTORY);
    },
    async revoke(ctx, subject, action) {
      const which = {
        ...(subject === EVERYTHING ? {} : { username: subject }),
        ...(action === EVERYTHING ? {} : { action }),
      };
      if ((await ctx.db('permission').where(which).delete()) === 0)
        throw new NotFoundError(`${subject} was not granted ${action}.`);
      await generations.bump(ctx, DIRECTORY);
    },
  }),
});

const isWord = (name: string): boolean => name.length > 0 && name.length <= 200 && !/[\s\p{C},*]/u.test(name);

function subjectFault(subject: string): string | undefined {
  if (!isWord(subject)) return `“${subject}” is no name of a user or group: it must not be empty, hold spaces, commas or *.`;
  return isPermissionName(subject)
    ? `“${subject}” reads as a permission; users and groups have a lower-case letter at least. Put the user or group first, then the permission.`
    : undefined;
}

function actionFault(subject: string, action: string, known: ReadonlyMap<string, string>): string | undefined {
  if (!isWord(action)) return `“${action}” is no permission and no name of a group.`;
  if (isPermissionName(action)) return known.has(action) ? undefined : unknownPermission(action, known);
  if (action === 'anonymous' || action === 'authenticated')
    return `Nobody can be put into ${action}: everybody who ${action === 'anonymous' ? 'comes' : 'is logged in'} belongs to it.`;
  if (action === subject) return `${subject} cannot be a member of itself.`;
  return known.has(action.toUpperCase()) ? `There is no permission ${action}. Did you mean ${action.toUpperCase()}?` : undefined;
}

function unknownPermission(action: string, known: ReadonlyMap<string, string>): string {
  const near = nearest(action, known.keys());
  const remedy = near
    ? `Did you mean ${near}?`
    : 'Groups have a lower-case letter at least; permissions come from components that are enabled.';
  return `There is no permission ${action}. ${remedy}`;
}
