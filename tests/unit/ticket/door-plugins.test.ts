import { describe, expect, test } from 'vitest';
import {
  component,
  type Field,
  ITicketActionController,
  ITicketChangeListener,
  ITicketManipulator,
  ITicketService,
  type TicketForm,
} from '../../../core/index.ts';
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
const controller = (getTicketActions: ITicketActionController['getTicketActions'], getAllStatus?: () => readonly string[]) =>
  component({
    implements: [ITicketActionController],
    create: () => ({ getTicketActions, ...(getAllStatus ? { getAllStatus } : {}) }),
  });

describe('several controllers', () => {
  test('labels, weights, hints and inputs of one action stack; changes merge; each is asked once', async () => {
    let asked = 0;
    const one = controller((ctx) => {
      asked += 1;
      return ctx.ticket.exists
        ? [
            {
              name: 'triage',
              label: 'sort in',
              weight: 5,
              hint: 'A.',
              inputs: [{ name: 'a', type: 'text' }],
              changes: ({ a }) => ({ keywords: a }),
            },
          ]
        : [];
    });
    const two = controller(() => [
      {
        name: 'triage',
        label: 'other',
        weight: 9,
        hint: 'B.',
        inputs: [{ name: 'b', type: 'text' }],
        changes: ({ b }) => ({ cc: b, keywords: 'k' }),
      },
    ]);
    await using site = await open({ plugins: { p1: { one }, p2: { two } } });
    const { id } = await site.fileTicket({ summary: 'x' }, { action: 'create' });
    asked = 0;
    const form = await site.as('dev').form(id);
    expect([...form.actions.keys()][0]).toBe('triage');
    expect(form.actions.get('triage')).toMatchObject({ label: 'sort in', weight: 9, hints: ['A.', 'B.'] });
    expect([...(form.actions.get('triage')?.inputs.values() ?? [])].map(({ control }) => control)).toEqual([
      'action_triage_a',
      'action_triage_b',
    ]);
    asked = 0;
    await site.as('dev').submit(id, 'triage', { a: 'k', b: 'me' });
    expect(asked).toBe(1);
    expect(await site.ticket(id)).toMatchObject({ keywords: 'k', cc: 'me' });
    await expect(site.as('dev').submit(id, 'triage', { a: 'z' })).rejects.toThrow(
      /p1\.one and p2\.two set Keywords to different values/,
    );
  });

  test('an input whose label is a word of a sentence is named together with its action', async () => {
    const Rate = controller(({ ticket }) =>
      ticket.exists
        ? [
            {
              name: 'rate',
              label: 'rate it',
              inputs: [
                { name: 'mark', type: 'select', label: 'as', required: true, options: ['good', 'bad'] },
                { name: 'by', type: 'text', label: 'by', title: 'Judge', required: true },
              ],
            },
          ]
        : [],
    );
    await using site = await open({ plugins: { p: { Rate } } });
    const { id } = await site.fileTicket({ summary: 'x' });
    const messages = async (inputs: object) =>
      (await site.as('dev').apply(id, { action: 'rate', inputs: { ...inputs } })).problems.map(({ message }) => message);
    expect(await messages({})).toEqual(['“as” of the action “rate it” is needed.', 'Judge is needed.']);
    expect(await messages({ mark: 'odd', by: 'me' })).toEqual([
      '“odd” is not one of the values of “as” of the action “rate it” (good, bad).',
    ]);
  });

  test('a controller refuses its own input, adds to the comment and leads elsewhere', async () => {
    const Ask = controller(({ ticket }) =>
      ticket.exists
        ? [
            {
              name: 'ask',
              inputs: [{ name: 'q', type: 'text', label: 'Question', required: true }],
              outcome: { redirect: '/query' },
              *problems({ q }) {
                if (q === 'no') yield { field: 'action_ask_q', message: 'Not that.' };
              },
              comment: ({ q }) => `Asked: ${q}`,
            },
          ]
        : [],
    );
    await using site = await open({ plugins: { p: { Ask } } });
    const { id } = await site.fileTicket({ summary: 'x' });
    await expect(site.as('dev').submit(id, 'ask', { q: 'no' })).rejects.toThrow('Not that.');
    await expect(site.as('dev').submit(id, 'ask', {})).rejects.toThrow('Question is needed');
    expect(await site.as('dev').apply(id, { action: 'ask', inputs: { q: 'why' }, comment: 'Hm.' })).toMatchObject({
      ok: true,
      outcome: { redirect: '/query' },
    });
    expect((await site.history(id))[0]?.comment).toBe('Hm.\n\nAsked: why');
  });
});

