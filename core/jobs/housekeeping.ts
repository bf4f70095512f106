import { component } from '../kernel/component.ts';
import { IOneTimeLinks, IPasswords, ISessionService } from '../security/extension-points.ts';
import { IJobProvider } from './extension-points.ts';

/** Deletes logins, links and counts of failed logins that are over. */
export const Housekeeping = component({
  doc: 'Deletes logins, links and counts of failed logins that are over.',
  implements: [IJobProvider],
  uses: { sessions: ISessionService, links: IOneTimeLinks, passwords: IPasswords },
  create: ({ sessions, links, passwords }) => ({
    getJobs: () => [
      {
        name: 'housekeeping',
        schedule: '17 * * * *',
        summary: 'Deletes logins, links and counts of failed logins that are over.',
        async run(ctx) {
          await sessions.purge(ctx);
          await links.purge(ctx);
          await passwords.purge(ctx);
        },
      },
    ],
  }),
});
