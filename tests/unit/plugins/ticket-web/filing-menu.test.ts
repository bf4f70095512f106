import { expect, test } from 'vitest';
import { component, ITicketActionController } from '../../../../core/index.ts';
import { testSite } from '../../../../core/testing/index.ts';
import { enter, visit } from '../../../support/visitor.ts';

/** Lets people whose name begins with `call` file tickets. */
const CallCentre = component({
  implements: [ITicketActionController],
  create: () => ({
    getTicketActions: ({ ticket, user }) =>
      ticket.exists || !user.name.startsWith('call')
        ? []
        : [{ name: 'call', label: 'note a call', grantsCreate: true, changes: () => ({ status: 'new' }) }],
  }),
});
const ENTRY = '<a href="/newticket">New Ticket</a>';

test('the menu leads to a new ticket for whoever may file one, with TICKET_CREATE or by an action', async () => {
  await using site = await testSite({
    plugins: [{ CallCentre }],
    grants: { anonymous: ['TICKET_VIEW'], ann: ['TICKET_CREATE'] },
  });
  const menuOf = async (name: string) => (await (await enter(site, name)).get('/query')).body;
  expect(await menuOf('ann')).toContain(ENTRY);
  expect(await menuOf('callie')).toContain(ENTRY);
  expect(await menuOf('bob')).not.toContain(ENTRY);
  expect((await visit(site).get('/query')).body).not.toContain(ENTRY);
});
