import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { component } from '../../core/kernel/component.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { ITicketActionController, ITicketFieldProvider, ITicketManipulator } from '../../core/ticket/extension-points.ts';
import { ITemplateProvider } from '../../core/web/extension-points.ts';
import { ITicketPanelProvider } from '../../plugins/ticket-web/api.ts';
import { enter, type Visitor, visit } from '../support/visitor.ts';

const GRANTS = { anonymous: ['TICKET_VIEW'], authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'], admin: ['TRAC_ADMIN'] };

const titleOf = (body: string): string => /<title>(.*?)<\/title>/s.exec(body)?.[1] ?? '';
const submit = (visitor: Visitor, id: number, fields: Record<string, string>) =>
  visitor.post(`/ticket/${id}`, { action: 'leave', submit: 'Submit changes', ...fields });
const inputOf = (body: string, control: string): string | undefined =>
  new RegExp(`name="${control}"[^>]* value="([^"]*)"`).exec(body)?.[1];
const selectedOf = (body: string, control: string): string | undefined =>
  /<option value="([^"]*)" selected>/.exec(new RegExp(`name="${control}".*?</select>`, 's').exec(body)?.[0] ?? '')?.[1];
const commentIn = (body: string): string | undefined => /<textarea id="comment"[^>]*>\n([^<]*)<\/textarea>/.exec(body)?.[1];
const fileOne = (site: TestSite, fields: Record<string, string> = {}) => site.fileTicket({ summary: 'Crash', ...fields });

