import { describe, expect, test } from 'vitest';
import { ITicketService } from '../../../core/index.ts';
import { type TestSite, testSite } from '../../../core/testing/index.ts';

const GRANTS = {
  anonymous: ['TICKET_VIEW', 'MILESTONE_VIEW'],
  authenticated: ['TICKET_CREATE'],
  dev: ['TICKET_MODIFY'],
  boss: ['TICKET_ADMIN'],
  writer: ['TICKET_APPEND'],
  admin: ['TRAC_ADMIN'],
} as const;
const open = (more: Parameters<typeof testSite>[0] = {}): Promise<TestSite> => testSite({ grants: GRANTS, ...more });

describe('filing', () => {
  test('stores defaults, the reporter and the status of the action, and strips one-line texts', async () => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: '  Crash ', description: ' as typed \r\n' });
    expect(await site.ticket(id)).toMatchObject({
      summary: 'Crash',
      description: ' as typed \n',
      status: 'new',
      owner: '',
      reporter: 'reporter',
      type: 'defect',
      priority: 'major',
      rowVersion: 1,
    });
    expect(await site.history(id)).toEqual([]);
  });

  test('every problem is told at once, each at its field, and nothing is stored', async () => {
    await using site = await open();
    const applied = await site.apply(undefined, { fields: { priority: 'enormous', bogus: 'x' } });
    expect(applied.ok).toBe(false);
    expect(applied.problems.map(({ field }) => field).sort()).toEqual(['field_bogus', 'field_priority', 'field_summary']);
    expect(applied.form.fields.get('priority')?.value).toBe('enormous');
    await expect(site.ticket(1)).rejects.toThrow('There is no ticket #1.');
  });

  test('a comment on a ticket that does not exist yet is refused', async () => {
    await using site = await open();
    expect((await site.apply(undefined, { fields: { summary: 'x' }, comment: 'hm' })).problems[0]?.field).toBe('comment');
  });

  test('without TICKET_CREATE there is no form', async () => {
    await using site = await open();
    await expect(site.as('anonymous').form()).rejects.toThrow('TICKET_CREATE');
  });

  test('with no action from <none> filing is refused with the reason', async () => {
    await using site = await open({ ini: '[ticket-workflow]\nleave = * -> *\nleave.operations = leave_status\n' });
    expect((await site.apply(undefined, { fields: { summary: 'x' } })).problems[0]?.message).toContain('<none>');
  });

  test('another reporter needs TICKET_ADMIN', async () => {
    await using site = await open();
    await expect(site.fileTicket({ summary: 'x', reporter: 'other' })).rejects.toThrow('You may not change Reporter');
    expect(await site.as('boss').fileTicket({ summary: 'x', reporter: 'other' })).toMatchObject({ reporter: 'other' });
  });

  test('somebody without an account gives a name, but nobody else’s account', async () => {
    await using site = await open({
      grants: { ...GRANTS, anonymous: ['TICKET_VIEW', 'TICKET_CREATE', 'TICKET_APPEND'] },
      people: [{ name: 'dev', fullName: '', email: '' }],
    });
    const anyone = site.as('anonymous');
    expect(await anyone.fileTicket({ summary: 'x' }, { author: 'me@example.org' })).toMatchObject({ reporter: 'me@example.org' });
    expect(await anyone.fileTicket({ summary: 'x', reporter: 'Mia' })).toMatchObject({ reporter: 'Mia' });
    expect(await anyone.fileTicket({ summary: 'x' })).toMatchObject({ reporter: 'anonymous' });
    await expect(anyone.fileTicket({ summary: 'x' }, { author: 'Dev' })).rejects.toThrow('name of an account');
    await expect(anyone.fileTicket({ summary: 'x', reporter: 'dev' })).rejects.toThrow('name of an account');
    await expect(anyone.fileTicket({ summary: 'x' }, { author: 'x'.repeat(201) })).rejects.toThrow('too long');
    const { id } = await anyone.fileTicket({ summary: 'x' });
    await anyone.submit(id, 'leave', {}, { comment: 'hi', author: 'Mia' });
    expect((await site.history(id))[0]?.author).toBe('Mia');
  });
});

