import { describe, expect, test } from 'vitest';
import {
  component,
  IAdjunctService,
  ITicketActionController,
  ITicketChangeListener,
  ITicketManipulator,
  ITicketService,
} from '../../core/index.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { eachDialect } from '../support/databases.ts';
import { DOORS } from '../support/doors.ts';

const GRANTS = {
  anonymous: ['TICKET_VIEW'],
  authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'],
  admin: ['TRAC_ADMIN'],
  boss: ['TICKET_EDIT_COMMENT'],
};

/** Notes what it hears as data. */
const spy = (heard: unknown[]) =>
  component({
    implements: [ITicketChangeListener],
    create: () => ({
      ticketCreated: (ctx, { number, action, author, via, causes, before, after }) =>
        void heard.push({
          created: ctx.ticket.id,
          number,
          action,
          author,
          via,
          causes,
          was: before['summary'],
          is: after['summary'],
        }),
      ticketChanged: (ctx, { number, action, comment, author, via, causes, changed, before, after }) =>
        void heard.push({
          changed: ctx.ticket.id,
          version: ctx.ticket.version,
          number,
          action,
          comment,
          author,
          via,
          causes,
          fields: [...changed].sort().map((name) => [name, before[name], after[name]]),
          stored: ctx.ticket.values['keywords'],
        }),
      ticketDeleted: (ctx) => void heard.push({ deleted: ctx.ticket.id, summary: ctx.ticket.values['summary'] }),
      commentEdited: (ctx, number, before, after) => void heard.push({ edited: ctx.ticket.id, number, before, after }),
    }),
  });

describe.each(DOORS)('a listener, through $name', (door) => {
  test('hears of a new ticket and of a change, with action, comment, old and new values and the door', async () => {
    const heard: unknown[] = [];
    await using site = await testSite({ grants: GRANTS, plugins: { spy: { Spy: spy(heard) } } });
    await door.send(site, undefined, { fields: { summary: 'Crash' } });
    const { via } = door;
    expect(heard).toEqual([{ created: 1, number: 0, action: 'create', author: 'ann', via, causes: [], was: '', is: 'Crash' }]);
    heard.length = 0;
    await door.send(site, 1, { action: 'accept', comment: 'Mine.', fields: { keywords: 'ui' } });
    const fields = [
      ['keywords', '', 'ui'],
      ['owner', '', 'ann'],
      ['status', 'new', 'accepted'],
    ];
    const common = { action: 'accept', comment: 'Mine.', author: 'ann', via, causes: [], fields, stored: 'ui' };
    expect(heard).toMatchObject([{ changed: 1, version: 2, number: 1, ...common }]);
  });

  test('hears nothing of what was refused or changed nothing', async () => {
    const heard: unknown[] = [];
    await using site = await testSite({ grants: GRANTS, plugins: { spy: { Spy: spy(heard) } } });
    await door.send(site, undefined, { fields: { summary: '' } });
    await site.fileTicket({ summary: 'x' });
    heard.length = 0;
    await door.send(site, 1, { action: 'leave' });
    expect(heard).toEqual([]);
  });
});

