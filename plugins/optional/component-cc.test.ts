import { IAdjunctService } from 'tracts';
import { type TestSite, testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import * as plugin from './component-cc.ts';
import * as deleting from './delete-ticket.ts';

const ini = '[component-cc]\nnetwork = alice, ops@example.org\n__proto__ = mallory\n';

const open = async (): Promise<TestSite> => {
  const site = await testSite({ plugins: { 'component-cc': plugin, 'delete-ticket': deleting }, ini });
  for (const name of ['Network', 'Other'])
    await site.as('admin').run((ctx) => site.site.get(IAdjunctService).save(ctx, 'component', { name, description: '' }));
  return site;
};

test('people are copied in when a ticket is filed for their component, beside those whom the reporter names', async () => {
  await using site = await open();
  const { id } = await site.fileTicket({ summary: 'x', component: 'Network', cc: 'bob alice' });
  expect(await site.ticket(id)).toMatchObject({ cc: 'bob, alice, ops@example.org' });
  expect(await site.fileTicket({ summary: 'x', component: 'Other', cc: 'bob' })).toMatchObject({ cc: 'bob' });
});

test('and when it moves there, whatever the action, by people who may not edit Cc too; the history shows it', async () => {
  await using site = await open();
  const { id } = await site.fileTicket({ summary: 'x', component: 'Other' });
  await site.submit(id, 'accept', {}, { fields: { component: 'Network' } });
  expect(await site.ticket(id)).toMatchObject({ cc: 'alice, ops@example.org', status: 'accepted' });
  expect((await site.history(id))[0]?.fields).toContainEqual({ field: 'cc', old: '', new: 'alice, ops@example.org' });
});

test('who has taken himself out stays out while the component stays', async () => {
  await using site = await open();
  const { id } = await site.fileTicket({ summary: 'x', component: 'Network' });
  await site.as('admin').submit(id, 'leave', {}, { fields: { cc: 'ops@example.org' } });
  await site.submit(id, 'accept', {}, { fields: { priority: 'minor' } });
  expect(await site.ticket(id)).toMatchObject({ cc: 'ops@example.org' });
});

test('the actions keep their order, and deleting still deletes', async () => {
  await using site = await open();
  const { id } = await site.fileTicket({ summary: 'x', component: 'Other' });
  const { actions } = await site.as('admin').form(id);
  expect([[...actions.keys()][0], [...actions.keys()].at(-1)]).toEqual(['leave', 'delete']);
  expect((await site.as('admin').apply(id, { action: 'delete' })).outcome).toBe('gone');
});
