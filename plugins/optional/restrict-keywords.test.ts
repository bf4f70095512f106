import { IAdjunctService } from 'tracts';
import { type TestSite, testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import * as plugin from './restrict-keywords.ts';

const plugins = { 'restrict-keywords': plugin };

const open = async (): Promise<TestSite> => {
  const site = await testSite({ plugins });
  for (const name of ['network', 'printing'])
    await site.as('admin').run((ctx) => site.site.get(IAdjunctService).save(ctx, 'keyword', { name, description: '' }));
  return site;
};

test('words of the vocabulary are taken, however they are separated', async () => {
  await using site = await open();
  expect(await site.fileTicket({ summary: 'x', keywords: 'network, printing' })).toMatchObject({ keywords: 'network, printing' });
});

test.each([
  ['netwrok', 'Did you mean “network”?'],
  ['network <b>', 'An administrator can add it'],
  ['Network', 'Did you mean “network”?'],
])('the keywords “%s” are refused with advice', async (keywords, advice) => {
  await using site = await open();
  const { problems } = await site.as('admin').apply(undefined, { fields: { summary: 'x', keywords } });
  expect(problems).toMatchObject([{ field: 'field_keywords', message: expect.stringContaining(advice) }]);
});

test('a word that the ticket has already may stay beside new ones', async () => {
  await using site = await open();
  const { id } = await site.fileTicket({ summary: 'x' });
  await site.as('admin').run((ctx) => ctx.db('ticket').where({ id }).update({ keywords: 'legacy' }));
  await site.submit(id, 'leave', {}, { fields: { keywords: 'legacy network' } });
  await expect(site.submit(id, 'leave', {}, { fields: { keywords: 'legacy other' } })).rejects.toThrow('“other”');
});