describe('changing', () => {
  test('one change has one number, all fields and the comment', async () => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: 'x' });
    await site.as('dev').submit(id, 'accept', {}, { comment: 'mine', fields: { priority: 'minor' } });
    await site.as('dev').submit(id, 'resolve', { resolution: 'wontfix' });
    expect(await site.history(id)).toMatchObject([
      {
        number: 1,
        author: 'dev',
        action: 'accept',
        via: 'api',
        comment: 'mine',
        fields: [
          { field: 'owner', old: '', new: 'dev' },
          { field: 'priority', old: 'major', new: 'minor' },
          { field: 'status', old: 'new', new: 'accepted' },
        ],
      },
      {
        number: 2,
        comment: '',
        fields: [
          { field: 'resolution', old: '', new: 'wontfix' },
          { field: 'status', old: 'accepted', new: 'closed' },
        ],
      },
    ]);
    expect(await site.ticket(id)).toMatchObject({ status: 'closed', rowVersion: 3 });
  });

  test('nothing to change and nothing to say stores nothing', async () => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: 'x' });
    const applied = await site.as('dev').apply(id, { action: 'leave', comment: '  \n', fields: { priority: 'major' } });
    expect(applied).toMatchObject({ ok: true, change: undefined, problems: [] });
    expect((await site.ticket(id)).rowVersion).toBe(1);
  });

  test('an action that is unknown, not offered in this state or missing is refused', async () => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: 'x' });
    for (const action of ['frobnicate', 'reopen', '__proto__', undefined])
      expect((await site.as('dev').apply(id, { action, comment: 'x' })).problems[0]?.field).toBe('action');
    await expect(site.as('writer').submit(id, 'resolve')).rejects.toThrow('“resolve” is not available');
  });

  test('fields that the form does not offer are refused, unless they say what is so already', async () => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: 'x' });
    await expect(site.as('writer').submit(id, 'leave', {}, { fields: { priority: 'minor' } })).rejects.toThrow(
      'may not change Priority',
    );
    await site.as('writer').submit(id, 'leave', {}, { comment: 'fine', fields: { priority: 'major', summary: 'x' } });
    expect((await site.history(id))[0]?.fields).toEqual([]);
  });

  test('status, resolution and times come from the workflow: posted as fields they are passed over with a word', async () => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: 'x' });
    const applied = await site
      .as('dev')
      .apply(id, { action: 'leave', comment: 'c', fields: { status: 'closed', resolution: 'fixed', time: '2001-01-01' } });
    expect(applied.ok).toBe(true);
    expect(applied.warnings).toHaveLength(3);
    expect(await site.ticket(id)).toMatchObject({ status: 'new', resolution: '' });
  });

  test('inputs are judged against the action’s own list; unknown ones are refused, other actions’ controls passed over', async () => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: 'x' });
    await expect(site.as('dev').submit(id, 'resolve', { resolution: 'nonsense' })).rejects.toThrow('not one of');
    await expect(site.as('dev').submit(id, 'resolve', { verdict: 'x' })).rejects.toThrow('does not ask for “verdict”');
    await site
      .as('dev')
      .submit(id, 'resolve', { action_resolve_resolve_resolution: 'invalid', action_reassign_reassign_owner: 'nobody' });
    expect(await site.ticket(id)).toMatchObject({ resolution: 'invalid', owner: '' });
  });

  test('an input that is left out takes the default that the form shows', async () => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: 'x' });
    await site.as('dev').submit(id, 'resolve');
    expect(await site.ticket(id)).toMatchObject({ resolution: 'fixed' });
  });

  test('an action outranks an edit of the same field and says so', async () => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: 'x' });
    const applied = await site.as('dev').apply(id, { action: 'accept', fields: { owner: 'somebody' } });
    expect(applied.warnings.map(({ message }) => message).join()).toContain('sets Owner');
    expect(await site.ticket(id)).toMatchObject({ owner: 'dev' });
  });

  test('the status that counts is the stored one, not the one in the form', async () => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: 'x' });
    await site.as('dev').submit(id, 'resolve');
    await expect(site.as('dev').submit(id, 'resolve')).rejects.toThrow('not available');
  });
});