describe('side effects and listeners', () => {
  const seen: string[] = [];
  const Listener = component({
    implements: [ITicketChangeListener],
    create: () => ({
      ticketCreated: (_ctx, { number, after }) => void seen.push(`created ${number} ${after['summary']}`),
      ticketChanged: (ctx, { number, changed }) => {
        seen.push(`changed ${number} ${[...changed].sort()}`);
        ctx.afterCommit(() => void seen.push('committed'));
      },
      ticketDeleted: () => void seen.push('deleted'),
    }),
  });

  test('listeners hear inside the transaction, after-commit tasks afterwards; an exception undoes all of it', async () => {
    seen.length = 0;
    const Failing = component({
      implements: [ITicketChangeListener],
      create: () => ({
        ticketChanged: (_ctx, { comment }) => {
          if (comment === 'boom') throw new Error('boom');
        },
      }),
    });
    await using site = await open({ plugins: { a: { Listener }, b: { Failing } } });
    const { id } = await site.fileTicket({ summary: 'x' });
    await site.as('dev').submit(id, 'accept');
    expect(seen).toEqual(['created 0 x', 'changed 1 owner,status', 'committed']);
    await expect(site.as('dev').submit(id, 'leave', {}, { comment: 'boom' })).rejects.toThrow('boom');
    expect(await site.history(id)).toHaveLength(1);
    expect(seen.filter((one) => one === 'committed')).toHaveLength(1);
  });

  test('an action of pure effect runs it; one that would store something runs it only when it does', async () => {
    const ran: string[] = [];
    const Effects = controller(() => [
      { name: 'ping', sideEffect: () => void ran.push('ping') },
      { name: 'label', changes: () => ({ keywords: 'k' }), sideEffect: () => void ran.push('label') },
    ]);
    await using site = await open({ plugins: { p: { Effects } } });
    const { id } = await site.fileTicket({ summary: 'x' }, { action: 'create' });
    for (const action of ['ping', 'label', 'label']) await site.as('dev').submit(id, action);
    expect(ran).toEqual(['ping', 'label']);
  });

  test('deleting takes the history along and is heard', async () => {
    seen.length = 0;
    await using site = await open({ plugins: { a: { Listener } } });
    const { id } = await site.fileTicket({ summary: 'x' });
    await site.as('dev').submit(id, 'leave', {}, { comment: 'c' });
    const tickets = site.site.get(ITicketService);
    await site.as('boss').run(async (ctx) => tickets.delete(await tickets.open(ctx, id)));
    await expect(site.ticket(id)).rejects.toThrow('no ticket');
    expect(seen.at(-1)).toBe('deleted');
    expect(await site.run((ctx) => ctx.db('ticket_change'))).toEqual([]);
    await expect(site.as('boss').run(async (ctx) => tickets.delete(await tickets.draft(ctx)))).rejects.toThrow('never stored');
  });
});

describe('manipulators', () => {
  test('adjust the form before anyone sees it, and refuse what comes back, with field or without', async () => {
    const Rules = component({
      implements: [ITicketManipulator],
      create: () => ({
        prepareTicket: (_ctx, form: TicketForm) => {
          (form.fields.get('keywords') as Field).required = true;
          form.withdraw('create_and_assign');
        },
        *validateTicket(_ctx, { after }) {
          if (after['summary'] === 'test') yield { message: 'No tests, please.' };
        },
        *validateComment(_ctx, comment) {
          if (comment.includes('spam')) yield { field: 'comment', message: 'No spam.' };
        },
      }),
    });
    await using site = await open({ plugins: { p: { Rules } } });
    await expect(site.fileTicket({ summary: 'test', keywords: 'k' })).rejects.toThrow('No tests, please.');
    await expect(site.fileTicket({ summary: 'x' })).rejects.toThrow('Keywords is needed.');
    await expect(site.as('boss').fileTicket({ summary: 'x', keywords: 'k' }, { action: 'create_and_assign' })).rejects.toThrow(
      'not available',
    );
    const { id } = await site.fileTicket({ summary: 'x', keywords: 'k' });
    await expect(site.as('dev').submit(id, 'leave', {}, { comment: 'spam' })).rejects.toThrow('No spam.');
  });
});
