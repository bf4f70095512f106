import { expect, test } from 'vitest';
import { component, IPermissionPolicy, ITicketService } from '../../../core/index.ts';
import { testSite } from '../../../core/testing/index.ts';
import { eachDialect } from '../../support/databases.ts';

const Colours = component({
  implements: [IPermissionPolicy],
  create: () => ({
    checkPermission: (permission, who, resource) => {
      const { values } = (resource?.object ?? {}) as { values?: Readonly<Record<string, unknown>> };
      return permission === 'TICKET_VIEW' && !who.holds('TRAC_ADMIN') && values?.['colour'] === 'black' ? false : undefined;
    },
  }),
});
const ini = `[trac]
permission_policies = Colours, DefaultPermissionPolicy
[ticket-custom]
colour = text
colour.value = green
`;

eachDialect((fresh) => {
  test('tickets are opened together with their custom values, in the order asked, without those that may not be viewed', async () => {
    await using site = await testSite({ plugins: { colours: { Colours } }, ini, database: await fresh() });
    for (const colour of ['red', 'black', 'green']) await site.fileTicket({ summary: colour, colour });
    const seenBy = (name: string) =>
      site.as(name).run(async (ctx) => {
        const open = await site.site.get(ITicketService).openAll(ctx, [3, 99, 2, 1]);
        return open.map(({ ticket }) => [ticket.id, ticket.values['colour'], ticket.version]);
      });
    expect(await seenBy('ann')).toEqual([
      [3, 'green', 1],
      [1, 'red', 1],
    ]);
    expect((await seenBy('admin')).map(([id]) => id)).toEqual([3, 2, 1]);
  });
});
