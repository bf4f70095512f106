import {
  type IGrants,
  type IOneTimeLinks,
  type IPermissionService,
  type ISessionService,
  type IUserService,
  isPermissionName,
  NotFoundError,
  type OperationContext,
  PermissionError,
  type View,
  type WebRequest,
} from 'tracts';
import { whyNot } from './granting.ts';

/** What the panel works with. */
export interface Services {
  readonly users: IUserService;
  readonly sessions: ISessionService;
  readonly links: IOneTimeLinks;
  readonly grants: IGrants;
  readonly permissions: IPermissionService;
}
interface Typed {
  readonly name: string;
  readonly full_name: string;
  readonly email: string;
  readonly groups: string;
  readonly subject: string;
  readonly action: string;
}
interface Extras {
  readonly values?: Partial<Typed>;
  readonly problems?: readonly { readonly field: string; readonly message: string }[];
  /** A one-time link that was just made; shown this once. */
  readonly link?: { readonly to: string; readonly href: string };
}

const EMPTY: Typed = { name: '', full_name: '', email: '', groups: '', subject: '', action: '' };

/** Everybody and every grant, with the forms to invite and to grant. */
export async function overview(
  services: Services,
  ctx: OperationContext,
  request: WebRequest,
  extras: Extras = {},
): Promise<View> {
  const { problems = [], link } = extras;
  const stored = await services.grants.list(ctx);
  const accounts = ctx.can('TRAC_ADMIN') ? await services.users.list(ctx) : [];
  const groups = [...new Set(stored.map(({ action }) => action).filter((action) => !isPermissionName(action)))];
  return {
    template: 'admin/users.njk',
    status: problems.length > 0 ? 422 : 200,
    data: {
      values: { ...EMPTY, ...extras.values },
      problems,
      link: link ?? null,
      mayManage: ctx.can('TRAC_ADMIN'),
      mayGrant: ctx.can('PERMISSION_GRANT'),
      accounts: accounts.map(({ name, fullName, email, disabled, hasPassword }) => ({
        name,
        fullName,
        email,
        state: disabled ? 'disabled' : hasPassword ? 'active' : 'invited',
        groups: stored.filter(({ subject, action }) => subject === name && !isPermissionName(action)).map(({ action }) => action),
        href: request.href(`/admin/users?user=${encodeURIComponent(name)}`),
      })),
      subjects: bySubject(services, ctx, stored),
      choices: [...groups, ...[...services.permissions.all()].filter(([name]) => ctx.can(name)).map(([name]) => name)].sort(),
    },
  };
}

function bySubject(
  { permissions }: Services,
  ctx: OperationContext,
  stored: readonly { readonly subject: string; readonly action: string }[],
) {
  const names = [...new Set(stored.map(({ subject }) => subject))];
  const mayRevoke = new Map<string, boolean>();
  return names.map((name) => ({
    name,
    items: stored
      .filter(({ subject }) => subject === name)
      .map(({ action }) => {
        if (!mayRevoke.has(action)) mayRevoke.set(action, whyNot(permissions, ctx, 'PERMISSION_REVOKE', action) === undefined);
        return { action, help: permissions.all().get(action) ?? '', mayRevoke: mayRevoke.get(action) ?? false };
      }),
  }));
}

/** One account: its sessions, what it may do and why, and the buttons for it. */
export async function person(
  { users, sessions, permissions }: Services,
  ctx: OperationContext,
  request: WebRequest,
  name: string,
  link = '',
): Promise<View> {
  if (!ctx.can('TRAC_ADMIN')) throw new PermissionError('TRAC_ADMIN', 'see accounts');
  const account = await users.find(ctx, name);
  if (!account) throw new NotFoundError(`There is no account ${name}.`);
  const open = await sessions.list(ctx, name);
  return {
    template: 'admin/person.njk',
    data: {
      account,
      link,
      own: name === ctx.user.name,
      sessions: open.map(({ id, client, created, lastSeen }) => ({
        id,
        client,
        created,
        lastSeen,
        own: id === request.sessionId,
      })),
      held: [...permissions.permissionsOf(ctx, { name, authenticated: true })].sort(),
    },
  };
}
