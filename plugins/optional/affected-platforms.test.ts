import { testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import { enter } from '../../tests/support/visitor.ts';
import * as plugin from './affected-platforms.ts';

const plugins = { 'affected-platforms': plugin };

test('any number of platforms is chosen by boxes and kept in the order of the list', async () => {
  await using site = await testSite({ plugins });
  const { id } = await site.fileTicket({ summary: 'Crash', platforms: ['Windows', 'Linux'] });
  expect(await site.ticket(id)).toMatchObject({ platforms: ['Linux', 'Windows'] });
  const page = (await (await enter(site, 'dev')).get(`/ticket/${id}`)).body;
  for (const name of ['Linux', 'macOS', 'Windows'])
    expect(page).toMatch(
      new RegExp(`type="checkbox"[^>]* name="field_platforms" value="${name}"${name === 'macOS' ? '>' : ' checked>'}`),
    );
});

test.each([['BeOS'], ['Linux', '"><b>'], ['linux']])('what the list does not have is refused: %s', async (...platforms) => {
  await using site = await testSite({ plugins });
  const { problems } = await site.apply(undefined, { fields: { summary: 'Crash', platforms } });
  expect(problems.map(({ field }) => field)).toEqual(['field_platforms']);
});

test('a ticket keeps a platform that has left the list', async () => {
  const ini = '[affected-platforms]\nplatforms = Linux, Plan 9\n';
  await using site = await testSite({ plugins, ini });
  const { id } = await site.fileTicket({ summary: 'Crash', platforms: ['Plan 9'] });
  await site.submit(id, 'leave', {}, { fields: { platforms: ['Linux', 'Plan 9'] } });
  expect(await site.ticket(id)).toMatchObject({ platforms: ['Linux', 'Plan 9'] });
});

test('an empty list takes the field away', async () => {
  await using site = await testSite({ plugins, ini: '[affected-platforms]\nplatforms =\n' });
  expect((await site.form()).fields.has('platforms')).toBe(false);
});
