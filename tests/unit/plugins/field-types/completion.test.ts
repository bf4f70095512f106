import { expect, test } from 'vitest';
import { component, IPermissionPolicy } from '../../../../core/index.ts';
import { testSite } from '../../../../core/testing/index.ts';
import { eachDialect } from '../../../support/databases.ts';
import { enter, visit } from '../../../support/visitor.ts';

interface Proposal {
  readonly value: string;
  readonly label: string;
}
const GRANTS = { anonymous: ['TICKET_VIEW'], authenticated: ['TICKET_CREATE'], devs: ['TICKET_MODIFY'], ann: ['devs'] };
const PEOPLE = ['ann', 'annabel', 'bob', 'Anton'].map((name) => ({ name, fullName: `${name} O’Hara`, email: '' }));

/** Hides the tickets whose summary says so, and from bob every summary. */
const Secrecy = component({
  implements: [IPermissionPolicy],
  create: () => ({
    judgesFields: () => true,
    checkPermission(permission, who, resource) {
      const { values } = (resource?.object ?? {}) as { values?: Readonly<Record<string, unknown>> };
      if (permission === 'TICKET_VIEW' && values && String(values['summary']).startsWith('Secret')) return false;
      return permission === 'TICKET_FIELD_VIEW' && resource?.id === 'summary' && who.user.name === 'bob' ? false : undefined;
    },
  }),
});
const INI = '[trac]\npermission_policies = secrecy.Secrecy, DefaultPermissionPolicy\n';
const valuesOf = (body: string): readonly string[] => (JSON.parse(body) as readonly Proposal[]).map(({ value }) => value);

test('people are proposed by the beginning of a name or of a word of the full name, ten at most', async () => {
  const crowd = Array.from({ length: 30 }, (_, index) => ({ name: `crowd${index}`, fullName: '', email: '' }));
  await using site = await testSite({ grants: GRANTS, people: [...PEOPLE, ...crowd] });
  const ann = await enter(site, 'ann');
  const ask = async (q: string) => valuesOf((await ann.get(`/complete/user?q=${encodeURIComponent(q)}`)).body);
  expect(await ask('an')).toEqual(['ann', 'annabel', 'Anton']);
  expect(await ask('O’h')).toHaveLength(4);
  expect(await ask('nobody')).toEqual([]);
  expect(await ask('crowd')).toHaveLength(10);
  expect(await ask('%')).toEqual([]);
});

test('who does not work on tickets learns no names, neither from the address nor from the form', async () => {
  await using site = await testSite({ grants: GRANTS, people: PEOPLE, ini: '[ticket-custom]\nhelper = user\n' });
  const bob = await enter(site, 'bob');
  expect((await bob.get('/complete/user?q=a')).statusCode).toBe(403);
  expect((await visit(site).get('/complete/user?q=a')).statusCode).toBe(403);
  expect((await bob.get('/newticket')).body).not.toContain('annabel');
  const form = (await (await enter(site, 'ann')).get('/newticket')).body;
  expect(form).toMatch(/<input[^>]*name="field_helper"[^>]*list="offered-field-field_helper"/);
  expect(form).toContain('<option value="annabel">');
});

test('accounts that may not log in are not proposed', async () => {
  await using site = await testSite({ grants: GRANTS, people: PEOPLE });
  const ann = await enter(site, 'ann');
  await site.as('admin').run((ctx) => ctx.db('account').where({ name: 'annabel' }).update({ disabled: true }));
  await site.as('admin').run((ctx) => ctx.db('generation').where({ name: 'directory' }).increment('value', 1));
  await expect.poll(async () => valuesOf((await ann.get('/complete/user?q=an')).body)).toEqual(['ann', 'Anton']);
});

eachDialect((fresh) => {
  test('tickets are proposed by number and by words of the summary, hidden ones never', async () => {
    await using site = await testSite({
      grants: GRANTS,
      ini: INI,
      people: PEOPLE,
      plugins: { secrecy: { Secrecy } },
      database: await fresh(),
    });
    for (let number = 1; number <= 12; number++)
      await site.fileTicket({
        summary: number === 11 ? 'Secret printer' : number === 3 ? 'Green Printer jams' : `Thing ${number}`,
      });
    const ann = await enter(site, 'ann');
    const ask = async (q: string) => valuesOf((await ann.get(`/complete/ticket?q=${encodeURIComponent(q)}`)).body);
    expect(await ask('1')).toEqual(['#1', '#10', '#12']);
    expect(await ask('#12')).toEqual(['#12']);
    expect(await ask('printer GREEN')).toEqual(['#3']);
    expect(await ask('secret')).toEqual([]);
    expect(await ask('thing')).toHaveLength(10);
    expect(await ask('9999999999')).toEqual([]);
    expect(await ask("' or 1=1 --")).toEqual([]);
    const bob = await enter(site, 'bob');
    expect(JSON.parse((await bob.get('/complete/ticket?q=3')).body)).toEqual([{ value: '#3', label: '' }]);
    expect(valuesOf((await bob.get('/complete/ticket?q=printer')).body)).toEqual([]);
  });
});
