import { expect, test } from 'vitest';
import { component, IAdjunctService, ITicketFieldProvider } from '../../../../core/index.ts';
import { type TestSite, testSite } from '../../../../core/testing/index.ts';
import { enter } from '../../../support/visitor.ts';

const setUp = (site: TestSite) =>
  site.as('admin').run(async (ctx) => {
    const adjuncts = site.site.get(IAdjunctService);
    for (const { name } of await adjuncts.list(ctx, 'milestone')) await adjuncts.remove(ctx, 'milestone', name, 'keep');
    await adjuncts.create(ctx, 'milestone', { name: 'someday' });
    await adjuncts.create(ctx, 'milestone', { name: 'later', due: new Date('2031-01-01') });
    await adjuncts.create(ctx, 'milestone', { name: 'soon', due: new Date('2030-01-01') });
    await adjuncts.create(ctx, 'milestone', { name: 'done', completed: new Date('2020-01-01') });
  });

const choicesIn = (html: string): string => {
  const [, select = ''] = /<select [^>]*name="field_milestone"[^>]*>(.*?)<\/select>/s.exec(html) ?? [];
  return select
    .replace(/<optgroup label="([^"]*)">/g, '[$1: ')
    .replaceAll('</optgroup>', ']')
    .replace(/<option value="([^"]*)"[^>]*>[^<]*<\/option>/g, '$1;');
};

test('milestones are offered in groups, completed ones only to administrators of tickets', async () => {
  await using site = await testSite();
  await setUp(site);
  const open = ';[Open, by due date: soon;later;][Open, no due date: someday;]';
  expect(choicesIn((await (await enter(site, 'ann')).get('/newticket')).body)).toBe(open);
  expect(choicesIn((await (await enter(site, 'admin')).get('/newticket')).body)).toBe(`${open}[Closed: done;]`);
});

test('a completed milestone is refused when it is sent all the same, and stays where it is stored', async () => {
  await using site = await testSite({
    grants: { authenticated: ['TICKET_CREATE', 'TICKET_MODIFY', 'TICKET_VIEW'], admin: ['TRAC_ADMIN'] },
  });
  await setUp(site);
  await expect(site.fileTicket({ summary: 'x', milestone: 'done' })).rejects.toThrow('not one of');
  const { id } = await site.as('admin').fileTicket({ summary: 'x', milestone: 'done' });
  expect(await site.submit(id, 'leave', {}, { fields: { summary: 'y', milestone: 'done' } })).toMatchObject({
    milestone: 'done',
  });
  expect(choicesIn((await (await enter(site, 'ann')).get(`/ticket/${id}`)).body)).toMatch(/\[Closed: done;\]$/);
});

test('any provider may group options; what is in no group stands first', async () => {
  const Room = component({
    implements: [ITicketFieldProvider],
    create: () => {
      const groups = [
        { label: 'Ground "floor"', options: ['lobby', 'gone'] },
        { label: 'Empty', options: ['gone too'] },
      ];
      const spec = { name: 'room', type: 'select', options: ['attic', 'lobby'], optionGroups: groups };
      return { getTicketFields: () => [spec] };
    },
  });
  await using site = await testSite({ plugins: [{ Room }] });
  const html = (await (await enter(site, 'ann')).get('/newticket')).body;
  expect(html).toContain(
    '<option value="attic">attic</option><optgroup label="Ground &quot;floor&quot;"><option value="lobby">lobby</option></optgroup></select>',
  );
});
