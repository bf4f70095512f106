import { testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import * as plugin from './field-patterns.ts';

const plugins = { 'field-patterns': plugin };
const ini = `[ticket-custom]
build = text
note = text
[field-patterns]
build = /^[0-9]+[.][0-9]+$/
build.message = Write a build such as 1.4.
note = /^a*a*a*a*a*a*b$/
`;

test('a text that fits is stored, another one refused with the message of the line', async () => {
  await using site = await testSite({ plugins, ini });
  const { id } = await site.fileTicket({ summary: 'x', build: '1.4' });
  const { problems } = await site.apply(id, { action: 'leave', fields: { build: '1.4; drop table' } });
  expect(problems).toEqual([{ field: 'field_build', message: 'Write a build such as 1.4.' }]);
  expect(await site.ticket(id)).toMatchObject({ build: '1.4' });
});

test('an empty text is no text, and a stored one that does not fit is not complained about', async () => {
  await using site = await testSite({ plugins, ini });
  const { id } = await site.fileTicket({ summary: 'x', build: '' });
  await site
    .as('admin')
    .run((ctx) =>
      ctx.db('ticket_custom').insert({ ticket: id, name: 'build', value: 'old' }).onConflict(['ticket', 'name']).merge(),
    );
  await site.submit(id, 'leave', {}, { fields: { priority: 'minor' } });
  expect(await site.ticket(id)).toMatchObject({ build: 'old', priority: 'minor' });
});

test.each([['a'.repeat(9000)], ['a'.repeat(20_000)]])(
  'a text made to keep a pattern busy is refused in no time',
  async (note) => {
    await using site = await testSite({ plugins, ini });
    const start = performance.now();
    const { problems } = await site.apply(undefined, { fields: { summary: 'x', note } });
    expect(problems).toEqual([{ field: 'field_note', message: 'Note does not have the form that is asked for.' }]);
    expect(performance.now() - start).toBeLessThan(2000);
  },
);

test.each(['/^(a+)+$/', '/(a|a)*b/', '/(x)\\1/', '/[/', 'a+', '//'])(
  'the pattern %s is reported with its line and not used',
  async (text) => {
    await using site = await testSite({ plugins, ini: `[field-patterns]\nkeywords = ${text}\n` });
    expect(site.site.diagnoses()).toMatchObject([{ severity: 'error', place: { key: 'keywords', line: 2 } }]);
    await site.fileTicket({ summary: 'x', keywords: 'anything' });
  },
);
