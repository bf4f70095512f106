import {
  BadRequestError,
  component,
  formatWait,
  formText,
  IContexts,
  INavigationContributor,
  IPasswords,
  IRouteProvider,
  ISessionService,
  IUserService,
  isTimeZone,
  type OperationContext,
  type Outcome,
  type Preferences,
  SESSION_COOKIE,
  type WebRequest,
} from 'tracts';
import { IPreferencePageProvider } from './api.ts';

interface Services {
  readonly contexts: IContexts;
  readonly passwords: IPasswords;
  readonly sessions: ISessionService;
  readonly users: IUserService;
  readonly pages: Iterable<IPreferencePageProvider>;
}
interface Problem {
  readonly field: string;
  readonly message: string;
}
interface Typed {
  readonly full_name: string;
  readonly email: string;
  readonly time_zone: string;
  readonly theme: string;
}

const THEMES: readonly Preferences['theme'][] = ['auto', 'light', 'dark'];
const THEME_OPTIONS = [
  { value: 'auto', text: 'As the system has it' },
  { value: 'light', text: 'Light' },
  { value: 'dark', text: 'Dark' },
];
const ZONE_OPTIONS = [
  { value: '', text: 'The site’s own' },
  ...['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')].map((value) => ({
    value,
    text: value.replaceAll('_', ' '),
  })),
];

/** /prefs: a person's own settings, password and sessions. */
export const PreferencesPages = component({
  doc: 'Serves /prefs: own settings, password, sessions.',
  implements: [IRouteProvider, INavigationContributor],
  uses: {
    contexts: IContexts,
    passwords: IPasswords,
    sessions: ISessionService,
    users: IUserService,
    pages: IPreferencePageProvider,
  },
  create: (services) => ({
    getNavigationItems: ({ user }) =>
      user.authenticated ? [{ menu: 'meta', name: 'prefs', label: 'Preferences', href: '/prefs', order: 3 }] : [],
    getRoutes: () => [
      { method: 'GET', path: '/prefs', handle: (ctx, request) => ownOnly(ctx, () => show(services, ctx, request)) },
      { method: 'POST', path: '/prefs', handle: (ctx, request) => ownOnly(ctx, () => saveSettings(services, ctx, request)) },
      {
        method: 'POST',
        path: '/prefs/password',
        mode: 'read',
        handle: (ctx, request) => ownOnly(ctx, () => changePassword(services, ctx, request)),
      },
      {
        method: 'POST',
        path: '/prefs/sessions',
        handle: (ctx, request) => ownOnly(ctx, () => endSession(services, ctx, request)),
      },
    ],
  }),
});

function ownOnly(ctx: OperationContext, handle: () => Promise<Outcome>): Outcome | Promise<Outcome> {
  return ctx.user.authenticated ? handle() : { redirect: '/login?referer=%2Fprefs' };
}

async function show(
  { users, sessions, pages }: Services,
  ctx: OperationContext,
  request: WebRequest,
  typed?: Typed,
  problems: readonly Problem[] = [],
): Promise<Outcome> {
  const account = await users.find(ctx, ctx.user.name);
  const values: Typed = typed ?? {
    full_name: account?.fullName ?? '',
    email: account?.email ?? '',
    time_zone: account?.timeZone ?? '',
    theme: account?.theme ?? 'auto',
  };
  const open = await sessions.list(ctx, ctx.user.name);
  return {
    template: 'prefs/prefs.njk',
    status: problems.length > 0 ? 422 : 200,
    data: {
      values,
      problems,
      zones: ZONE_OPTIONS,
      themes: THEME_OPTIONS,
      pages: [...pages].flatMap((provider) => provider.getPreferencePages()),
      sessions: open.map(({ id, client, created, lastSeen }) => ({
        id,
        client,
        created,
        lastSeen,
        own: id === request.sessionId,
      })),
    },
  };
}

async function saveSettings(services: Services, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const text = (name: string) => formText(request, name).trim();
  const typed: Typed = { full_name: text('full_name'), email: text('email'), time_zone: text('time_zone'), theme: text('theme') };
  const theme = THEMES.find((name) => name === typed.theme);
  const problems: Problem[] = [];
  if (typed.time_zone !== '' && !isTimeZone(typed.time_zone)) {
    problems.push({ field: 'time_zone', message: 'There is no such time zone. Choose one from the list.' });
  }
  if (theme === undefined) problems.push({ field: 'theme', message: 'Choose one of the themes.' });
  if (problems.length > 0 || theme === undefined) return show(services, ctx, request, typed, problems);
  const { full_name: fullName, email, time_zone: timeZone } = typed;
  try {
    await services.users.update(ctx, ctx.user.name, { fullName, email, timeZone, theme });
  } catch (error) {
    if (!(error instanceof BadRequestError)) throw error;
    return show(services, ctx, request, typed, [{ field: 'email', message: error.message }]);
  }
  return { redirect: '/prefs', notice: { kind: 'notice', text: 'Your preferences are saved.' } };
}

async function changePassword(services: Services, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const { passwords, contexts, users, sessions } = services;
  const text = (name: string) => formText(request, name);
  const refuse = (field: string, message: string) => show(services, ctx, request, undefined, [{ field, message }]);
  const { name } = ctx.user;
  const fault = passwords.fault(text('password'), name);
  if (fault !== undefined) return refuse('password', fault);
  if (text('password') !== text('password2')) return refuse('password2', 'The two passwords differ. Type both again.');
  const old = await passwords.check(name, text('old_password'), request.ip);
  if (old.kind === 'wait') return refuse('old_password', `Too many tries. Wait ${formatWait(old.seconds)}, then try again.`);
  if (old.kind === 'refused') return refuse('old_password', 'This is not your present password.');
  const passwordHash = await passwords.hash(text('password'));
  // Every session ends, this one too; the person goes on with a new one.
  const { token, session } = await contexts.write({ user: ctx.user, via: 'web' }, async (writing) => {
    await users.update(writing, name, { passwordHash });
    return sessions.open(writing, name, request.headers['user-agent'] ?? '');
  });
  const maxAge = Math.floor((session.expires.getTime() - ctx.now.getTime()) / 1000);
  return {
    redirect: '/prefs',
    cookies: [{ name: SESSION_COOKIE, value: token, maxAge }],
    notice: { kind: 'notice', text: 'Your password is changed. Everywhere else you are logged out.' },
  };
}

async function endSession({ sessions }: Services, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  await sessions.revoke(ctx, ctx.user.name, formText(request, 'session'));
  return { redirect: '/prefs', notice: { kind: 'notice', text: 'That session is over.' } };
}
