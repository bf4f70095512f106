import { describe, expect, test } from 'vitest';
import { component } from '../../../../core/kernel/component.ts';
import { ISiteHealth } from '../../../../core/kernel/registry.ts';
import { IPermissionPolicy } from '../../../../core/security/extension-points.ts';
import { type TestSite, testSite } from '../../../../core/testing/index.ts';
import { ITicketSimilarityDetector } from '../../../../core/ticket/extension-points.ts';
import type { Ticket } from '../../../../core/ticket/types.ts';
import { eachDialect } from '../../../support/databases.ts';
import { enter, type Visitor, visit } from '../../../support/visitor.ts';

const GRANTS = { anonymous: ['TICKET_VIEW'], authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'], admin: ['TRAC_ADMIN'] };
const SUMMARY = 'Basket loses all items after logging in';

interface Shown {
  readonly id: number;
  readonly href: string;
  readonly summary: string;
  readonly status: string;
}
const ask = async (visitor: Visitor, summary: string, description = ''): Promise<readonly Shown[]> => {
  const answer = await visitor.post('/similar', { summary, description });
  expect([answer.statusCode, answer.headers['cache-control']]).toEqual([200, 'private, no-store']);
  return (answer.json() as { similar: readonly Shown[] }).similar;
};
const preview = async (visitor: Visitor, summary: string): Promise<string> =>
  (await visitor.post('/newticket', { field_summary: summary, preview: 'Preview' })).body;

/** Tickets whose summary says so are hidden, and so are some fields of others. */
const Secrecy = component({
  implements: [IPermissionPolicy],
  create: () => ({
    judgesFields: () => true,
    checkPermission: (permission, who, resource) => {
      const ticket = (permission === 'TICKET_FIELD_VIEW' ? resource?.parent?.object : resource?.object) as Ticket | undefined;
      if (who.holds('TRAC_ADMIN') || !ticket?.exists) return undefined;
      if (permission === 'TICKET_VIEW' && String(ticket.values['keywords']).includes('secret')) return false;
      const hidden = permission === 'TICKET_FIELD_VIEW' && String(ticket.values['keywords']).includes(`no-${resource?.id}`);
      return hidden ? false : undefined;
    },
  }),
});
const SECRECY = {
  ini: '[trac]\npermission_policies = secrecy.Secrecy, DefaultTicketPolicy, DefaultPermissionPolicy\n',
  plugins: { secrecy: { Secrecy } },
  grants: GRANTS,
};
const file = (site: TestSite, summary: string, keywords = '', description = '') =>
  site.as('admin').fileTicket({ summary, keywords, description });

eachDialect((fresh) => {
  test('what is typed is answered with the tickets that say the same, with status and link', async () => {
    await using site = await testSite({ grants: GRANTS, database: await fresh() });
    await file(site, SUMMARY);
    await file(site, 'Price list is printed upside down');
    await site.as('admin').submit(1, 'resolve', { resolution: 'worksforme' });
    const ann = await enter(site, 'ann');
    expect(await ask(ann, 'Items of the basket are lost when I log in')).toMatchObject([
      { id: 1, href: '/ticket/1', summary: SUMMARY, status: 'closed: worksforme' },
    ]);
    expect(await ask(ann, 'Nothing of the kind was ever written')).toEqual([]);
    expect(await ask(ann, '')).toEqual([]);
  });

  test('a preview shows them without a script, and filing is not held up', async () => {
    await using site = await testSite({ grants: GRANTS, database: await fresh() });
    await file(site, `<b>${SUMMARY}</b>`);
    const ann = await enter(site, 'ann');
    const page = await preview(ann, 'Basket: items lost after logging in');
    expect(page).toContain('One ticket is similar.');
    expect(page).toContain('href="/ticket/1" target="_blank" rel="noopener">#1 &lt;b&gt;Basket');
    expect(await preview(ann, 'Something else')).not.toContain('href="/ticket/1"');
    const filed = await ann.post('/newticket', { field_summary: SUMMARY, submit: 'Create ticket' });
    expect(filed.headers.location).toBe('/ticket/2');
  });

  test('a ticket that a policy hides is in no answer, whatever the words', async () => {
    await using site = await testSite({ ...SECRECY, database: await fresh() });
    for (let n = 0; n < 8; n++) await file(site, SUMMARY, 'secret');
    await file(site, `${SUMMARY} sometimes`);
    const [ann, admin] = [await enter(site, 'ann'), await enter(site, 'admin')];
    expect((await ask(ann, SUMMARY)).map(({ id }) => id)).toEqual([9]);
    expect(await preview(ann, SUMMARY)).not.toMatch(/ticket\/[1-8]"/);
    expect(await ask(admin, SUMMARY)).toHaveLength(5);
  });

  test('a ticket of which the person may not see a compared field is left out; a hidden status is not told', async () => {
    await using site = await testSite({ ...SECRECY, database: await fresh() });
    await file(site, SUMMARY, 'no-summary');
    await file(site, 'Unrelated', 'no-description', SUMMARY);
    await file(site, SUMMARY, 'no-status');
    const ann = await enter(site, 'ann');
    expect(await ask(ann, SUMMARY, SUMMARY)).toMatchObject([{ id: 3, status: '' }]);
  });
});

describe('who may ask', () => {
  test('needs the right to file a ticket', async () => {
    await using site = await testSite({ grants: GRANTS });
    await file(site, SUMMARY);
    const answer = await visit(site).post('/similar', { summary: SUMMARY });
    expect([answer.statusCode, answer.body.includes('Basket')]).toEqual([403, false]);
  });

  test('sees nothing without the right to view tickets', async () => {
    await using site = await testSite({ grants: { authenticated: ['TICKET_CREATE'], admin: ['TRAC_ADMIN'] } });
    await file(site, SUMMARY);
    expect(await ask(await enter(site, 'ann'), SUMMARY)).toEqual([]);
  });

  test('must come from a page of this site', async () => {
    await using site = await testSite({ grants: GRANTS });
    await file(site, SUMMARY);
    const ann = await enter(site, 'ann');
    const forged = await ann.post('/similar', { summary: SUMMARY, __FORM_TOKEN: 'x'.repeat(24) });
    expect([forged.statusCode, forged.body.includes('Basket')]).toEqual([403, false]);
    expect((await ann.get(`/similar?summary=${encodeURIComponent(SUMMARY)}`)).statusCode).toBe(405);
  });

  test('gets addresses cut where they may not be read', async () => {
    await using site = await testSite({ grants: GRANTS });
    await file(site, 'Basket of joe@example.org loses items');
    expect((await ask(await enter(site, 'ann'), 'Basket loses items'))[0]?.summary).toBe('Basket of joe@… loses items');
    expect((await ask(await enter(site, 'admin'), 'Basket loses items'))[0]?.summary).toContain('joe@example.org');
  });
});

describe('a detector of somebody else', () => {
  const detectorThat = (findSimilar: ITicketSimilarityDetector['findSimilar']) => ({
    Detector: component({ implements: [ITicketSimilarityDetector], create: () => ({ findSimilar }) }),
  });
  const OFF = '[components]\nsimilarity.FullTextSimilarity = disabled\n';

  test('takes the place of the default one, and is asked with all that was typed', async () => {
    const asked: unknown[] = [];
    const plugin = detectorThat(async (_ctx, draft) => {
      asked.push([draft.summary, draft.description, draft.values['keywords']]);
      return [{ id: 1, score: 1, reason: 'an oracle says so' }];
    });
    await using site = await testSite({ grants: GRANTS, ini: OFF, plugins: { oracle: plugin } });
    await file(site, 'Unrelated');
    const ann = await enter(site, 'ann');
    const fields = { field_summary: 'Crash', field_description: 'Loud', field_keywords: 'boom', preview: 'Preview' };
    expect((await ann.post('/newticket', fields)).body).toContain('an oracle says so');
    expect(asked).toEqual([['Crash', 'Loud', 'boom']]);
    expect(await ask(ann, 'Crash')).toMatchObject([{ id: 1, score: 1 }]);
  });

  test('beside the default one is reported with the line to write', async () => {
    const plugin = detectorThat(async () => []);
    await using site = await testSite({ plugins: { oracle: plugin } });
    expect(site.site.get(ISiteHealth).diagnoses()).toContainEqual(
      expect.objectContaining({
        component: 'oracle.Detector',
        remedy: expect.stringContaining('"similarity.FullTextSimilarity = disabled"'),
      }),
    );
  });

  test('that takes too long is not waited for', async () => {
    const plugin = detectorThat(
      () => new Promise((resolve) => setTimeout(() => resolve([{ id: 1, score: 1, reason: 'late' }]), 2_000)),
    );
    const ini = `${OFF}[similarity]\npatience = 50\n`;
    await using site = await testSite({ grants: GRANTS, ini, plugins: { slow: plugin } });
    await file(site, SUMMARY);
    const ann = await enter(site, 'ann');
    const start = performance.now();
    expect(await ask(ann, SUMMARY)).toEqual([]);
    expect(await preview(ann, SUMMARY)).toContain('id="preview"');
    expect(performance.now() - start).toBeLessThan(1_500);
  });

  test('that throws, at once or late, or names tickets that are not there, spoils nothing', async () => {
    const answers = [
      () => Promise.reject(new Error('broken')),
      () => {
        throw new Error('broken');
      },
      () => new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error('late')), 100)),
      async () => [
        { id: 77, score: 1, reason: 'gone' },
        { id: -1, score: 1, reason: 'none' },
        { id: 1, score: 0.5, reason: 'there' },
        { id: 1, score: 0.5, reason: 'there' },
      ],
    ];
    const plugin = detectorThat(() => answers.shift()?.() ?? Promise.resolve([]));
    const ini = `${OFF}[similarity]\npatience = 50\n`;
    await using site = await testSite({ grants: GRANTS, ini, plugins: { broken: plugin } });
    await file(site, SUMMARY);
    const ann = await enter(site, 'ann');
    for (let n = 0; n < 3; n++) expect(await ask(ann, SUMMARY)).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(await ask(ann, SUMMARY)).toMatchObject([{ id: 1, summary: SUMMARY }]);
  });

  test('is not asked while a refused ticket is shown again: its transaction is still open', async () => {
    let calls = 0;
    const plugin = detectorThat(async () => {
      calls += 1;
      return [];
    });
    await using site = await testSite({ grants: GRANTS, ini: OFF, plugins: { counting: plugin } });
    const ann = await enter(site, 'ann');
    const refused = await ann.post('/newticket', { field_summary: 'Crash', field_priority: 'nonsense', submit: 'Create ticket' });
    expect([refused.statusCode, calls]).toEqual([422, 0]);
  });
});

test('[similarity] offered limits what is shown, and 0 takes the panel away', async () => {
  await using few = await testSite({ grants: GRANTS, ini: '[similarity]\noffered = 2\n' });
  for (let n = 0; n < 4; n++) await file(few, SUMMARY);
  expect(await ask(await enter(few, 'ann'), SUMMARY)).toHaveLength(2);
  await using none = await testSite({ grants: GRANTS, ini: '[similarity]\noffered = 0\n' });
  await file(none, SUMMARY);
  const ann = await enter(none, 'ann');
  expect(await ask(ann, SUMMARY)).toEqual([]);
  expect(await preview(ann, SUMMARY)).not.toContain('data-similar');
});