describe('texts', () => {
  test.each([
    ['NUL', 'a\0b'],
    ['half a surrogate pair', 'a\ud800b'],
  ])('%s is refused in fields and comments', async (_name, text) => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: 'x' });
    await expect(site.fileTicket({ summary: text })).rejects.toThrow('cannot be stored');
    await expect(site.as('dev').submit(id, 'leave', {}, { comment: text })).rejects.toThrow('cannot be stored');
  });

  test('emoji and right-to-left text are stored as typed', async () => {
    await using site = await open();
    expect(await site.fileTicket({ summary: '👩‍👩‍👧 שלום' })).toMatchObject({ summary: '👩‍👩‍👧 שלום' });
  });

  test('limits hold for summary, description, comment and custom fields', async () => {
    await using site = await open({
      ini: '[ticket]\nmax_summary_size = 5\nmax_description_size = 5\nmax_comment_size = 5\n[ticket-custom]\nnote = text\nnote.max_size = 5\n',
    });
    const { problems } = await site.apply(undefined, { fields: { summary: '123456', description: '123456', note: '123456' } });
    expect(problems.map(({ field }) => field)).toEqual(['field_summary', 'field_description', 'field_note']);
    const { id } = await site.fileTicket({ summary: '12345', description: '12345', note: '12345' });
    await expect(site.as('dev').submit(id, 'leave', {}, { comment: '123456' })).rejects.toThrow('too long');
  });
});

describe('replies', () => {
  test('a reply names an existing comment or the description', async () => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: 'x' });
    await site.as('dev').submit(id, 'leave', {}, { comment: 'one' });
    await site.as('dev').submit(id, 'leave', {}, { comment: 'two', replyTo: '1' });
    await site.as('dev').submit(id, 'leave', {}, { comment: 'three', replyTo: 'description' });
    expect((await site.history(id)).map(({ replyTo }) => replyTo)).toEqual(['', '1', 'description']);
    for (const replyTo of ['9', '0', 'x', '1e3', '-1', '99999999999'])
      expect((await site.as('dev').apply(id, { action: 'leave', comment: 'c', replyTo })).problems[0]?.field).toBe('replyto');
    expect((await site.apply(undefined, { fields: { summary: 'y' }, replyTo: '1' })).ok).toBe(false);
  });
});

describe('collisions', () => {
  test('a submission based on an older version is refused, with what was typed still in the form', async () => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: 'x' });
    await site.as('dev').submit(id, 'leave', {}, { comment: 'first', basedOn: 1 });
    const applied = await site.as('dev').apply(id, { action: 'leave', fields: { priority: 'minor' }, basedOn: 1 });
    expect(applied).toMatchObject({ ok: false, collision: true });
    expect(applied.form.fields.get('priority')?.value).toBe('minor');
    expect((await site.as('dev').apply(id, { action: 'leave', basedOn: 1 })).ok).toBe(true);
    expect((await site.as('dev').apply(id, { action: 'leave', fields: { priority: 'minor' }, basedOn: 2 })).ok).toBe(true);
  });
});

describe('preview', () => {
  test('does everything but store', async () => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: 'x' });
    const tickets = site.site.get(ITicketService);
    const asker = { user: { name: 'dev', authenticated: true }, via: 'web' } as const;
    const preview = await site.site.contexts.read(asker, (ctx) => tickets.preview(ctx, id, { action: 'accept', comment: 'c' }));
    expect([...(preview.change?.changed ?? [])].sort()).toEqual(['owner', 'status']);
    expect((await site.ticket(id)).rowVersion).toBe(1);
    await expect(site.site.contexts.read(asker, (ctx) => tickets.apply(ctx, id, { action: 'accept' }))).rejects.toThrow(
      'writing transaction',
    );
  });
});

describe('opening', () => {
  test.each([0, -1, 1e9, 2 ** 40, 1.5, Number.NaN])('%s is no ticket', async (id) => {
    await using site = await open();
    await expect(site.form(id)).rejects.toThrow('There is no ticket');
  });

  test('without TICKET_VIEW a ticket cannot be opened', async () => {
    await using site = await testSite({ grants: { authenticated: ['TICKET_CREATE'], admin: ['TRAC_ADMIN'] } });
    const { id } = await site.fileTicket({ summary: 'x' });
    await expect(site.form(id)).rejects.toThrow('TICKET_VIEW');
  });
});
