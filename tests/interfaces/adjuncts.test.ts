import { expect, test } from 'vitest';
import {
  type AdjunctType,
  component,
  IAdjunctHolder,
  IAdjunctService,
  ITicketAdjunctChangeListener,
  ITicketAdjunctContributor,
  ITicketService,
  type OperationContext,
} from '../../core/index.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { eachDialect } from '../support/databases.ts';

type Work<T> = (adjuncts: IAdjunctService, ctx: OperationContext) => Promise<T>;
const change = <T>(site: TestSite, work: Work<T>): Promise<T> =>
  site.as('admin').run((ctx) => work(site.site.get(IAdjunctService), ctx));

const TYPES: readonly AdjunctType[] = [
  'component',
  'milestone',
  'version',
  'priority',
  'severity',
  'ticket_type',
  'resolution',
  'keyword',
];

/** Notes what it hears, with what the tickets say at that moment. */
const spy = (heard: unknown[]) =>
  component({
    implements: [ITicketAdjunctChangeListener],
    uses: { tickets: ITicketService, adjuncts: IAdjunctService },
    create: ({ adjuncts }) => ({
      adjunctCreated: async (ctx, type, { name, rank }) => {
        const known = (await adjuncts.list(ctx, type)).some((one) => one.name === name);
        heard.push(['created', type, name, rank, known]);
      },
      adjunctChanged: (_ctx, type, value, before) =>
        void heard.push(['changed', type, value.name, before.description || before.rank, value.description || value.rank]),
      adjunctRenamed: async (ctx, type, value, before) => {
        const rows = await ctx
          .db('ticket')
          .where({ [type === 'ticket_type' ? 'type' : type]: value.name })
          .select('id');
        heard.push(['renamed', type, before.name, value.name, rows.length]);
      },
      adjunctDeleted: (_ctx, type, { name }, replacement) => void heard.push(['deleted', type, name, replacement]),
    }),
  });

eachDialect((fresh) => {
  test('a listener hears of creating, changing, renaming, ordering, merging and deleting, after it is done', async () => {
    const heard: unknown[] = [];
    await using site = await testSite({ plugins: { spy: { Spy: spy(heard) } }, database: await fresh() });
    expect(heard).toEqual([]);
    await site.fileTicket({ summary: 'x', type: 'defect' });
    await change(site, (a, ctx) => a.create(ctx, 'ticket_type', { name: 'idea' }));
    await change(site, (a, ctx) => a.change(ctx, 'ticket_type', 'idea', { description: 'A thought.' }));
    await change(site, (a, ctx) => a.change(ctx, 'ticket_type', 'idea', { description: 'A thought.' }));
    await change(site, (a, ctx) => a.rename(ctx, 'ticket_type', 'defect', 'bug'));
    await change(site, (a, ctx) => a.reorder(ctx, 'ticket_type', ['enhancement', 'bug', 'task', 'idea']));
    await change(site, (a, ctx) => a.merge(ctx, 'ticket_type', 'task', 'bug'));
    await change(site, (a, ctx) => a.remove(ctx, 'ticket_type', 'enhancement', 'keep'));
    await change(site, (a, ctx) => a.remove(ctx, 'ticket_type', 'bug', { replaceBy: '' }));
    expect(heard).toEqual([
      ['created', 'ticket_type', 'idea', 4, true],
      ['changed', 'ticket_type', 'idea', 4, 'A thought.'],
      ['renamed', 'ticket_type', 'defect', 'bug', 1],
      ['changed', 'ticket_type', 'bug', 1, 2],
      ['changed', 'ticket_type', 'enhancement', 2, 1],
      ['deleted', 'ticket_type', 'task', 'bug'],
      ['deleted', 'ticket_type', 'enhancement', undefined],
      ['deleted', 'ticket_type', 'bug', ''],
    ]);
  });

  test.each(TYPES)('values of the vocabulary %s are created, renamed and deleted alike', async (type) => {
    const heard: unknown[] = [];
    const Keep = component({
      implements: [ITicketAdjunctChangeListener],
      create: () => ({
        adjunctCreated: (_ctx, about, { name }) => void heard.push(['created', about, name]),
        adjunctRenamed: (_ctx, about, { name }, before) => void heard.push(['renamed', about, before.name, name]),
        adjunctDeleted: (_ctx, about, { name }) => void heard.push(['deleted', about, name]),
      }),
    });
    await using site = await testSite({ plugins: { spy: { Keep } }, database: await fresh() });
    await change(site, (a, ctx) => a.create(ctx, type, { name: 'first' }));
    await change(site, (a, ctx) => a.rename(ctx, type, 'first', 'second'));
    await change(site, (a, ctx) => a.remove(ctx, type, 'second', 'keep'));
    expect(heard).toEqual([
      ['created', type, 'first'],
      ['renamed', type, 'first', 'second'],
      ['deleted', type, 'second'],
    ]);
  });

  test('a listener that throws undoes the value, the tickets and their history', async () => {
    const Throws = component({
      implements: [ITicketAdjunctChangeListener],
      create: () => ({
        adjunctRenamed: () => {
          throw new Error('not this one');
        },
      }),
    });
    await using site = await testSite({ plugins: { spy: { Throws } }, database: await fresh() });
    const { id } = await site.fileTicket({ summary: 'x', component: 'component1' });
    await expect(change(site, (a, ctx) => a.rename(ctx, 'component', 'component1', 'engine'))).rejects.toThrow('not this one');
    expect(await site.ticket(id)).toMatchObject({ component: 'component1', rowVersion: 1 });
    expect(await site.history(id)).toEqual([]);
    const names = (await change(site, (a, ctx) => a.list(ctx, 'component'))).map(({ name }) => name);
    expect(names).toEqual(['component1', 'component2']);
  });

  test('another holder of values counts and follows with the tickets', async () => {
    const followed: unknown[] = [];
    const Wiki = component({
      implements: [IAdjunctHolder],
      create: () => ({
        countUses: (_ctx, type) => new Map(type === 'version' ? [['1.0', 5]] : []),
        replaceValue: (_ctx, type, { from, to }) => {
          followed.push([type, from, to]);
          return 5;
        },
      }),
    });
    await using site = await testSite({ plugins: { wiki: { Wiki } }, database: await fresh() });
    await site.fileTicket({ summary: 'x', version: '1.0' });
    expect((await change(site, (a, ctx) => a.countUses(ctx, 'version'))).get('1.0')).toBe(6);
    expect(await change(site, (a, ctx) => a.rename(ctx, 'version', '1.0', '1.0.0'))).toBe(6);
    expect(followed).toEqual([['version', '1.0', '1.0.0']]);
  });
});

