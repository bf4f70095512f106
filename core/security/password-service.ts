import { component } from '../kernel/component.ts';
import { BadRequestError } from '../kernel/errors.ts';
import { IContexts } from './contexts.ts';
import { IPasswords } from './extension-points.ts';
import { countAttempt, forgiveAttempt, purgeAttempts } from './login-attempts.ts';
import { hashPassword, passwordFault, verifyPassword } from './passwords.ts';
import { findAccount } from './users.ts';

const NOBODY = { user: { name: 'anonymous', authenticated: false }, via: 'web' } as const;

/** Judges passwords and counts failures. */
export const PasswordSystem = component({
  doc: 'Judges passwords.',
  implements: [IPasswords],
  uses: { contexts: IContexts },
  create: ({ contexts }) => ({
    hash(password) {
      const fault = passwordFault(password, '');
      if (fault) throw new BadRequestError(fault);
      return hashPassword(password);
    },
    fault: passwordFault,
    async check(name, password, address) {
      const wait = await contexts.write(NOBODY, (ctx) => countAttempt(ctx, name, address));
      if (wait > 0) return { kind: 'wait', seconds: Math.ceil(wait / 1000) };
      const found = await contexts.read(NOBODY, (ctx) => findAccount(ctx.db, name));
      const good = await verifyPassword(password, found?.passwordHash);
      if (!good || !found || found.account.disabled) return { kind: 'refused' };
      await contexts.write(NOBODY, (ctx) => forgiveAttempt(ctx, name, address));
      return { kind: 'in', account: found.account };
    },
    purge: purgeAttempts,
  }),
});
