import { expect, test } from 'vitest';
import { component, IAdjunctService, IPermissionPolicy, ticketAsked } from '../../../../core/index.ts';
import { type TestSite, testSite } from '../../../../core/testing/index.ts';
import { eachDialect } from '../../../support/databases.ts';
import { enter, visit } from '../../../support/visitor.ts';

const GRANTS = { anonymous: [], authenticated: ['TICKET_CREATE'], ann: ['TICKET_VIEW'], admin: ['TRAC_ADMIN'] };
const INI = '[ticket-custom]\nplatform = text\nplatform.format = list\nroom = text\n';

const askAs = async (site: TestSite, name: string) => {
  const person = name === 'anonymous' ? visit(site) : await enter(site, name);
  return async (field: string, q: string) => {
    const reply = await person.get(`/complete/word/${field}?q=${encodeURIComponent(q)}`);
    return (JSON.parse(reply.body) as readonly { readonly value: string }[]).map(({ value }) => value);
  };
};

const keep = (site: TestSite, ...names: readonly string[]) =>
  site.as('admin').run(async (ctx) => {
    for (const name of names) await site.site.get(IAdjunctService).create(ctx, 'keyword', { name });
  });

/** Hides tickets of the type `task`. */
const Secrecy = component({
  implements: [IPermissionPolicy],
  create: () => ({
    checkPermission: (permission, _who, resource) =>
      permission === 'TICKET_VIEW' && ticketAsked(resource)?.values?.['type'] === 'task' ? false : undefined,
  }),
});

eachDialect((fresh) => {
  test('keywords propose the kept words first, then those of most tickets; a custom list proposes its own', async () => {
    await using site = await testSite({ ini: INI, grants: GRANTS, database: await fresh() });
    await keep(site, 'printing', 'paper');
    await site.fileTicket({ summary: 'a', keywords: 'Parser, page joe@example.org', platform: 'linux mac' });
    await site.fileTicket({ summary: 'b', keywords: 'page; paper', platform: 'linux', room: 'lobby' });
    const ask = await askAs(site, 'ann');
    expect(await ask('keywords', 'pa')).toEqual(['paper', 'page', 'Parser']);
    expect(await ask('keywords', 'PRI')).toEqual(['printing']);
    expect(await ask('keywords', 'joe')).toEqual([]);
    expect(await ask('platform', '')).toEqual(['linux', 'mac']);
    expect(await ask('room', 'l')).toEqual([]);
    expect(await ask('summary', 'a')).toEqual([]);
    expect(await ask('nonsense', 'a')).toEqual([]);
  });

  test('who may not view tickets is proposed kept words alone, and a stranger nothing', async () => {
    await using site = await testSite({ ini: INI, grants: GRANTS, database: await fresh() });
    await keep(site, 'paper');
    await site.fileTicket({ summary: 'a', keywords: 'page' });
    expect(await (await askAs(site, 'bob'))('keywords', 'pa')).toEqual(['paper']);
    expect(await (await askAs(site, 'anonymous'))('keywords', 'pa')).toEqual([]);
  });
});

test('where a policy judges ticket by ticket, words in use are proposed to nobody', async () => {
  const ini = `${INI}\n[trac]\npermission_policies = secrecy.Secrecy, DefaultPermissionPolicy\n`;
  await using site = await testSite({ ini, grants: GRANTS, plugins: { secrecy: { Secrecy } } });
  await keep(site, 'paper');
  await site.fileTicket({ summary: 'a', keywords: 'page' });
  await site.fileTicket({ summary: 'b', type: 'task', keywords: 'panic' });
  expect(await (await askAs(site, 'ann'))('keywords', 'pa')).toEqual(['paper']);
});

test('the form of a ticket asks for words where the field is a list', async () => {
  await using site = await testSite({ ini: INI, grants: GRANTS });
  const form = (await (await enter(site, 'ann')).get('/newticket')).body;
  expect(form).toMatch(/name="field_keywords"[^>]*data-complete="\/complete\/word\/keywords"[^>]*data-list/);
  expect(form).toMatch(/name="field_platform"[^>]*data-complete="\/complete\/word\/platform"/);
  expect(form).not.toMatch(/name="field_room"[^>]*data-complete/);
});
