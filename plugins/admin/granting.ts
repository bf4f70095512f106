import { type IPermissionService, isPermissionName, type OperationContext } from 'tracts';

/**
 * Why this person may not grant or take away `action`, in a sentence; undefined: may.
 *
 * Nobody passes on, or takes from others, what they do not hold; for a group that means everything its members hold.
 */
export function whyNot(
  permissions: IPermissionService,
  ctx: OperationContext,
  right: 'PERMISSION_GRANT' | 'PERMISSION_REVOKE',
  action: string,
): string | undefined {
  if (!ctx.can(right)) return `You need the permission ${right} for this.`;
  const given = isPermissionName(action) ? [action] : [...permissions.permissionsOf(ctx, { name: action, authenticated: true })];
  const lacking = given.filter((permission) => !ctx.can(permission));
  if (lacking.length === 0) return undefined;
  return `You do not hold ${lacking.slice(0, 3).join(', ')} yourself, so you can neither give nor take ${action}.`;
}

/** What is wrong with a new grant, by field. */
export function grantFaults(permissions: IPermissionService, ctx: OperationContext, subject: string, action: string) {
  const problems: { readonly field: string; readonly message: string }[] = [];
  if (subject === '')
    problems.push({ field: 'subject', message: 'Say who gets it: a person, a group, anonymous or authenticated.' });
  else if (isPermissionName(subject)) problems.push({ field: 'subject', message: 'Names in capitals are kept for permissions.' });
  const fault = actionFault(permissions, ctx, subject, action);
  if (fault !== undefined) problems.push({ field: 'action', message: fault });
  return problems;
}

/** What is wrong with giving `action` to `subject`, in a sentence. */
export function actionFault(
  permissions: IPermissionService,
  ctx: OperationContext,
  subject: string,
  action: string,
): string | undefined {
  if (action === '') return 'Say what is given: a permission or the name of a group.';
  if (action === 'anonymous' || action === 'authenticated')
    return `Nobody can be put into ${action}; who belongs to it is clear by itself.`;
  if (action === subject) return 'A group cannot be a member of itself.';
  if (isPermissionName(action) && !permissions.all().has(action))
    return `There is no permission ${action}. Choose one from the list.`;
  return whyNot(permissions, ctx, 'PERMISSION_GRANT', action);
}
