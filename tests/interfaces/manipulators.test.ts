import { describe, expect, test } from 'vitest';
import { component, ITicketActionController, ITicketFieldProvider, ITicketManipulator } from '../../core/index.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { DOORS } from '../support/doors.ts';

const GRANTS = { anonymous: ['TICKET_VIEW'], authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'], admin: ['TRAC_ADMIN'] };

/** Notes each call, adjusts the form, refuses texts that ask for it. */
const spy = (heard: string[]) =>
  component({
    implements: [ITicketManipulator],
    create: () => ({
      prepareTicket(ctx, form) {
        heard.push(`prepare ${ctx.via} ${ctx.ticket.id ?? 'new'}`);
        const keywords = form.fields.get('keywords');
        if (keywords && !ctx.ticket.exists) keywords.value = 'from the spy';
        form.fields.delete('version');
        form.withdraw('accept');
        form.offer({ name: 'shelve', label: 'shelve', changes: () => ({ keywords: 'shelved' }) });
      },
      async *validateTicket(ctx, { after, changed, via, action }) {
        heard.push(`ticket ${via} ${ctx.ticket.id ?? 'new'} ${action} ${changed.has('summary')}`);
        if (after['summary'] === 'bad') yield { field: 'field_summary', message: 'The spy refuses this summary.' };
        if (after['summary'] === 'bad') yield { message: 'The spy refuses the whole.' };
      },
      *validateComment(ctx, comment) {
        heard.push(`comment ${ctx.ticket.id ?? 'new'} ${comment}`);
        if (comment === 'bad') yield { field: 'comment', message: 'The spy refuses this comment.' };
      },
    }),
  });

describe.each(DOORS)('a manipulator, through $name', (door) => {
  const prepared = async (heard: string[]): Promise<TestSite> => {
    const site = await testSite({ grants: GRANTS, plugins: { spy: { Spy: spy(heard) } } });
    return site;
  };

  test('prepares the form and judges ticket and comment, when a ticket is filed and when it is changed', async () => {
    const heard: string[] = [];
    await using site = await prepared(heard);
    expect(await door.send(site, undefined, { fields: { summary: 'fine' } })).toMatchObject({ ok: true });
    expect(new Set(heard)).toEqual(new Set([`prepare ${door.via} new`, `ticket ${door.via} new create true`]));
    heard.length = 0;
    expect(await door.send(site, 1, { action: 'leave', comment: 'hello' })).toMatchObject({ ok: true });
    expect(new Set(heard)).toEqual(new Set([`prepare ${door.via} 1`, 'comment 1 hello', `ticket ${door.via} 1 leave false`]));
  });

  test('refuses with problems of a field and of the whole, and nothing is stored', async () => {
    await using site = await prepared([]);
    const refused = await door.send(site, undefined, { fields: { summary: 'bad' } });
    expect(refused.ok).toBe(false);
    for (const message of ['The spy refuses this summary.', 'The spy refuses the whole.'])
      expect(refused.said).toContain(message);
    await expect(site.ticket(1)).rejects.toThrow('There is no ticket');
    await site.fileTicket({ summary: 'x' });
    const comment = await door.send(site, 1, { action: 'leave', comment: 'bad' });
    expect([comment.ok, comment.said.includes('The spy refuses this comment.')]).toEqual([false, true]);
    expect(await site.history(1)).toEqual([]);
  });

  test('takes away what is then refused, and adds what is then accepted', async () => {
    await using site = await prepared([]);
    await site.fileTicket({ summary: 'x' });
    expect((await door.send(site, 1, { action: 'accept' })).ok).toBe(false);
    expect((await door.send(site, 1, { action: 'leave', fields: { version: '1.0' } })).ok).toBe(false);
    expect((await door.send(site, 1, { action: 'shelve' })).ok).toBe(true);
    expect(await site.ticket(1)).toMatchObject({ keywords: 'shelved', version: '' });
  });
});

const named = (name: string, heard: string[]) =>
  component({
    implements: [ITicketManipulator],
    create: () => ({
      prepareTicket: (_ctx, form) => {
        heard.push(name);
        const summary = form.fields.get('summary');
        if (summary) summary.help += name;
      },
      *validateTicket() {
        yield { message: `${name} objects.` };
      },
    }),
  });

test('[ticket] manipulators orders them: each sees what those before it did, and all problems are told', async () => {
  const heard: string[] = [];
  const plugins = { a: { First: named('a', heard) }, b: { Second: named('b', heard) } };
  await using site = await testSite({ grants: GRANTS, plugins, ini: '[ticket]\nmanipulators = Second, First\n' });
  const { problems, form } = await site.apply(undefined, { fields: { summary: 'x' } });
  expect(problems.map(({ message }) => message)).toEqual(['b objects.', 'a objects.']);
  expect([heard, form.fields.get('summary')?.help]).toEqual([['b', 'a'], 'ba']);
});

test('a comment that an action adds is judged too, on a new ticket as on an old one, and is kept', async () => {
  const heard: string[] = [];
  const Talker = component({
    implements: [ITicketActionController],
    create: () => ({
      getTicketActions: (ctx) => [
        {
          name: 'say',
          label: 'say',
          weight: 99,
          inputs: [{ name: 'what', type: 'text' }],
          changes: () => (ctx.ticket.exists ? {} : { status: 'new' }),
          comment: ({ what }) => String(what ?? ''),
        },
      ],
      getAllStatus: () => ['new'],
    }),
  });
  await using site = await testSite({ grants: GRANTS, plugins: { spy: { Spy: spy(heard) }, talk: { Talker } } });
  const say = (id: number | undefined, what: string) =>
    site.apply(id, { action: 'say', inputs: { what }, ...(id ? {} : { fields: { summary: 'x' } }) });
  expect((await say(undefined, 'bad')).problems.map(({ message }) => message)).toEqual(['The spy refuses this comment.']);
  expect(await say(undefined, 'hello')).toMatchObject({ ok: true, id: 1 });
  expect((await say(1, 'bad')).ok).toBe(false);
  expect(await site.history(1)).toMatchObject([{ number: 1, action: 'say', comment: 'hello', fields: [] }]);
  expect(heard.filter((one) => one.startsWith('comment'))).toEqual(['comment new bad', 'comment new hello', 'comment 1 bad']);
});

test('one that cannot prepare the form has whatever is sent refused, and nothing is stored', async () => {
  const Broken = component({
    implements: [ITicketManipulator],
    create: () => ({
      prepareTicket(ctx) {
        if (ctx.ticket.exists) throw new Error('broken');
      },
    }),
  });
  await using site = await testSite({ grants: GRANTS, plugins: { broken: { Broken } } });
  await site.fileTicket({ summary: 'x' });
  await expect(site.submit(1, 'leave', {}, { comment: 'hm' })).rejects.toThrow('may have a say in this failed');
  expect(await site.history(1)).toEqual([]);
});

test('a field that a provider adds can be adjusted by a manipulator, and its value is judged as adjusted', async () => {
  const Colour = component({
    implements: [ITicketFieldProvider, ITicketManipulator],
    create: () => ({
      getTicketFields: () => [{ name: 'colour', type: 'select', options: ['red', 'green'], optional: true }],
      prepareTicket(_ctx, form) {
        const colour = form.fields.get('colour');
        if (colour) colour.options = ['blue'];
      },
    }),
  });
  await using site = await testSite({ grants: GRANTS, plugins: { colour: { Colour } } });
  expect((await site.apply(undefined, { fields: { summary: 'x', colour: 'red' } })).problems[0]?.field).toBe('field_colour');
  expect((await site.apply(undefined, { fields: { summary: 'x', colour: 'blue' } })).ok).toBe(true);
});

test('a default that it sets on a new ticket is stored, whether it is sent back, left out or replaced', async () => {
  const Preset = component({
    implements: [ITicketManipulator],
    create: () => ({
      prepareTicket(ctx, form, submission) {
        const keywords = form.fields.get('keywords');
        if (keywords && !ctx.ticket.exists)
          keywords.value = submission ? `for ${submission.fields?.['summary']}` : 'nothing sent';
      },
    }),
  });
  await using site = await testSite({ grants: GRANTS, plugins: { preset: { Preset } } });
  expect((await site.form()).fields.get('keywords')?.value).toBe('nothing sent');
  expect(await site.fileTicket({ summary: 'x' })).toMatchObject({ keywords: 'for x' });
  expect(await site.fileTicket({ summary: 'x', keywords: 'for x' })).toMatchObject({ keywords: 'for x' });
  expect(await site.fileTicket({ summary: 'x', keywords: 'own' })).toMatchObject({ keywords: 'own' });
  expect(await site.fileTicket({ summary: 'x', keywords: '' })).toMatchObject({ keywords: '' });
  expect(await site.ticket(1)).toMatchObject({ keywords: 'for x' });
  expect(await site.submit(2, 'leave', {}, { fields: { keywords: 'other' } })).toMatchObject({ keywords: 'other' });
});