eachDialect((fresh) => {
  test('a listener that throws undoes the whole change, what other listeners wrote included', async () => {
    const Writes = component({
      implements: [ITicketChangeListener],
      create: () => ({ ticketChanged: async (ctx) => void (await ctx.db('generation').insert({ name: 'spy', value: 1 })) }),
    });
    const Throws = component({
      implements: [ITicketChangeListener],
      create: () => ({
        ticketChanged: () => {
          throw new Error('no');
        },
      }),
    });
    await using site = await testSite({ grants: GRANTS, plugins: { a: { Writes }, b: { Throws } }, database: await fresh() });
    const { id } = await site.fileTicket({ summary: 'x' });
    await expect(site.submit(id, 'accept')).rejects.toThrow('no');
    expect(await site.ticket(id)).toMatchObject({ status: 'new', rowVersion: 1 });
    expect(await site.history(id)).toEqual([]);
    expect(await site.as('admin').run((ctx) => ctx.db('generation').where({ name: 'spy' }))).toEqual([]);
  });

  test('a deleted ticket and an edited comment are heard of, and refusals are not', async () => {
    const heard: unknown[] = [];
    const Delete = component({
      implements: [ITicketActionController],
      uses: { tickets: ITicketService },
      create: ({ tickets }) => ({
        getTicketActions: (ctx) => [{ name: 'burn', label: 'burn', outcome: 'gone', sideEffect: () => tickets.delete(ctx) }],
      }),
    });
    const Polite = component({
      implements: [ITicketManipulator],
      create: () => ({
        *validateComment(_ctx, comment) {
          if (comment.includes('damn')) yield { field: 'comment', message: 'Be polite.' };
        },
      }),
    });
    const plugins = { spy: { Spy: spy(heard) }, del: { Delete, Polite } };
    await using site = await testSite({ grants: GRANTS, plugins, database: await fresh() });
    const { id } = await site.fileTicket({ summary: 'x' });
    await site.submit(id, 'leave', {}, { comment: 'frist' });
    heard.length = 0;
    const edit = (name: string, text: string) =>
      site.as(name).run(async (ctx) => {
        const tickets = site.site.get(ITicketService);
        return tickets.editComment(await tickets.open(ctx, id), 1, text);
      });
    await expect(edit('ann', 'x')).rejects.toThrow('TICKET_EDIT_COMMENT');
    expect(await edit('reporter', 'damn')).toEqual([{ field: 'comment', message: 'Be polite.' }]);
    expect(await edit('reporter', 'frist')).toEqual([]);
    expect(heard).toEqual([]);
    expect(await edit('reporter', 'first')).toEqual([]);
    expect(await edit('boss', 'First.')).toEqual([]);
    expect((await site.history(id))[0]?.comment).toBe('First.');
    await site.submit(id, 'burn').catch(() => undefined);
    expect(heard).toEqual([
      { edited: id, number: 1, before: 'frist', after: 'first' },
      { edited: id, number: 1, before: 'first', after: 'First.' },
      { deleted: id, summary: 'x' },
    ]);
  });

  test('a renamed value is heard of once for some hundreds of tickets, or as a change of each', async () => {
    const heard: unknown[] = [];
    const batches: unknown[] = [];
    const Batch = component({
      implements: [ITicketChangeListener],
      create: () => ({
        ticketChanged: () => void batches.push('never for a replacement'),
        valueReplaced: (_ctx, { field, from, to, action, tickets }) => void batches.push({ field, from, to, action, tickets }),
      }),
    });
    await using site = await testSite({
      grants: GRANTS,
      plugins: { spy: { Spy: spy(heard) }, batch: { Batch } },
      database: await fresh(),
    });
    await site.fileTicket({ summary: 'a', component: 'component1' });
    await site.fileTicket({ summary: 'b', component: 'component1' });
    await site.submit(2, 'leave', {}, { comment: 'one' });
    heard.length = 0;
    batches.length = 0;
    await site.as('admin').run((ctx) => site.site.get(IAdjunctService).rename(ctx, 'component', 'component1', 'engine'));
    expect(batches).toEqual([
      { field: 'component', from: 'component1', to: 'engine', action: 'rename component', tickets: [1, 2] },
    ]);
    const common = {
      action: 'rename component',
      author: 'admin',
      via: 'api',
      causes: [],
      fields: [['component', 'component1', 'engine']],
    };
    expect(heard).toMatchObject([
      { changed: 1, version: 2, number: 1, ...common },
      { changed: 2, version: 3, number: 2, ...common },
    ]);
  });
});

/** Answers each change of a ticket by one of the next ticket. */
const chain = (causes: unknown[]) =>
  component({
    implements: [ITicketChangeListener],
    uses: { tickets: ITicketService },
    create: ({ tickets }) => ({
      async ticketChanged(ctx, change) {
        causes.push([change.causes, ctx.causes]);
        const next = (ctx.ticket.id ?? 0) + 1;
        const { ok } = await tickets.apply(ctx, next > 3 ? 1 : next, {
          action: 'leave',
          comment: `because of #${ctx.ticket.id}`,
        });
        if (!ok) throw new Error('refused');
      },
    }),
  });

describe('a listener that changes tickets', () => {
  const three = async (plugins: Record<string, object>): Promise<TestSite> => {
    const site = await testSite({ grants: GRANTS, plugins });
    for (const summary of ['a', 'b', 'c']) await site.fileTicket({ summary });
    return site;
  };

  test('goes through the one door, and the next listener is told of the chain of causes', async () => {
    const causes: unknown[] = [];
    const Once = component({
      implements: [ITicketChangeListener],
      uses: { tickets: ITicketService },
      create: ({ tickets }) => ({
        async ticketChanged(ctx, change) {
          causes.push([change.causes, ctx.causes]);
          if (change.causes.length === 0) await tickets.apply(ctx, 2, { action: 'leave', comment: 'me too' });
        },
      }),
    });
    await using site = await three({ once: { Once } });
    await site.submit(1, 'accept');
    expect((await site.history(2)).map(({ comment }) => comment)).toEqual(['me too']);
    expect(causes).toEqual([
      [[], ['#1 accept heard by once.Once']],
      [['#1 accept heard by once.Once'], ['#1 accept heard by once.Once', '#2 leave heard by once.Once']],
    ]);
  });

  test('two that set each other off are stopped by an error that names the chain, and nothing is stored', async () => {
    const causes: unknown[] = [];
    await using site = await three({ circle: { Circle: chain(causes) } });
    await expect(site.submit(1, 'accept')).rejects.toThrow(
      /set each other off without end.*#1 accept heard by circle.Circle → #2 leave heard by circle.Circle → #3 leave/,
    );
    expect(causes).toHaveLength(10);
    expect((await site.ticket(1))['status']).toBe('new');
    for (const id of [1, 2, 3]) expect(await site.history(id)).toEqual([]);
  });

  test('an action whose side effect submits itself is stopped likewise', async () => {
    const Again = component({
      implements: [ITicketActionController],
      uses: { tickets: ITicketService },
      create: ({ tickets }) => ({
        getTicketActions: (ctx) => [
          {
            name: 'again',
            label: 'again',
            sideEffect: async () => void (await tickets.apply(ctx, ctx.ticket.id, { action: 'again' })),
          },
        ],
      }),
    });
    await using site = await three({ again: { Again } });
    await expect(site.submit(1, 'again')).rejects.toThrow('#1 again → #1 again');
  });
});
