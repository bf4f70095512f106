import {
  BadRequestError,
  component,
  formText,
  IContexts,
  IGrants,
  IOneTimeLinks,
  IPasswords,
  IRouteProvider,
  ISessionService,
  IUserService,
  NotFoundError,
  type OneTimeLink,
  type OperationContext,
  type Outcome,
  type User,
  type WebRequest,
} from 'tracts';
import { sessionCookies } from './session-cookies.ts';

interface Services {
  readonly contexts: IContexts;
  readonly passwords: IPasswords;
  readonly sessions: ISessionService;
  readonly users: IUserService;
  readonly links: IOneTimeLinks;
  readonly grants: IGrants;
}
interface Typed {
  readonly name: string;
  readonly full_name: string;
  readonly email: string;
}
interface Problem {
  readonly field: string;
  readonly message: string;
}

/** /invite/<token>: where a one-time link leads. Sets a password, and the name where it is not settled yet. */
export const InvitationPage = component({
  doc: 'Serves /invite: where one-time links lead.',
  implements: [IRouteProvider],
  uses: {
    contexts: IContexts,
    passwords: IPasswords,
    sessions: ISessionService,
    users: IUserService,
    links: IOneTimeLinks,
    grants: IGrants,
  },
  create: (services) => ({
    getRoutes: () => [
      { method: 'GET', path: '/invite/:token', handle: (ctx, request) => show(services, ctx, request) },
      { method: 'POST', path: '/invite/:token', mode: 'read', handle: (ctx, request) => accept(services, ctx, request) },
    ],
  }),
});

/** Input that the account service refuses, with the input's name. */
class FieldError extends BadRequestError {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

const blame =
  (field: string) =>
  (error: unknown): never => {
    throw error instanceof BadRequestError ? new FieldError(field, error.message) : error;
  };

const goneError = () => new NotFoundError('This link has been used or is too old. Ask an administrator for a new one.');

async function linkOf({ links }: Services, ctx: OperationContext, request: WebRequest): Promise<OneTimeLink> {
  const link = await links.find(ctx, request.params['token'] ?? '');
  if (link === undefined) throw goneError();
  return link;
}

async function show(services: Services, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const link = await linkOf(services, ctx, request);
  const account = link.account === '' ? undefined : await services.users.find(ctx, link.account);
  return page(link, { name: link.account, full_name: account?.fullName ?? '', email: account?.email ?? '' }, []);
}

const page = (link: OneTimeLink, values: Typed, problems: readonly Problem[]): Outcome => ({
  template: 'auth/invite.njk',
  status: problems.length > 0 ? 422 : 200,
  headers: { 'cache-control': 'no-store' },
  data: { values, problems, purpose: link.purpose, named: link.account !== '', expires: link.expires },
});

async function accept(services: Services, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const link = await linkOf(services, ctx, request);
  const text = (name: string) => formText(request, name).trim();
  const typed: Typed = { name: link.account || text('name'), full_name: text('full_name'), email: text('email') };
  const password = formText(request, 'password');
  const problems = faults(services, typed, password, formText(request, 'password2'));
  if (problems.length > 0) return page(link, typed, problems);
  const passwordHash = await services.passwords.hash(password);
  try {
    const { token, session } = await settle(services, ctx.user, request, typed, passwordHash);
    const notice = { kind: 'notice', text: `Welcome, ${typed.full_name || typed.name}. You are logged in.` } as const;
    return { redirect: '/', notice, cookies: sessionCookies(token, session, ctx) };
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    return page(link, typed, [error]);
  }
}

function faults({ passwords }: Services, typed: Typed, password: string, again: string): Problem[] {
  const problems: Problem[] = [];
  if (typed.name === '') problems.push({ field: 'name', message: 'Choose a name to log in with.' });
  const fault = passwords.fault(password, typed.name);
  if (fault !== undefined) problems.push({ field: 'password', message: fault });
  else if (password !== again) problems.push({ field: 'password2', message: 'The two passwords differ. Type both again.' });
  return problems;
}

/** Everything the link promised, or nothing: should the name be taken, the link stays good. */
function settle(
  { contexts, links, users, grants, sessions }: Services,
  user: User,
  request: WebRequest,
  { name, full_name: fullName, email }: Typed,
  passwordHash: string,
) {
  return contexts.write({ user, via: 'web' }, async (ctx) => {
    const link = await links.use(ctx, request.params['token'] ?? '');
    if (link === undefined) throw goneError();
    if (link.account === '') await users.add(ctx, { name }).catch(blame('name'));
    const settings = link.purpose === 'reset' ? { passwordHash } : { fullName, email, passwordHash };
    await users.update(ctx, name, settings).catch(blame('email'));
    for (const action of link.grants) await grants.grant(ctx, name, action);
    return sessions.open(ctx, name, request.headers['user-agent'] ?? '');
  });
}
