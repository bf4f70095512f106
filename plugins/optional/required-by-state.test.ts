import { testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import * as plugin from './required-by-state.ts';

const plugins = { 'required-by-state': plugin };
const ini = `[required-by-state]
closed = keywords, cc, no_such_field
asigned = owner
`;

test('an action does not lead into the state without the fields, each told by its control', async () => {
  await using site = await testSite({ plugins, ini });
  const { id } = await site.fileTicket({ summary: 'x' });
  const { problems } = await site.apply(id, { action: 'resolve' });
  expect(problems).toEqual([
    { field: 'field_keywords', message: 'Keywords is needed where the status is closed.' },
    { field: 'field_cc', message: 'Cc is needed where the status is closed.' },
  ]);
  expect(await site.ticket(id)).toMatchObject({ status: 'new' });
  await site.as('admin').submit(id, 'resolve', {}, { fields: { keywords: 'net', cc: 'ann' } });
  expect(await site.ticket(id)).toMatchObject({ status: 'closed' });
});

test('in the state they cannot be emptied, but a ticket that lacks them can be worked on', async () => {
  await using site = await testSite({ plugins, ini });
  const { id } = await site.as('admin').fileTicket({ summary: 'x', keywords: 'net', cc: 'ann' });
  await site.submit(id, 'resolve');
  const emptied = await site.apply(id, { action: 'leave', fields: { keywords: ' ' } });
  expect(emptied.problems.map(({ field }) => field)).toEqual(['field_keywords']);
  await site.as('admin').run((ctx) => ctx.db('ticket').where({ id }).update({ keywords: null }));
  await site.submit(id, 'leave', {}, { comment: 'Still true', fields: { priority: 'minor' } });
  expect(await site.ticket(id)).toMatchObject({ priority: 'minor', keywords: '' });
});

test('other states ask for nothing, and a state that is none is reported with the nearest', async () => {
  await using site = await testSite({ plugins, ini });
  const { id } = await site.fileTicket({ summary: 'x' });
  await site.submit(id, 'accept');
  expect(site.site.diagnoses()).toMatchObject([{ place: { key: 'asigned', line: 3 }, remedy: 'Did you mean assigned?' }]);
});