test('a ticket is filed in the form, and its page begins with its number and status', async () => {
  await using site = await testSite({ grants: GRANTS });
  const ann = await enter(site, 'ann');
  const form = await ann.get('/newticket');
  expect(form.body).toContain('name="field_summary"');
  const filed = await ann.post('/newticket', {
    field_summary: 'A <b>bold</b> crash',
    field_description: 'See #1\n<script>alert(1)</script>',
    submit: 'Create ticket',
  });
  expect([filed.statusCode, filed.headers.location]).toEqual([303, '/ticket/1']);
  const page = await ann.get('/ticket/1');
  expect(titleOf(page.body)).toMatch(/^#1 \(new\) A &lt;b&gt;bold/);
  expect(page.body).toMatch(/<a class="new ticket" href="\/ticket\/1" title="[^"]*">#1<\/a><br \/>\s*&lt;script&gt;/);
  expect(page.body).not.toContain('<script>alert');
});

test('a refused form comes back filled in, each problem at its field', async () => {
  await using site = await testSite({ grants: GRANTS });
  const ann = await enter(site, 'ann');
  const fields = { field_summary: '', field_keywords: 'kept words', field_priority: 'nonsense', field_description: 'long text' };
  const refused = await ann.post('/newticket', { ...fields, submit: 'Create ticket' });
  expect(refused.statusCode).toBe(422);
  expect(refused.body).toContain('<a href="#field-field_summary">');
  expect(refused.body).toMatch(/id="field-field_summary"[^>]*aria-invalid="true"[^>]*aria-describedby="problem-field_summary"/);
  expect(refused.body).toContain('id="problem-field_priority"');
  expect(inputOf(refused.body, 'field_keywords')).toBe('kept words');
  expect(refused.body).toContain('long text</textarea>');
});

test('a preview shows what would happen and stores nothing', async () => {
  await using site = await testSite({ grants: GRANTS });
  const ann = await enter(site, 'ann');
  const preview = await ann.post('/newticket', { field_summary: 'Later', field_description: 'a\n\nb', preview: 'Preview' });
  expect([preview.statusCode, /<p>\s*a<br \/>\s*<\/p>/.test(preview.body)]).toEqual([200, true]);
  expect((await ann.get('/ticket/1')).statusCode).toBe(404);
  await fileOne(site);
  const change = await ann.post('/ticket/1', { action: 'leave', field_priority: 'minor', comment: 'see #1', preview: 'Preview' });
  expect(change.body).toMatch(/id="preview".*<del>major<\/del>.*<ins>minor<\/ins>.*href="\/ticket\/1"[^>]*>#1<\/a>/s);
  expect(selectedOf(change.body, 'field_priority')).toBe('minor');
  expect((await site.ticket(1))['priority']).toBe('major');
});

test('a form that asks for nothing in particular is a preview, as in Trac', async () => {
  await using site = await testSite({ grants: GRANTS });
  const ann = await enter(site, 'ann');
  await fileOne(site);
  expect((await ann.post('/ticket/1', { action: 'leave', comment: 'x' })).statusCode).toBe(200);
  expect(await site.history(1)).toEqual([]);
});

test('an action with its input changes the ticket and leads to the new comment', async () => {
  await using site = await testSite({ grants: GRANTS });
  const ann = await enter(site, 'ann');
  await fileOne(site);
  const done = await submit(ann, 1, { action: 'resolve', action_resolve_resolve_resolution: 'wontfix', comment: 'no' });
  expect(done.headers.location).toBe('/ticket/1#comment:1');
  const { body } = await ann.get('/ticket/1');
  expect(titleOf(body)).toMatch(/^#1 \(closed: wontfix\)/);
  expect(body).toContain('id="comment:1"');
});

test('a collision keeps the typed text, shows what others did, and does not undo it', async () => {
  await using site = await testSite({ grants: GRANTS });
  const [ann, bob] = [await enter(site, 'ann'), await enter(site, 'bob')];
  await fileOne(site);
  const { body: before } = await ann.get('/ticket/1');
  const version = inputOf(before, 'view_time') ?? '';
  await submit(bob, 1, { view_time: version, field_priority: 'minor', comment: 'Bob was here' });
  const stale = await submit(ann, 1, {
    view_time: version,
    field_priority: 'major',
    field_keywords: 'mine',
    comment: 'Typed with care',
  });
  expect(stale.statusCode).toBe(409);
  expect(commentIn(stale.body)).toBe('Typed with care');
  expect(inputOf(stale.body, 'field_keywords')).toBe('mine');
  expect(selectedOf(stale.body, 'field_priority')).toBe('minor');
  expect(stale.body).toMatch(/class="collision".*Bob was here/s);
  expect(await site.history(1)).toHaveLength(1);
  const again = { view_time: inputOf(stale.body, 'view_time') ?? '', field_keywords: 'mine', comment: 'Typed with care' };
  expect((await submit(ann, 1, { ...again, field_priority: 'minor' })).headers.location).toBe('/ticket/1#comment:2');
  expect(await site.ticket(1)).toMatchObject({ priority: 'minor', keywords: 'mine' });
});

test.each(['', 'abc', '-1', '999999999999999999999'])('the version “%s” of a form loses no text', async (version) => {
  await using site = await testSite({ grants: GRANTS });
  const ann = await enter(site, 'ann');
  await fileOne(site);
  const answer = await submit(ann, 1, { view_time: version, comment: 'precious' });
  expect([answer.statusCode, commentIn(answer.body)]).toEqual([409, 'precious']);
});

test('an address presets the new ticket', async () => {
  await using site = await testSite({ grants: GRANTS });
  const ann = await enter(site, 'ann');
  const { body, statusCode } = await ann.get(
    '/newticket?summary=From+%3Ca%3E+link&type=task&priority=nonsense&status=closed&zzz=1',
  );
  expect(statusCode).toBe(200);
  expect(inputOf(body, 'field_summary')).toBe('From &lt;a&gt; link');
  expect(selectedOf(body, 'field_type')).toBe('task');
  expect(body).not.toContain('problem-summary');
  expect(body).not.toContain('aria-invalid');
});

test('a reply quotes what it answers and is shown as an answer', async () => {
  await using site = await testSite({ grants: GRANTS });
  const ann = await enter(site, 'ann');
  await fileOne(site);
  await submit(ann, 1, { comment: 'first\nsecond' });
  const { body } = await ann.get('/ticket/1?replyto=1');
  expect(commentIn(body)).toBe('Replying to [comment:1 ann]:\n&gt; first\n&gt; second\n\n');
  await submit(ann, 1, { comment: 'yes', replyto: '1' });
  const page = (await ann.get('/ticket/1')).body;
  expect(page).toContain('href="#comment:1">in reply to comment 1<');
  expect(page).toMatch(/Answered in <a href="#comment:2">/);
  expect((await ann.get('/ticket/1?replyto=77')).statusCode).toBe(200);
});

test.each(['0', '-1', '1e9', 'text', '1.0', '99999999999', '2147483648', '01', '%00', '7'])(
  '/ticket/%s is answered in a sentence',
  async (id) => {
    await using site = await testSite({ grants: GRANTS });
    const answer = await visit(site).get(`/ticket/${id}`);
    expect([400, 404]).toContain(answer.statusCode);
    expect(answer.body).toContain('<main');
  },
);

test('what was not offered is refused', async () => {
  await using site = await testSite({ grants: GRANTS });
  const ann = await enter(site, 'ann');
  await fileOne(site);
  const refused = async (fields: Record<string, string>) => (await submit(ann, 1, { comment: 'kept', ...fields })).statusCode;
  expect(await refused({ action: 'frobnicate' })).toBe(422);
  expect(await refused({ field_nonsense: 'x' })).toBe(422);
  expect(await refused({ action: 'resolve', action_resolve_resolve_resolution: 'nonsense' })).toBe(422);
  expect(await refused({ replyto: '99' })).toBe(422);
  expect(await site.history(1)).toEqual([]);
  expect((await site.ticket(1)).rowVersion).toBe(1);
});

test('somebody who may only look sees no form', async () => {
  await using site = await testSite({ grants: GRANTS });
  await fileOne(site);
  const { body } = await visit(site).get('/ticket/1');
  expect(body).not.toContain('<form class="ticket-form"');
  expect((await visit(site).get('/newticket')).statusCode).toBe(403);
});

test('e-mail addresses are cut for those who may not see them, and survive their edits', async () => {
  await using site = await testSite({ grants: { ...GRANTS, admin: ['TRAC_ADMIN'], seer: ['EMAIL_VIEW'] } });
  const [ann, seer] = [await enter(site, 'ann'), await enter(site, 'seer')];
  const cc = 'joe@example.org, tom@example.org';
  await site.as('admin').fileTicket({ summary: 'Mail from eve@example.org', cc, description: 'write to mia@example.org' });
  const { body } = await ann.get('/ticket/1');
  expect(body).not.toContain('@example.org');
  expect((await ann.get('/query')).body).not.toContain('@example.org');
  expect((await seer.get('/ticket/1')).body).toContain('joe@example.org');
  const sent = { field_cc: 'joe@…, tom@…, ann', field_summary: 'Mail from eve@…', field_description: 'write to mia@…' };
  expect((await submit(ann, 1, sent)).headers.location).toBe('/ticket/1#comment:1');
  expect(await site.ticket(1)).toMatchObject({
    cc: `${cc}, ann`,
    summary: 'Mail from eve@example.org',
    description: 'write to mia@example.org',
  });
});

test('custom fields of every type are drawn and come back', async () => {
  const ini = `[ticket-custom]
box = checkbox
box.value = 1
sel = select
sel.options = |a|b
rad = radio
rad.options = x|y
area = textarea
due = time
due.format = date
`;
  await using site = await testSite({ grants: GRANTS, ini });
  const ann = await enter(site, 'ann');
  const { body } = await ann.get('/newticket');
  expect(body).toMatch(/type="checkbox" [^>]*name="field_box"[^>]* checked/);
  expect(body).toContain('name="field_checkbox_box"');
  await ann.post('/newticket', {
    field_summary: 'S',
    field_checkbox_box: '0',
    field_sel: 'b',
    field_rad: 'y',
    field_area: 'one\r\ntwo',
    field_due: '2030-01-02',
    submit: 'Create ticket',
  });
  expect(await site.ticket(1)).toMatchObject({ box: '0', sel: 'b', rad: 'y', area: 'one\ntwo' });
  const page = (await ann.get('/ticket/1')).body;
  expect(inputOf(page, 'field_due')).toBe('2030-01-02');
  await submit(ann, 1, { field_due: '2030-01-02', field_checkbox_box: '0', field_area: 'one\r\ntwo', comment: 'nothing else' });
  expect((await site.history(1))[0]?.fields).toEqual([]);
});

test('somebody without the right to edit Cc can add and remove himself', async () => {
  const grants = { authenticated: ['TICKET_VIEW', 'TICKET_CREATE', 'TICKET_CHGPROP'], admin: ['TRAC_ADMIN'] };
  await using site = await testSite({ grants });
  await site.as('admin').fileTicket({ summary: 'S', cc: 'tom' });
  const ann = await enter(site, 'ann');
  expect((await ann.get('/ticket/1')).body).toContain('Add me to Cc');
  await submit(ann, 1, { cc_update: 'on' });
  expect((await site.ticket(1))['cc']).toBe('tom, ann');
  expect((await ann.get('/ticket/1')).body).toContain('Remove me from Cc');
});

test('a plugin adds a field, locks another and offers an action with a question', async () => {
  const Extra = component({
    implements: [ITicketFieldProvider, ITicketActionController, ITicketManipulator],
    create: () => ({
      getTicketFields: () => [{ name: 'mood', type: 'select', options: ['good', 'bad'], help: 'How do you feel?' }],
      getTicketActions: () => [{ name: 'explode', hint: 'It will be loud.', confirm: 'Really?' }],
      prepareTicket: (_ctx, form) => {
        const summary = form.fields.get('summary');
        if (summary) summary.disabled = true;
      },
    }),
  });
  await using site = await testSite({ grants: GRANTS, plugins: [{ Extra }] });
  const { body } = await (await enter(site, 'ann')).get('/newticket');
  expect(body).toMatch(/name="field_mood"[^>]*aria-describedby="help-field_mood"/);
  expect(body).toMatch(/name="field_summary"[^>]* disabled/);
  expect(body).toContain('data-confirm="Really?"');
  expect(body).toContain('It will be loud.');
});

test('panels of plugins stand on the page, and one that fails does not take the page with it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tracts-panel-'));
  writeFileSync(join(dir, 'near.njk'), '<p>Near {{ panel.data.place }}</p>');
  const Near = component({
    implements: [ITicketPanelProvider, ITemplateProvider],
    create: () => ({
      getTemplateDirs: () => [dir],
      getTicketPanels: ({ ticket }) => [
        { title: 'Nearby', place: 'aside', template: 'near.njk', data: { place: `<${ticket.id}>` } },
      ],
    }),
  });
  const Broken = component({
    implements: [ITicketPanelProvider],
    create: () => ({
      getTicketPanels: () => {
        throw new Error('broken');
      },
    }),
  });
  await using site = await testSite({ grants: GRANTS, plugins: [{ Near, Broken }] });
  await fileOne(site);
  const { body, statusCode } = await (await enter(site, 'ann')).get('/ticket/1');
  expect(statusCode).toBe(200);
  expect(body).toContain('<h2>Nearby</h2><p>Near &lt;1&gt;</p>');
});

test('a short field alone between wide ones waits for the next short one, so that no row stays half empty', async () => {
  const ini = '[ticket-custom]\nlonely = text\nlonely.order = 100\nwide = textarea\nwide.order = 101\n';
  await using site = await testSite({ grants: GRANTS, ini });
  const { body } = await (await enter(site, 'ann')).get('/newticket');
  const names = [...body.matchAll(/ name="field_(\w+)"/g)].map(([, name]) => name);
  expect(names.slice(0, 4)).toEqual(['summary', 'description', 'owner', 'type']);
  expect(names.slice(-2)).toEqual(['lonely', 'wide']);
});
