import { expect, test } from 'vitest';
import { component } from '../../core/kernel/component.ts';
import { IPermissionPolicy } from '../../core/security/extension-points.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { enter, visit } from '../support/visitor.ts';

const idsIn = (body: string): number[] =>
  [...body.matchAll(/<td class="id"><a href="\/ticket\/(\d+)">/g)].map(([, id]) => Number(id));

async function filled(site: TestSite): Promise<void> {
  await site.fileTicket({ summary: 'One', priority: 'minor', owner: 'ann' });
  await site.fileTicket({ summary: 'Two <b>', priority: 'blocker' });
  await site.fileTicket({ summary: 'Three', priority: 'trivial' });
  await site.submit(3, 'resolve', { resolution: 'fixed' });
}
const GRANTS = { anonymous: ['TICKET_VIEW'], authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'], admin: ['TRAC_ADMIN'] };

test.each(['/', '/query'])('%s lists open tickets, the most urgent first', async (address) => {
  await using site = await testSite({ grants: GRANTS });
  await filled(site);
  const { body, statusCode } = await visit(site).get(address);
  expect([statusCode, idsIn(body)]).toEqual([200, [2, 1]]);
  expect(body).toContain('Two &lt;b&gt;');
  expect(body).toContain('>2 tickets<');
});

test('headers sort, and say how the list is sorted', async () => {
  await using site = await testSite({ grants: GRANTS });
  await filled(site);
  const { body } = await visit(site).get('/query?status=&order=id&desc=1');
  expect(idsIn(body)).toEqual([3, 2, 1]);
  expect(body).toMatch(/aria-sort="descending"><a href="\/query\?status=&amp;order=id">/);
});

test('conditions narrow the list and are kept by its links', async () => {
  await using site = await testSite({ grants: GRANTS });
  await filled(site);
  const ann = await enter(site, 'ann');
  const { body } = await ann.get('/query?status=!closed&owner=$USER');
  expect(idsIn(body)).toEqual([1]);
  expect(body).toContain('owner is ann');
});

test('long lists have pages, and a page that is not there says so', async () => {
  await using site = await testSite({ grants: GRANTS, ini: '[query]\nitems_per_page = 2\n' });
  for (let id = 1; id <= 5; id++) await site.fileTicket({ summary: `T${id}` });
  const anybody = visit(site);
  const pages = await Promise.all([1, 2, 3].map(async (page) => idsIn((await anybody.get(`/query?order=id&page=${page}`)).body)));
  expect(pages).toEqual([[1, 2], [3, 4], [5]]);
  const beyond = await anybody.get('/query?page=9');
  expect([beyond.statusCode, beyond.body.includes('There is no page 9')]).toEqual([404, true]);
});

test('a list without tickets says so', async () => {
  await using site = await testSite({ grants: GRANTS });
  const { body, statusCode } = await visit(site).get('/query');
  expect([statusCode, body.includes('No ticket matches')]).toEqual([200, true]);
});

test.each([
  'order=1%3Bdrop',
  'page=-1',
  'page=1e99',
  'max=0',
  'status=%27',
  'owner[]=x',
  `status=${'x|'.repeat(500)}`,
  '__proto__=1',
])('/query?%s does no harm', async (query) => {
  await using site = await testSite({ grants: GRANTS });
  await filled(site);
  expect((await visit(site).get(`/query?${query}`)).statusCode).toBe(200);
});

test.each(['12', '%2312', '+ticket:12+'])('the box in the header leads from “%s” to the ticket', async (typed) => {
  await using site = await testSite({ grants: GRANTS });
  expect((await visit(site).get(`/search?q=${typed}`)).headers.location).toBe('/ticket/12');
});

test('the box in the header says what it understands', async () => {
  await using site = await testSite({ grants: GRANTS });
  const visitor = visit(site);
  expect((await visitor.get('/search?q=%3Cb%3E')).headers.location).toBe('/query');
  expect((await visitor.get('/query')).body).toContain('“&lt;b&gt;” is no ticket number');
});

test('without TICKET_VIEW there is no list, no box and no entry', async () => {
  await using site = await testSite({ grants: { admin: ['TRAC_ADMIN'] } });
  const { body, statusCode } = await visit(site).get('/query');
  expect([statusCode, body.includes('quick-search'), body.includes('View Tickets')]).toEqual([403, false, false]);
});

test('a ticket that a policy hides is not in the list', async () => {
  const Secrecy = component({
    implements: [IPermissionPolicy],
    create: () => ({
      checkPermission: (permission, _who, resource) => (permission === 'TICKET_VIEW' && resource?.id === 1 ? false : undefined),
    }),
  });
  await using site = await testSite({
    grants: GRANTS,
    plugins: { secrecy: { Secrecy } },
    ini: '[trac]\npermission_policies = secrecy.Secrecy, DefaultPermissionPolicy\n',
  });
  await filled(site);
  expect(idsIn((await visit(site).get('/query')).body)).toEqual([2]);
});
