import { expect, test } from 'vitest';
import { testSite } from '../../../core/testing/index.ts';

test('files a ticket with defaults and the reporter', async () => {
  await using site = await testSite();
  const ticket = await site.fileTicket({ summary: ' Crash ' });
  expect(await site.ticket(ticket.id)).toMatchObject({ summary: 'Crash', status: 'new', owner: '', reporter: 'reporter', type: 'defect', priority: 'major', rowVersion: 1 });
});
