import { testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import { enter } from '../../tests/support/visitor.ts';
import * as plugin from './percent-done.ts';

const plugins = { 'percent-done': plugin };

test('a percentage is kept as a number and drawn as a bar', async () => {
  await using site = await testSite({ plugins });
  const { id } = await site.fileTicket({ summary: 'Wall', percent_done: '40 %' });
  expect(await site.ticket(id)).toMatchObject({ percent_done: 40 });
  expect((await (await enter(site, 'dev')).get(`/ticket/${id}`)).body).toMatch(/<(progress|meter)[^>]*value="40"/);
});

test.each(['101', '-1', '4.5', 'half', '<script>', '1e2'])('“%s” is no percentage and refused', async (percent_done) => {
  await using site = await testSite({ plugins });
  const { problems } = await site.apply(undefined, { fields: { summary: 'Wall', percent_done } });
  expect(problems.map(({ field }) => field)).toEqual(['field_percent_done']);
});

test('trac.ini adds to the field what it adds to any other', async () => {
  const ini = '[ticket-custom]\npercent_done.step = 10\npercent_done.label = Progress\n';
  await using site = await testSite({ plugins, ini });
  expect((await site.form()).fields.get('percent_done')?.label).toBe('Progress');
  expect((await site.apply(undefined, { fields: { summary: 'Wall', percent_done: '15' } })).ok).toBe(false);
});

test('who may not change fields is not offered it', async () => {
  await using site = await testSite({ plugins });
  const { id } = await site.fileTicket({ summary: 'Wall', percent_done: '40' });
  const { problems } = await site.as('anonymous').apply(id, { action: 'leave', fields: { percent_done: '50' } });
  expect(problems.map(({ message }) => message)).toContain('You may not change Done.');
});
