import { IAdjunctService } from 'tracts';
import { type TestSite, testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import { enter } from '../../tests/support/visitor.ts';
import * as plugin from './component-permissions.ts';

const plugins = { 'component-permissions': plugin };
const ini = `[trac]
permission_policies = ComponentPermissions, DefaultWikiPolicy, DefaultTicketPolicy, DefaultPermissionPolicy, LegacyAttachmentPolicy
[extra-permissions]
CORE_VIEW =
CORE_EDIT = CORE_VIEW
[component-permissions]
core = CORE_VIEW
core.edit = CORE_EDIT
`;
const grants = {
  anonymous: ['TICKET_VIEW'],
  authenticated: ['TICKET_VIEW', 'TICKET_CREATE', 'TICKET_MODIFY'],
  reader: ['CORE_VIEW'],
  writer: ['CORE_EDIT'],
  admin: ['TRAC_ADMIN'],
};

async function filled(text = ini): Promise<TestSite> {
  const site = await testSite({ plugins, ini: text, grants });
  for (const name of ['Core', 'Other'])
    await site.as('admin').run((ctx) => site.site.get(IAdjunctService).save(ctx, 'component', { name, description: '' }));
  await site.as('admin').fileTicket({ summary: 'Inner', component: 'Core' });
  await site.fileTicket({ summary: 'Outer', component: 'Other' });
  return site;
}

test('who lacks the permission finds no ticket of the component, in pages and lists', async () => {
  await using site = await filled();
  const dev = await enter(site, 'dev');
  expect([(await dev.get('/ticket/1')).statusCode, (await dev.get('/ticket/2')).statusCode]).toEqual([403, 200]);
  expect((await dev.get('/query?component=Core')).body).not.toContain('Inner');
  await expect(site.as('dev').submit(1, 'accept')).rejects.toThrow('TICKET_VIEW');
});

test('seeing is one permission, working another', async () => {
  await using site = await filled();
  expect((await (await enter(site, 'reader')).get('/ticket/1')).statusCode).toBe(200);
  expect([...(await site.as('reader').form(1)).actions.keys()]).toEqual(['leave']);
  await expect(site.as('reader').submit(1, 'leave', {}, { fields: { priority: 'minor' } })).rejects.toThrow('may not change');
  await expect(site.as('reader').submit(1, 'leave', {}, { comment: 'Hm' })).rejects.toThrow('may not comment');
  await site.as('writer').submit(1, 'accept');
});

test('nobody moves or files a ticket where he may not work', async () => {
  await using site = await filled();
  expect((await site.as('reader').form()).fields.get('component')?.options).not.toContain('Core');
  await expect(site.as('reader').fileTicket({ summary: 'x', component: 'Core' })).rejects.toThrow('not one of');
  await expect(site.as('reader').submit(2, 'leave', {}, { fields: { component: 'Core' } })).rejects.toThrow('not one of');
  await site.as('writer').submit(2, 'leave', {}, { fields: { component: 'Core' } });
});

test('the component is neither renamed nor deleted from under its protection', async () => {
  await using site = await filled();
  const adjuncts = site.site.get(IAdjunctService);
  const rename = (from: string, to: string) => site.as('admin').run((ctx) => adjuncts.rename(ctx, 'component', from, to));
  const merge = site.as('admin').run((ctx) => adjuncts.merge(ctx, 'component', 'Core', 'Other'));
  await expect(merge).rejects.toThrow('would lie open');
  await expect(rename('Core', 'Public')).rejects.toThrow('would lie open');
  expect(await site.ticket(1)).toMatchObject({ component: 'Core' });
  await rename('Other', 'Another');
});

test('a permission that nothing defines is reported, and shuts the component to all but TRAC_ADMIN', async () => {
  await using site = await filled(ini.replace('core = CORE_VIEW', 'core = CORE_VEIW'));
  expect(site.site.diagnoses()).toMatchObject([{ severity: 'error', place: { key: 'core' } }]);
  await expect(site.as('reader').form(1)).rejects.toThrow('TICKET_VIEW');
  await site.as('admin').form(1);
});
