import {
  component,
  formatWait,
  formText,
  IContexts,
  INavigationContributor,
  IPasswords,
  IRouteProvider,
  ISessionService,
  type LoginResult,
  type OperationContext,
  type Outcome,
  option,
  type WebRequest,
} from 'tracts';
import { afterLogout, returnPath } from './return-path.ts';
import { goneCookies, sessionCookies } from './session-cookies.ts';

interface Services {
  readonly contexts: IContexts;
  readonly passwords: IPasswords;
  readonly sessions: ISessionService;
}

const CHALLENGE = { 'www-authenticate': 'Basic realm="Tracts", charset="UTF-8"' };
const NOT_KEPT = { 'cache-control': 'no-store' };

/** /login and /logout. A script that sends HTTP Basic to /login, or to a path below it, gets its session cookie there. */
export const LoginPages = component({
  doc: 'Serves /login and /logout.',
  implements: [IRouteProvider, INavigationContributor],
  uses: { contexts: IContexts, passwords: IPasswords, sessions: ISessionService },
  options: {
    redirect: option.text(
      'metanav',
      'logout.redirect',
      '',
      'The page after logging out: a path of this site, e.g. /about. Empty: the start page.',
    ),
  },
  create: ({ options, ...services }) => ({
    getNavigationItems: (ctx) =>
      ctx.user.authenticated
        ? [{ menu: 'meta', name: 'logout', label: 'Log out', href: '/logout', order: 2, method: 'post' }]
        : [{ menu: 'meta', name: 'login', label: 'Log in', href: '/login', order: 1 }],
    getRoutes: () => [
      { method: 'GET', path: '/login', handle: (ctx, request) => showLogin(services, ctx, request) },
      { method: 'GET', path: '/login/*', handle: (ctx, request) => showLogin(services, ctx, request) },
      // Judging a password takes long, so that no transaction may be open meanwhile.
      { method: 'POST', path: '/login', mode: 'read', handle: (ctx, request) => logIn(services, ctx, request) },
      { method: 'GET', path: '/logout', handle: () => ({ template: 'auth/logout.njk', data: {} }) },
      { method: 'POST', path: '/logout', handle: (ctx, request) => logOut(services.sessions, ctx, request, options.redirect) },
    ],
  }),
});

async function showLogin(services: Services, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const { authorization } = request.headers;
  if (authorization?.toLowerCase().startsWith('basic ')) return basicLogIn(services, ctx, request, authorization);
  const target = returnPath(request);
  if (ctx.user.authenticated) return { redirect: target };
  if (!request.headers['accept']?.includes('text/html')) return challenge('Send a name and a password (HTTP Basic).');
  return loginForm(target, '', '', 200);
}

const loginForm = (referer: string, name: string, problem: string, status: number): Outcome => ({
  template: 'auth/login.njk',
  status,
  headers: NOT_KEPT,
  data: {
    values: { user: name, referer },
    problems: problem === '' ? [] : [{ field: status === 429 ? '' : 'user', message: problem }],
  },
});

const challenge = (text: string): Outcome => ({ text: `${text}\n`, status: 401, headers: { ...CHALLENGE, ...NOT_KEPT } });

async function logIn(services: Services, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const name = formText(request, 'user').trim();
  const password = formText(request, 'password');
  const target = returnPath(request);
  if (name === '' || password === '') return loginForm(target, name, 'Enter your name and your password.', 422);
  const result = await services.passwords.check(name, password, request.ip);
  if (result.kind === 'in') return begin(services, ctx, request, result, target);
  if (result.kind === 'refused') return loginForm(target, name, 'This name and password do not go together.', 422);
  const form = loginForm(target, name, waitText(result.seconds), 429);
  return { ...form, headers: { ...NOT_KEPT, 'retry-after': String(result.seconds) } };
}

async function basicLogIn(
  services: Services,
  ctx: OperationContext,
  request: WebRequest,
  authorization: string,
): Promise<Outcome> {
  const [name = '', password] = credentials(authorization);
  if (name === '' || password === undefined) return challenge('These credentials cannot be read.');
  const result = await services.passwords.check(name, password, request.ip);
  if (result.kind === 'in') return begin(services, ctx, request, result, returnPath(request));
  if (result.kind === 'refused') return challenge('This name and password do not go together.');
  return { text: `${waitText(result.seconds)}\n`, status: 429, headers: { ...NOT_KEPT, 'retry-after': String(result.seconds) } };
}

/** Name and password; a password may hold colons. */
function credentials(authorization: string): readonly [string?, string?] {
  const text = Buffer.from(authorization.slice('basic '.length).trim(), 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? [] : [text.slice(0, colon), text.slice(colon + 1)];
}

const waitText = (seconds: number): string =>
  `Too many tries to log in. Wait ${formatWait(seconds)}, then try again; if you forgot the password, an administrator can send you a link.`;

/** Begins a session of its own: one that the browser had before ends. */
async function begin(
  { contexts, sessions }: Services,
  ctx: OperationContext,
  request: WebRequest,
  { account }: Extract<LoginResult, { kind: 'in' }>,
  target: string,
): Promise<Outcome> {
  const user = { name: account.name, authenticated: true };
  const { token, session } = await contexts.write({ user, via: 'web' }, async (writing) => {
    if (request.sessionId !== undefined) await sessions.revoke(writing, ctx.user.name, request.sessionId);
    return sessions.open(writing, account.name, request.headers['user-agent'] ?? '');
  });
  ctx.log.info('logged in', { user: account.name });
  return { redirect: target, cookies: sessionCookies(token, session, ctx) };
}

async function logOut(sessions: ISessionService, ctx: OperationContext, request: WebRequest, redirect: string): Promise<Outcome> {
  if (request.sessionId !== undefined) await sessions.revoke(ctx, ctx.user.name, request.sessionId);
  return { redirect: afterLogout(redirect), cookies: goneCookies, notice: { kind: 'notice', text: 'You are logged out.' } };
}
