import { describe, expect, test } from 'vitest';
import { component, IAdjunctService, IContexts, ITicketAdjunctContributor, type OperationContext } from '../../../core/index.ts';
import { type TestSite, testSite } from '../../../core/testing/index.ts';
import { eachDialect } from '../../support/databases.ts';

type Work<T> = (adjuncts: IAdjunctService, ctx: OperationContext) => Promise<T>;
const change = <T>(site: TestSite, work: Work<T>): Promise<T> =>
  site.as('admin').run((ctx) => work(site.site.get(IAdjunctService), ctx));
const names = (site: TestSite, type: Parameters<IAdjunctService['list']>[1]): Promise<string[]> =>
  change(site, async (adjuncts, ctx) =>
    (await adjuncts.list(ctx, type)).map(({ name, rank, source }) => [rank, name, source].filter(Boolean).join(' ')),
  );

const Extra = component({
  implements: [ITicketAdjunctContributor],
  create: () => ({
    getAdjuncts: async (type) =>
      type === 'component'
        ? [
            { name: 'cloud', description: 'Elsewhere' },
            { name: 'component1', description: 'not heard' },
          ]
        : [],
  }),
});

eachDialect((fresh) => {
  test('a new value stands last in its list, with white space in its name collapsed', async () => {
    await using site = await testSite({ database: await fresh() });
    const made = await change(site, (adjuncts, ctx) =>
      adjuncts.create(ctx, 'priority', { name: ' \t very\n minor ', description: 'x' }),
    );
    expect(made).toEqual({ name: 'very minor', description: 'x', rank: 6 });
    expect((await names(site, 'priority')).at(-1)).toBe('6 very minor');
  });

  test('names are needed, unique, visible and not endless', async () => {
    await using site = await testSite({ database: await fresh(), plugins: { extra: { Extra } } });
    const add = (type: 'component' | 'keyword', name: string) =>
      change(site, (adjuncts, ctx) => adjuncts.create(ctx, type, { name }));
    await expect(add('component', ' \n ')).rejects.toMatchObject({ field: 'name', message: 'The component needs a name.' });
    await expect(add('component', ' component1')).rejects.toThrow('There is a component “component1” already.');
    await expect(add('component', 'cloud')).rejects.toThrow('extra.Extra contributes it');
    await expect(add('component', 'x'.repeat(201))).rejects.toThrow('200 at most');
    await expect(add('component', 'a\u202eb')).rejects.toThrow('cannot be seen or stored');
    await expect(add('component', 'a\ud800')).rejects.toThrow('cannot be seen or stored');
    await expect(add('keyword', 'two words')).rejects.toThrow('one word');
    await add('component', "'; drop table ticket; -- <script>");
    expect(await names(site, 'component')).toContain("'; drop table ticket; -- <script>");
  });

  test('contributed values come last, bear who contributes them, and are changed by nobody', async () => {
    await using site = await testSite({ database: await fresh(), plugins: { extra: { Extra } } });
    expect(await names(site, 'component')).toEqual(['component1', 'component2', 'cloud extra.Extra']);
    const refused = 'contributed by extra.Extra';
    await expect(change(site, (a, ctx) => a.remove(ctx, 'component', 'cloud', 'keep'))).rejects.toThrow(refused);
    await expect(change(site, (a, ctx) => a.rename(ctx, 'component', 'cloud', 'sky'))).rejects.toThrow(refused);
    await expect(change(site, (a, ctx) => a.change(ctx, 'component', 'cloud', { owner: 'x' }))).rejects.toThrow(refused);
    const { id } = await site.fileTicket({ summary: 'x', component: 'cloud' });
    expect(await site.ticket(id)).toMatchObject({ component: 'cloud' });
    expect(await change(site, (a, ctx) => a.merge(ctx, 'component', 'component2', 'cloud'))).toBe(0);
  });

  test('a rename changes the tickets with it, each with history under a new version', async () => {
    await using site = await testSite({ database: await fresh() });
    const [one, two] = [
      await site.fileTicket({ summary: 'a', component: 'component1' }),
      await site.fileTicket({ summary: 'b', component: 'component2' }),
    ];
    await site.submit(one, 'leave', {}, { comment: 'first' });
    expect(await change(site, (a, ctx) => a.rename(ctx, 'component', 'component1', ' engine  room '))).toBe(1);
    expect(await names(site, 'component')).toEqual(['component2', 'engine room']);
    expect(await site.ticket(one.id)).toMatchObject({ component: 'engine room', rowVersion: 3 });
    expect(await site.ticket(two.id)).toMatchObject({ component: 'component2', rowVersion: 1 });
    const [, entry] = await site.history(one.id);
    expect(entry).toMatchObject({
      number: 2,
      author: 'admin',
      via: 'api',
      action: 'rename component',
      comment: 'The component “component1” is now called “engine room”.',
      fields: [{ field: 'component', old: 'component1', new: 'engine room' }],
    });
    expect((await site.ticket(one.id))['changetime']).toEqual(entry?.time);
  });

  test('a name may change in letter case alone, and to itself without a trace', async () => {
    await using site = await testSite({ database: await fresh() });
    const { id } = await site.fileTicket({ summary: 'a', type: 'task' });
    expect(await change(site, (a, ctx) => a.rename(ctx, 'ticket_type', 'task', ' task '))).toBe(0);
    expect(await change(site, (a, ctx) => a.rename(ctx, 'ticket_type', 'task', 'Task'))).toBe(1);
    expect((await site.history(id)).map(({ action }) => action)).toEqual(['rename ticket type']);
    expect((await site.ticket(id))['type']).toBe('Task');
    await expect(change(site, (a, ctx) => a.rename(ctx, 'ticket_type', 'task', 'x'))).rejects.toThrow(
      'There is no ticket type “task”.',
    );
  });

  test('merging moves the tickets, deletes the value and closes the gap in the ranks', async () => {
    await using site = await testSite({ database: await fresh() });
    const { id } = await site.fileTicket({ summary: 'a', priority: 'critical' });
    expect(await change(site, (a, ctx) => a.merge(ctx, 'priority', 'critical', 'blocker'))).toBe(1);
    expect(await names(site, 'priority')).toEqual(['1 blocker', '2 major', '3 minor', '4 trivial']);
    expect((await site.history(id))[0]).toMatchObject({
      action: 'merge priority',
      comment: 'The priority “critical” was merged into “blocker”.',
    });
    await expect(change(site, (a, ctx) => a.merge(ctx, 'priority', 'major', 'major'))).rejects.toMatchObject({ field: 'target' });
    await expect(change(site, (a, ctx) => a.merge(ctx, 'priority', 'major', 'none'))).rejects.toMatchObject({ field: 'target' });
  });

  test('deleting leaves the tickets as they are, empties the field, or moves them', async () => {
    await using site = await testSite({ database: await fresh() });
    const file = (milestone: string) => site.fileTicket({ summary: 'x', milestone });
    const [kept, cleared, moved] = [await file('milestone1'), await file('milestone2'), await file('milestone3')];
    expect(await change(site, (a, ctx) => a.remove(ctx, 'milestone', 'milestone1', 'keep'))).toBe(0);
    expect(await change(site, (a, ctx) => a.remove(ctx, 'milestone', 'milestone2', { replaceBy: '' }))).toBe(1);
    expect(await change(site, (a, ctx) => a.remove(ctx, 'milestone', 'milestone3', { replaceBy: 'milestone4' }))).toBe(1);
    expect(await names(site, 'milestone')).toEqual(['milestone4']);
    const now = await Promise.all([kept, cleared, moved].map(async ({ id }) => (await site.ticket(id))['milestone']));
    expect(now).toEqual(['milestone1', '', 'milestone4']);
    expect((await site.history(cleared.id))[0]).toMatchObject({
      comment: 'The milestone “milestone2” was deleted.',
      fields: [{ old: 'milestone2', new: '' }],
    });
    await site.submit(kept, 'leave', {}, { comment: 'still editable', fields: { summary: 'y' } });
  });

  test('a completed milestone hands its open tickets on', async () => {
    await using site = await testSite({ database: await fresh() });
    const file = () => site.fileTicket({ summary: 'x', milestone: 'milestone1' });
    const [open, done] = [await file(), await file()];
    await site.submit(done, 'resolve', { resolution: 'fixed' });
    const uses = (openOnly: boolean) => change(site, (a, ctx) => a.countUses(ctx, 'milestone', { name: 'milestone1', openOnly }));
    expect([(await uses(false)).get('milestone1'), (await uses(true)).get('milestone1')]).toEqual([2, 1]);
    expect(await change(site, (a, ctx) => a.retarget(ctx, 'milestone', 'milestone1', 'milestone2'))).toBe(1);
    expect([(await site.ticket(open.id))['milestone'], (await site.ticket(done.id))['milestone']]).toEqual([
      'milestone2',
      'milestone1',
    ]);
    expect((await site.history(open.id))[0]?.comment).toBe('Moved out of the milestone “milestone1” into “milestone2”.');
  });

  test('an order is a permutation, and ranks stay dense', async () => {
    await using site = await testSite({ database: await fresh() });
    const order = (...wanted: string[]) => change(site, (a, ctx) => a.reorder(ctx, 'ticket_type', wanted));
    await order('task', 'defect', 'enhancement');
    expect(await names(site, 'ticket_type')).toEqual(['1 task', '2 defect', '3 enhancement']);
    await expect(order('task', 'defect')).rejects.toThrow('“enhancement” is missing');
    await expect(order('task', 'defect', 'defect')).rejects.toThrow('stands twice');
    await expect(order('task', 'defect', 'x')).rejects.toThrow('“x” cannot be put in order');
    await expect(change(site, (a, ctx) => a.reorder(ctx, 'version', ['2.0', '1.0']))).rejects.toMatchObject({ field: 'order' });
  });

  test('keywords are words in a list: each list keeps its other words', async () => {
    await using site = await testSite({ database: await fresh() });
    const file = (keywords: string) => site.fileTicket({ summary: 'x', keywords });
    const tickets = [
      await file('ui, slow'),
      await file('ui slow 100%'),
      await file('slower ui'),
      await file('slow'),
      await file('fast; slow'),
    ];
    await change(site, (a, ctx) => a.create(ctx, 'keyword', { name: 'slow' }));
    expect(await change(site, (a, ctx) => a.countUses(ctx, 'keyword', { name: 'slow' }))).toEqual(new Map([['slow', 4]]));
    expect(await change(site, (a, ctx) => a.rename(ctx, 'keyword', 'slow', 'fast'))).toBe(4);
    const texts = () => Promise.all(tickets.map(async ({ id }) => (await site.ticket(id))['keywords']));
    expect(await texts()).toEqual(['ui, fast', 'ui fast 100%', 'slower ui', 'fast', 'fast']);
    expect(await change(site, (a, ctx) => a.remove(ctx, 'keyword', 'fast', { replaceBy: '' }))).toBe(4);
    expect(await texts()).toEqual(['ui', 'ui 100%', 'slower ui', '', '']);
  });

  test('thousands of tickets follow at once', async () => {
    await using site = await testSite({ database: await fresh() });
    await site.as('admin').run(async (ctx) => {
      const rows = Array.from({ length: 2_600 }, (_, at) => ({
        time: at,
        changetime: at,
        component: 'component1',
        status: 'new',
        summary: `t${at}`,
      }));
      await ctx.db.batchInsert('ticket', rows, 500);
    });
    const start = performance.now();
    expect(await change(site, (a, ctx) => a.rename(ctx, 'component', 'component1', 'engine'))).toBe(2_600);
    expect(performance.now() - start).toBeLessThan(5_000);
    expect((await change(site, (a, ctx) => a.countUses(ctx, 'component'))).get('engine')).toBe(2_600);
    expect(await site.history(2_600)).toHaveLength(1);
  });

  test('another process sees a change within a second', async () => {
    const database = await fresh();
    await using site = await testSite({ database });
    const before = await names(site, 'severity');
    const { openDatabase } = await import('../../../core/db/database.ts');
    const { Generations } = await import('../../../core/db/generation.ts');
    const other = await openDatabase(database.url, { dir: database.dir });
    const generations = new Generations();
    const { loadVocabularies } = await import('../../../core/adjunct/store.ts');
    const cached = generations.cached('adjuncts', loadVocabularies);
    expect((await cached.get(other.reader)).get('severity')).toEqual(before);
    await change(site, (a, ctx) => a.create(ctx, 'severity', { name: 'grave' }));
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect((await cached.get(other.reader)).get('severity')?.map(({ name }) => name)).toEqual(['grave']);
    await other.close();
  });
});

describe('who may call', () => {
  test('a change without a transaction is refused, and a detail that cannot be kept', async () => {
    await using site = await testSite();
    const adjuncts = site.site.get(IAdjunctService);
    const asker = { user: { name: 'admin', authenticated: true }, via: 'cli' } as const;
    const read = site.site.get(IContexts).read(asker, (ctx) => adjuncts.create(ctx, 'version', { name: 'x' }));
    await expect(read).rejects.toThrow('needs a writing transaction');
    await expect(change(site, (a, ctx) => a.change(ctx, 'version', '1.0', { description: '\0' }))).rejects.toMatchObject({
      field: 'description',
    });
    await expect(change(site, (a, ctx) => a.change(ctx, 'version', '1.0', { time: new Date(Number.NaN) }))).rejects.toMatchObject(
      { field: 'time' },
    );
    await expect(change(site, (a, ctx) => a.change(ctx, 'version', '9.0', {}))).rejects.toThrow('There is no version “9.0”.');
  });
});
