import { type CookieChange, FORM_TOKEN_COOKIE, type OperationContext, SESSION_COOKIE, type Session } from 'tracts';

/** Cookies of a session that has just begun; the form token is readable, because client scripts send it back. */
export function sessionCookies(token: string, session: Session, ctx: OperationContext): CookieChange[] {
  const maxAge = Math.floor((session.expires.getTime() - ctx.now.getTime()) / 1000);
  return [
    { name: SESSION_COOKIE, value: token, maxAge },
    { name: FORM_TOKEN_COOKIE, value: session.formToken, maxAge, httpOnly: false },
  ];
}

/** Cookies of a session that has ended. */
export const goneCookies: readonly CookieChange[] = [
  { name: SESSION_COOKIE, value: undefined },
  { name: FORM_TOKEN_COOKIE, value: undefined, httpOnly: false },
];
