import type { Service } from '../kernel/tokens.ts';
import type { OperationContext, User } from './context.ts';
import { ISessionService, type Preferences } from './extension-points.ts';

/** Who sends a request, as the session cookie tells. */
export interface Known extends Preferences {
  readonly user: User;
  readonly sessionId: string;
  readonly formToken: string;
}

/** Makes what the server asks for each request with a session cookie: whose it is, or undefined. */
export function sessionFinder(kernel: {
  get<T>(token: Service<T>): T;
}): (ctx: OperationContext, token: string) => Promise<Known | undefined> {
  const sessions = kernel.get(ISessionService);
  return async (ctx, token) => {
    const found = await sessions.find(ctx, token);
    if (!found) return undefined;
    const { session, account } = found;
    return {
      user: { name: account.name, authenticated: true },
      sessionId: session.id,
      formToken: session.formToken,
      timeZone: account.timeZone,
      theme: account.theme,
    };
  };
}
