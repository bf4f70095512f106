import { expect, test } from 'vitest';
import { IAdjunctService } from '../../../../core/index.ts';
import { type TestSite, testSite } from '../../../../core/testing/index.ts';
import { eachDialect, type FreshDatabase } from '../../../support/databases.ts';

async function prepared(database: FreshDatabase, strategy: string): Promise<TestSite> {
  const ini = strategy ? `[component-owners]\nstrategy = ${strategy}\n` : '';
  const site = await testSite({
    ini,
    database,
    grants: { authenticated: ['TICKET_CREATE', 'TICKET_MODIFY', 'TICKET_VIEW'], admin: ['TRAC_ADMIN'] },
  });
  await site.as('admin').run(async (ctx) => {
    const adjuncts = site.site.get(IAdjunctService);
    await adjuncts.change(ctx, 'component', 'component1', { owner: ' ann, bob,cy,, ann' });
    await adjuncts.change(ctx, 'component', 'component2', { owner: 'dot' });
  });
  return site;
}
const file = async (site: TestSite, component: string): Promise<unknown> =>
  (await site.fileTicket({ summary: 'x', component }, { action: 'create' }))['owner'];

eachDialect((fresh) => {
  test('the first of several owners gets the tickets unless a strategy is set', async () => {
    await using site = await prepared(await fresh(), '');
    expect([await file(site, 'component1'), await file(site, 'component1'), await file(site, 'component2')]).toEqual([
      'ann',
      'ann',
      'dot',
    ]);
  });

  test('round-robin gives each owner a turn, component by component', async () => {
    await using site = await prepared(await fresh(), 'round-robin');
    const owners: unknown[] = [];
    for (const component of ['component1', 'component2', 'component1', 'component1', 'component1'])
      owners.push(await file(site, component));
    expect(owners).toEqual(['ann', 'dot', 'bob', 'cy', 'ann']);
  });

  test('least-loaded looks for the owner with the fewest open tickets', async () => {
    await using site = await prepared(await fresh(), 'least-loaded');
    expect([await file(site, 'component1'), await file(site, 'component1'), await file(site, 'component1')]).toEqual([
      'ann',
      'bob',
      'cy',
    ]);
    await site.submit(2, 'resolve', { resolution: 'fixed' });
    expect(await file(site, 'component1')).toBe('bob');
  });

  test('a new ticket that changes component follows from any of the old owners, and stays with one who owns both', async () => {
    await using site = await prepared(await fresh(), 'round-robin');
    await file(site, 'component1');
    await file(site, 'component1');
    const moved = await site.submit(2, 'leave', {}, { fields: { component: 'component2' } });
    expect(moved['owner']).toBe('dot');
    await site
      .as('admin')
      .run((ctx) => site.site.get(IAdjunctService).change(ctx, 'component', 'component2', { owner: 'dot, ann' }));
    expect((await site.submit(1, 'leave', {}, { fields: { component: 'component2' } }))['owner']).toBe('ann');
  });
});

test('a strategy that does not exist is told with its line, and the workflow stays', async () => {
  await using site = await testSite({ ini: '[component-owners]\nstrategy = robin\n' });
  const told = site.site.diagnoses().find(({ message }) => message.includes('there is no such strategy'));
  expect([told?.place?.line, told?.remedy]).toEqual([2, expect.stringContaining('round-robin')]);
  expect((await site.fileTicket({ summary: 'x' }, { action: 'create' }))['status']).toBe('new');
});