test('contributors are asked for every vocabulary; their values stand after the stored ones, in order, each name once', async () => {
  const asked = new Set<string>();
  const contributor = (names: Readonly<Record<string, readonly string[]>>) =>
    component({
      implements: [ITicketAdjunctContributor],
      create: () => ({
        getAdjuncts: (type) => {
          asked.add(type);
          return (names[type] ?? []).map((name) => ({ name, description: '' }));
        },
      }),
    });
  const plugins = {
    a: { One: contributor({ severity: ['mild'], component: ['component2', 'cloud'] }) },
    b: { Two: contributor({ severity: ['mild', 'grave'] }) },
  };
  await using site = await testSite({ plugins });
  const list = (type: AdjunctType) =>
    change(site, async (a, ctx) => (await a.list(ctx, type)).map(({ name, source }) => [name, source]));
  expect(await list('severity')).toEqual([
    ['mild', 'a.One'],
    ['grave', 'b.Two'],
  ]);
  expect(await list('component')).toEqual([
    ['component1', undefined],
    ['component2', undefined],
    ['cloud', 'a.One'],
  ]);
  const form = await site.form();
  expect(form.fields.get('severity')?.options).toEqual(['mild', 'grave']);
  for (const type of TYPES) await list(type);
  expect([...asked].sort()).toEqual([...TYPES].sort());
});

test('switched off, a contributor takes its values from the form and leaves them on the tickets', async () => {
  const Cloud = component({
    implements: [ITicketAdjunctContributor],
    create: () => ({ getAdjuncts: (type) => (type === 'component' ? [{ name: 'cloud', description: '' }] : []) }),
  });
  await using site = await testSite({ plugins: { cloud: { Cloud } }, ini: '[components]\ncloud.* = disabled\n' });
  await site
    .as('admin')
    .run((ctx) => ctx.db('ticket').insert({ time: 1, changetime: 1, component: 'cloud', status: 'new', summary: 'x' }));
  expect((await site.form(1)).fields.get('component')).toMatchObject({ value: 'cloud', options: ['component1', 'component2'] });
  await site.submit(1, 'leave', {}, { comment: 'still works' });
});

test('a contributor that throws fails what asks for the vocabulary, and nothing else', async () => {
  const Broken = component({
    implements: [ITicketAdjunctContributor],
    create: () => ({
      getAdjuncts: (type) => {
        if (type === 'version') throw new Error('no versions today');
        return [];
      },
    }),
  });
  await using site = await testSite({ plugins: { broken: { Broken } } });
  await expect(site.form()).rejects.toThrow('no versions today');
  expect(await change(site, (a, ctx) => a.list(ctx, 'milestone'))).toHaveLength(4);
});
