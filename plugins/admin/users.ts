import {
  BadRequestError,
  component,
  firstValue,
  formText,
  IAdminPanelProvider,
  IGrants,
  IOneTimeLinks,
  IPermissionService,
  ISessionService,
  IUserService,
  NotFoundError,
  type OperationContext,
  type Outcome,
  PermissionError,
  type WebRequest,
} from 'tracts';
import { actionFault, grantFaults, whyNot } from './granting.ts';
import { overview, person, type Services } from './users-view.ts';

const HOME = '/admin/users';

/** /admin/users: who has an account, who may do what. Accounts are TRAC_ADMIN's affair; grants also PERMISSION_GRANT's and PERMISSION_REVOKE's. */
export const UsersPanel = component({
  doc: 'Serves /admin/users: accounts, invitations, groups, permissions.',
  implements: [IAdminPanelProvider],
  uses: {
    users: IUserService,
    sessions: ISessionService,
    links: IOneTimeLinks,
    grants: IGrants,
    permissions: IPermissionService,
  },
  create: (services) => ({
    getAdminPanels: () => [
      {
        category: 'users',
        page: '',
        label: 'People and permissions',
        requires: ['TRAC_ADMIN', 'PERMISSION_ADMIN', 'PERMISSION_GRANT', 'PERMISSION_REVOKE'],
        show: (ctx, request) => {
          const name = firstValue(request.query['user']);
          return name === '' ? overview(services, ctx, request) : person(services, ctx, request, name);
        },
        submit: (ctx, request) => submit(services, ctx, request),
      },
    ],
  }),
});

type Step = (services: Services, ctx: OperationContext, request: WebRequest) => Promise<Outcome>;

/** What the button's name may be. */
const STEPS: ReadonlyMap<string, Step> = new Map<string, Step>([
  ['invite', invite],
  ['reset', resetLink],
  ['disable', (services, ctx, request) => setDisabled(services, ctx, request, true)],
  ['enable', (services, ctx, request) => setDisabled(services, ctx, request, false)],
  ['end', endSession],
  ['grant', grant],
  ['revoke', revoke],
]);

function submit(services: Services, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const step = STEPS.get(formText(request, 'step'));
  if (!step) throw new NotFoundError('This form is not known here. Reload the page and try again.');
  return step(services, ctx, request);
}

const typed = (request: WebRequest, name: string): string => formText(request, name).trim();

function requireAdministrator(ctx: OperationContext): void {
  if (!ctx.can('TRAC_ADMIN')) throw new PermissionError('TRAC_ADMIN', 'manage accounts');
}

async function accountOf({ users }: Services, ctx: OperationContext, request: WebRequest) {
  requireAdministrator(ctx);
  const name = typed(request, 'user');
  const account = await users.find(ctx, name);
  if (!account) throw new NotFoundError(`There is no account ${name}.`);
  return account;
}

/** The link goes into the page and nowhere else: who sees it could use it. */
const linkTo = (token: string, { origin, href }: WebRequest): string => origin + href(`/invite/${token}`);

async function invite(services: Services, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  requireAdministrator(ctx);
  const name = typed(request, 'name');
  const values = {
    name,
    full_name: typed(request, 'full_name'),
    email: typed(request, 'email'),
    groups: typed(request, 'groups'),
  };
  const refuse = (field: string, message: string) => overview(services, ctx, request, { values, problems: [{ field, message }] });
  const grants = values.groups.split(/[\s,]+/).filter(Boolean);
  const fault = grants.map((action) => actionFault(services.permissions, ctx, name, action)).find((text) => text !== undefined);
  if (fault !== undefined) return refuse('groups', fault);
  try {
    if (name !== '') await services.users.add(ctx, { name, fullName: values.full_name, email: values.email });
  } catch (error) {
    if (error instanceof BadRequestError) return refuse('name', error.message);
    throw error;
  }
  const token = await services.links.issue(ctx, { purpose: 'invite', account: name, grants });
  return overview(services, ctx, request, { link: { to: name || 'a new person', href: linkTo(token, request) } });
}

async function resetLink(services: Services, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const { name, hasPassword } = await accountOf(services, ctx, request);
  const token = await services.links.issue(ctx, { purpose: hasPassword ? 'reset' : 'invite', account: name, grants: [] });
  return person(services, ctx, request, name, linkTo(token, request));
}

const pageOf = (name: string): string => `${HOME}?user=${encodeURIComponent(name)}`;

async function setDisabled(services: Services, ctx: OperationContext, request: WebRequest, disabled: boolean): Promise<Outcome> {
  const { name } = await accountOf(services, ctx, request);
  if (name === ctx.user.name)
    return { redirect: pageOf(name), notice: { kind: 'error', text: 'You cannot disable your own account.' } };
  await services.users.update(ctx, name, { disabled });
  const text = disabled ? `${name} can no longer log in, and is logged out everywhere.` : `${name} can log in again.`;
  return { redirect: pageOf(name), notice: { kind: 'notice', text } };
}

async function endSession(services: Services, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const { name } = await accountOf(services, ctx, request);
  await services.sessions.revoke(ctx, name, typed(request, 'session'));
  return { redirect: pageOf(name), notice: { kind: 'notice', text: 'That session is over.' } };
}

async function grant(services: Services, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const values = { subject: typed(request, 'subject'), action: typed(request, 'action') };
  const problems = grantFaults(services.permissions, ctx, values.subject, values.action);
  if (problems.length > 0) return overview(services, ctx, request, { values, problems });
  try {
    await services.grants.grant(ctx, values.subject, values.action);
  } catch (error) {
    if (!(error instanceof BadRequestError)) throw error;
    return overview(services, ctx, request, { values, problems: [{ field: 'subject', message: error.message }] });
  }
  return { redirect: `${HOME}#grants`, notice: { kind: 'notice', text: `${values.subject} now has ${values.action}.` } };
}

async function revoke(services: Services, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const [subject, action] = [typed(request, 'subject'), typed(request, 'action')];
  const reason = await whyKept(services, ctx, subject, action);
  if (reason !== undefined) return { redirect: `${HOME}#grants`, notice: { kind: 'error', text: reason } };
  await services.grants.revoke(ctx, subject, action);
  return { redirect: `${HOME}#grants`, notice: { kind: 'notice', text: `${subject} no longer has ${action}.` } };
}

/** Why this grant stays, in a sentence; undefined: it goes. Only what is stored word for word, so that `*` takes nothing. */
async function whyKept({ grants, permissions }: Services, ctx: OperationContext, subject: string, action: string) {
  if (subject === ctx.user.name && action === 'TRAC_ADMIN')
    return 'You cannot take TRAC_ADMIN from yourself; another administrator can.';
  const stored = await grants.list(ctx);
  if (!stored.some((grant) => grant.subject === subject && grant.action === action))
    return `${subject} does not have ${action} any more.`;
  return whyNot(permissions, ctx, 'PERMISSION_REVOKE', action);
}
