import type { OperationContext, User } from '../security/context.ts';

/** Who sends a request, as the cookie tells, with what every page needs to know of that person. */
export interface Visitor {
  readonly user: User;
  readonly sessionId: string | undefined;
  readonly formToken: string;
  readonly timeZone: string;
  readonly theme: 'auto' | 'light' | 'dark';
}

/** Finds the session that a cookie's value opens; undefined: none, over, revoked, or the account is disabled. */
export type SessionFinder = (ctx: OperationContext, token: string) => Promise<Visitor | undefined>;

/** The session cookie's name is Trac's, so that scripts which look for it keep working. */
export const SESSION_COOKIE = 'trac_auth';

export const ANONYMOUS: User = { name: 'anonymous', authenticated: false };

export const anonymousVisitor = (formToken: string): Visitor => ({
  user: ANONYMOUS,
  sessionId: undefined,
  formToken,
  timeZone: '',
  theme: 'auto',
});
