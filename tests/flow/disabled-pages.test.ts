import { expect, test } from 'vitest';
import { testSite } from '../../core/testing/index.ts';
import { postParts } from '../support/multipart.ts';
import { enter, visit } from '../support/visitor.ts';

const off = (...components: readonly string[]): string =>
  `[components]\n${components.map((name) => `${name} = disabled\n`).join('')}`;

/** Addresses of this site that a page leads to, without those of static files. */
const linksIn = (body: string): string[] =>
  [...body.matchAll(/(?:href|action|data-[a-z]+)="(\/[^"#]*)/g)]
    .map(([, href]) => href ?? '')
    .filter((href) => !/^\/chrome\//.test(href));

test('without the ticket pages no menu entry and no list leads to them', async () => {
  await using site = await testSite({ ini: off('ticket-web.TicketPages') });
  await site.fileTicket({ summary: 'It broke', description: 'As #1 and [query:status=new all].' });
  await site.submit(1, 'leave', {}, { comment: 'See #1.' });
  const ann = await enter(site, 'ann');
  for (const address of ['/query', '/query?keywords=none', '/changes', '/']) {
    const page = await ann.get(address);
    expect(page.body).not.toContain('New Ticket');
    expect(linksIn(page.body).filter((href) => /^\/(?:newticket|ticket|search)/.test(href))).toEqual([]);
  }
  expect((await ann.get('/query')).body).toContain('It broke');
  expect((await ann.get('/changes')).body).toContain('#1 It broke');
});

test('without the pages of lists the front page is the first of the menu, and no field leads to a list', async () => {
  await using site = await testSite({ ini: off('query.*'), plugins: {} });
  await site.fileTicket({ summary: 'It broke', keywords: 'a', description: 'See [query:status=new all].' });
  const ann = await enter(site, 'ann');
  const front = await ann.get('/');
  expect([front.statusCode, front.headers.location]).toEqual([303, '/changes']);
  expect((await visit(site).get('/')).headers.location).toBe('/changes');
  const page = (await ann.get('/ticket/1')).body;
  expect(page).toContain('It broke');
  expect(linksIn(page).filter((href) => href.startsWith('/query'))).toEqual([]);
  await using closed = await testSite({ ini: off('query.*'), grants: {} });
  expect((await visit(closed).get('/')).headers.location).toBe('/login');
});

test('with the pages of lists, values of fields lead to them', async () => {
  await using site = await testSite();
  await site.fileTicket({ summary: 'It broke' });
  const page = (await (await enter(site, 'ann')).get('/ticket/1')).body;
  expect(linksIn(page)).toContain('/query?status=%21closed&amp;reporter=reporter');
});

test('fields propose nothing where nothing answers', async () => {
  for (const [ini, proposes] of [
    ['', true],
    [off('field-types.Completion'), false],
  ] as const) {
    await using site = await testSite({ ini });
    const page = await (await enter(site, 'ann')).get('/newticket');
    expect(page.statusCode).toBe(200);
    expect(page.body.includes('/complete/')).toBe(proposes);
  }
});

test.each([
  'attachments.AttachmentSystem',
  'attachments.AttachmentUploads',
  'attachments.TicketAttachments',
  'attachments.AttachmentsOfTickets',
  'attachments.*',
])('without %s no form offers files, and one that comes all the same is refused with what was typed', async (name) => {
  await using site = await testSite({ ini: off(name) });
  await site.fileTicket({ summary: 'It broke' });
  const ann = await enter(site, 'ann');
  for (const address of ['/newticket', '/ticket/1']) {
    const { body } = await ann.get(address);
    expect(body).not.toContain('type="file"');
    expect(linksIn(body).filter((href) => href.startsWith('/attachment/'))).toEqual(
      name.endsWith('System') || name.endsWith('*') || address === '/newticket' ? [] : expect.any(Array),
    );
  }
  const answer = await postParts(site, ann, '/newticket', [
    ['field_summary', 'With a file'],
    ['field_type', 'defect'],
    ['submit', 'Create'],
    ['attachment', 'words', 'log.txt'],
  ]);
  expect(answer.statusCode).toBe(422);
  expect(answer.body).toContain('With a file');
  await expect(site.ticket(2)).rejects.toThrow();
  await expect(site.fileTicket({ summary: 'By hand' }, { attachments: ['abc'] })).rejects.toThrow(/files|file/);
});

test('where files can only be looked at elsewhere, the control stays and nothing is sent early', async () => {
  await using site = await testSite({ ini: off('attachments.AttachmentPages') });
  await site.fileTicket({ summary: 'It broke' });
  const { body } = await (await enter(site, 'ann')).get('/ticket/1');
  expect(body).toContain('type="file"');
  expect(linksIn(body).filter((href) => href.startsWith('/attachment'))).toEqual([]);
});

test('the editor offers neither proposals nor a preview that nobody would make', async () => {
  await using site = await testSite({ ini: off('field-types.Completion', 'text-editor.TextPreview') });
  const { body } = await (await enter(site, 'ann')).get('/newticket');
  expect(body).toMatch(/text-editor/);
  for (const address of ['/wiki_render', '/help/text', '/complete']) expect(body).not.toContain(address);
});
