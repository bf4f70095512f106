import { ISiteHealth } from 'tracts';
import { type TestSite, testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import { eachDialect } from '../../tests/support/databases.ts';
import { enter, visit } from '../../tests/support/visitor.ts';
import * as plugin from './similar-by-keywords.ts';

const plugins = { 'similar-by-keywords': plugin };
const ini = '[components]\nsimilarity.FullTextSimilarity = disabled\n';
const grants = { anonymous: ['TICKET_VIEW'], authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'], admin: ['TRAC_ADMIN'] };

/** Numbers of the tickets that a preview offers, in their order. */
async function offered(site: TestSite, fields: Readonly<Record<string, string>>): Promise<readonly number[]> {
  const ann = await enter(site, 'ann');
  const { body } = await ann.post('/newticket', { ...fields, preview: 'Preview' });
  const panel = /<div class="similar".*?<\/div>/s.exec(body)?.[0] ?? '';
  return [...panel.matchAll(/href="\/ticket\/(\d+)"/g)].map(([, id]) => Number(id));
}

eachDialect((fresh) => {
  test('tickets are offered by the keywords they share, the most first', async () => {
    await using site = await testSite({ plugins, ini, grants, database: await fresh() });
    await site.fileTicket({ summary: 'One', keywords: 'Mail, spam' });
    await site.fileTicket({ summary: 'Two', keywords: 'mail spam queue' });
    await site.fileTicket({ summary: 'Three', keywords: 'print' });
    await site.fileTicket({ summary: 'Mail spam queue' });
    expect(await offered(site, { field_summary: 'Anything', field_keywords: 'queue; SPAM mail' })).toEqual([2, 1]);
    expect(await offered(site, { field_summary: 'Nothing is like it', field_keywords: 'unheard-of' })).toEqual([]);
  });

  test('while there are no keywords the words of the summary stand for them', async () => {
    await using site = await testSite({ plugins, ini, grants, database: await fresh() });
    await site.fileTicket({ summary: 'One', keywords: 'mail' });
    expect(await offered(site, { field_summary: 'Mail is lost' })).toEqual([1]);
    const answer = await (await enter(site, 'ann')).post('/similar', { summary: 'Mail is lost' });
    expect(answer.json()).toMatchObject({ similar: [{ id: 1, reason: 'keywords: mail' }] });
    expect((await visit(site).post('/similar', { summary: 'Mail is lost' })).statusCode).toBe(403);
  });
});

test('beside the default detector it stays out, and the site says what to write', async () => {
  await using site = await testSite({ plugins, grants });
  const found = site.site.get(ISiteHealth).diagnoses();
  expect(found).toContainEqual(
    expect.objectContaining({
      component: 'similar-by-keywords.SimilarByKeywords',
      remedy: expect.stringContaining('similarity.FullTextSimilarity = disabled'),
    }),
  );
});
