import { describe, expect, test } from 'vitest';
import { component, type HistoryEntry, ITicketChangeListener, ITicketService, type TicketContext } from '../../../core/index.ts';
import { type TestSite, testSite } from '../../../core/testing/index.ts';
import { eachDialect, type FreshDatabase } from '../../support/databases.ts';

const GRANTS = {
  anonymous: ['TICKET_VIEW'],
  authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'],
  editor: ['TICKET_EDIT_COMMENT'],
  insider: ['TICKET_VIEW_INTERNAL'],
  boss: ['TICKET_ADMIN'],
  admin: ['TRAC_ADMIN'],
};

const heard: unknown[][] = [];
const Ear = component({
  implements: [ITicketChangeListener],
  create: () => ({
    ticketChanged: (_ctx, { number, internal, comment }) => void heard.push(['changed', number, internal, comment]),
    commentEdited: (_ctx, number, before, after) => void heard.push(['edited', number, before, after]),
    commentDeleted: (_ctx, number) => void heard.push(['deleted', number]),
  }),
});

const makeSite = (database?: FreshDatabase): Promise<TestSite> =>
  testSite({ grants: GRANTS, plugins: { ear: { Ear } }, ...(database ? { database } : {}) });

/** What somebody is told of a ticket's history. */
const told = (site: TestSite, name: string, id: number): Promise<readonly HistoryEntry[]> =>
  on(site, name, id, (ctx, tickets) => tickets.history(ctx));

const on = <T>(
  site: TestSite,
  name: string,
  id: number,
  work: (ctx: TicketContext, tickets: ITicketService) => Promise<T>,
): Promise<T> =>
  site.as(name).run(async (ctx) => {
    const tickets = site.site.get(ITicketService);
    return work(await tickets.open(ctx, id), tickets);
  });

const say = (site: TestSite, name: string, id: number, comment: string, more: object = {}) =>
  site.as(name).submit(id, 'leave', {}, { comment, ...more });

eachDialect((fresh) => {
  describe('an internal comment', () => {
    test('is there for those who may read it, and for nobody else', async () => {
      await using site = await makeSite(await fresh());
      const { id } = await site.fileTicket({ summary: 'S' });
      await say(site, 'reporter', id, 'in public');
      await say(site, 'insider', id, 'a secret', { internal: true });
      await say(site, 'insider', id, 'a secret with a field', { internal: true, fields: { priority: 'minor' } });
      await say(site, 'insider', id, 'a secret answer', { internal: true, replyTo: '1' });
      for (const name of ['insider', 'boss', 'admin'])
        expect((await told(site, name, id)).map(({ comment, internal }) => [comment, internal])).toEqual([
          ['in public', false],
          ['a secret', true],
          ['a secret with a field', true],
          ['a secret answer', true],
        ]);
      for (const name of ['anonymous', 'reporter', 'editor']) {
        const entries = await told(site, name, id);
        expect(JSON.stringify(entries)).not.toMatch(/secret/);
        expect(entries).toMatchObject([
          { number: 1, comment: 'in public', replies: [], internal: false },
          { number: 3, comment: '', internal: false, fields: [{ field: 'priority', old: 'major', new: 'minor' }] },
        ]);
      }
      expect((await told(site, 'insider', id))[0]?.replies).toEqual([4]);
    });

    test('shows in no window either, and its answers are listed to none but insiders', async () => {
      await using site = await makeSite(await fresh());
      const { id } = await site.fileTicket({ summary: 'S' });
      await say(site, 'reporter', id, 'in public');
      await say(site, 'insider', id, 'a secret', { internal: true, replyTo: '1' });
      for (const window of [{ last: 5 }, { since: 1 }, { numbers: [1, 2] }, { numbers: [1, 1] }] as const) {
        const of = (name: string) => on(site, name, id, (ctx, tickets) => tickets.history(ctx, window));
        expect((await of('reporter')).map(({ number, replies }) => [number, replies])).toEqual([[1, []]]);
        expect((await of('insider'))[0]).toMatchObject({ number: 1, replies: [2] });
      }
    });

    test('cannot be written, answered, edited or looked at by others', async () => {
      await using site = await makeSite(await fresh());
      const { id } = await site.fileTicket({ summary: 'S' });
      await say(site, 'insider', id, 'a secret with a field', { internal: true, fields: { priority: 'minor' } });
      const refused = async (submission: object) =>
        (await site.apply(id, { action: 'leave', comment: 'x', ...submission })).problems.map(({ field }) => field);
      expect(await refused({ internal: true })).toEqual(['internal']);
      expect(await refused({ replyTo: '1' })).toEqual(['replyto']);
      expect((await site.form(id)).mayCommentInternally).toBe(false);
      expect((await site.as('insider').form(id)).mayCommentInternally).toBe(true);
      expect((await site.as('insider').form()).mayCommentInternally).toBe(false);
      expect((await site.as('insider').apply(undefined, { fields: { summary: 'x' }, internal: true })).problems[0]?.field).toBe(
        'internal',
      );
      await expect(on(site, 'editor', id, (ctx, tickets) => tickets.editComment(ctx, 1, 'x'))).rejects.toThrow('no comment 1');
      await expect(on(site, 'editor', id, (ctx, tickets) => tickets.commentRevisions(ctx, 1))).rejects.toThrow('no comment 1');
    });

    test('makes every answer to it internal, whatever was chosen', async () => {
      await using site = await makeSite(await fresh());
      const { id } = await site.fileTicket({ summary: 'S' });
      await say(site, 'insider', id, 'a secret', { internal: true });
      await say(site, 'insider', id, '> a secret\nyes', { replyTo: '1', internal: false });
      expect((await told(site, 'insider', id)).map(({ internal }) => internal)).toEqual([true, true]);
      expect(await told(site, 'reporter', id)).toEqual([]);
    });

    test('is told to listeners as such, and a change without a comment is never internal', async () => {
      heard.length = 0;
      await using site = await makeSite(await fresh());
      const { id } = await site.fileTicket({ summary: 'S' });
      await say(site, 'insider', id, 'a secret', { internal: true });
      await say(site, 'insider', id, '', { internal: true, fields: { priority: 'minor' } });
      expect(heard).toEqual([
        ['changed', 1, true, 'a secret'],
        ['changed', 2, false, ''],
      ]);
    });
  });

  describe('a deleted comment', () => {
    test('leaves its number, author, time, fields and who deleted it, and of its texts nothing', async () => {
      heard.length = 0;
      await using site = await makeSite(await fresh());
      const { id } = await site.fileTicket({ summary: 'S' });
      await say(site, 'reporter', id, 'first secret', { fields: { priority: 'minor' } });
      await on(site, 'reporter', id, (ctx, tickets) => tickets.editComment(ctx, 1, 'second secret'));
      await say(site, 'reporter', id, 'an answer', { replyTo: '1' });
      await on(site, 'boss', id, (ctx, tickets) => tickets.deleteComment(ctx, 1));
      for (const name of ['anonymous', 'reporter', 'admin'])
        expect(await told(site, name, id)).toMatchObject([
          {
            number: 1,
            author: 'reporter',
            comment: '',
            deleted: { by: 'boss', time: expect.any(Date) },
            edited: undefined,
            fields: [{ field: 'priority' }],
            replies: [2],
          },
          { number: 2, comment: 'an answer', replyTo: '1' },
        ]);
      const rows = await site.as('admin').run(async ({ db }) => [await db('ticket_change'), await db('ticket_comment_edit')]);
      expect(JSON.stringify(rows)).not.toMatch(/secret/);
      expect(heard.at(-1)).toEqual(['deleted', 1]);
    });

    test('stays in view when it was all that the change had, and can be neither edited, looked at nor deleted again', async () => {
      await using site = await makeSite(await fresh());
      const { id } = await site.fileTicket({ summary: 'S' });
      await say(site, 'reporter', id, 'gone');
      await on(site, 'boss', id, (ctx, tickets) => tickets.deleteComment(ctx, 1));
      expect(await told(site, 'anonymous', id)).toHaveLength(1);
      for (const work of [
        (ctx: TicketContext, tickets: ITicketService) => tickets.editComment(ctx, 1, 'x'),
        (ctx: TicketContext, tickets: ITicketService) => tickets.commentRevisions(ctx, 1),
        (ctx: TicketContext, tickets: ITicketService) => tickets.deleteComment(ctx, 1),
      ])
        await expect(on<unknown>(site, 'boss', id, work)).rejects.toThrow('was deleted by boss');
      await say(site, 'reporter', id, 'next');
      expect((await told(site, 'anonymous', id)).map(({ number }) => number)).toEqual([1, 2]);
    });

    test('needs TICKET_ADMIN and a comment', async () => {
      await using site = await makeSite(await fresh());
      const { id } = await site.fileTicket({ summary: 'S' });
      await say(site, 'reporter', id, 'mine');
      await say(site, 'reporter', id, '', { fields: { priority: 'minor' } });
      for (const name of ['reporter', 'editor'])
        await expect(on(site, name, id, (ctx, tickets) => tickets.deleteComment(ctx, 1))).rejects.toThrow('TICKET_ADMIN');
      await expect(on(site, 'boss', id, (ctx, tickets) => tickets.deleteComment(ctx, 2))).rejects.toThrow('no comment');
      await expect(on(site, 'boss', id, (ctx, tickets) => tickets.deleteComment(ctx, 9))).rejects.toThrow('no comment 9');
    });

    test('that was internal leaves nothing to those who could not read it', async () => {
      await using site = await makeSite(await fresh());
      const { id } = await site.fileTicket({ summary: 'S' });
      await say(site, 'insider', id, 'a secret', { internal: true });
      await on(site, 'boss', id, (ctx, tickets) => tickets.deleteComment(ctx, 1));
      expect(await told(site, 'reporter', id)).toEqual([]);
      expect(await told(site, 'insider', id)).toMatchObject([{ deleted: { by: 'boss' }, internal: true }]);
    });
  });

  describe('an edited comment', () => {
    test('keeps its format, every former text with its author, and tells who edited it last', async () => {
      await using site = await makeSite(await fresh());
      const { id } = await site.fileTicket({ summary: 'S' });
      await say(site, 'reporter', id, 'one');
      const before = (await told(site, 'reporter', id))[0];
      expect(before?.edited).toBeUndefined();
      await on(site, 'reporter', id, (ctx, tickets) => tickets.editComment(ctx, 1, 'two', 0));
      await on(site, 'editor', id, (ctx, tickets) => tickets.editComment(ctx, 1, 'three', 1));
      expect((await told(site, 'anonymous', id))[0]).toMatchObject({
        comment: 'three',
        author: 'reporter',
        format: before?.format,
        edited: { by: 'editor', revisions: 2 },
      });
      const revisions = await on(site, 'anonymous', id, (ctx, tickets) => tickets.commentRevisions(ctx, 1));
      expect(revisions.map(({ version, author, text }) => [version, author, text])).toEqual([
        [0, 'reporter', 'one'],
        [1, 'reporter', 'two'],
        [2, 'editor', 'three'],
      ]);
    });

    test('is not overwritten by somebody who edited an older text', async () => {
      await using site = await makeSite(await fresh());
      const { id } = await site.fileTicket({ summary: 'S' });
      await say(site, 'reporter', id, 'one');
      await on(site, 'editor', id, (ctx, tickets) => tickets.editComment(ctx, 1, 'theirs', 0));
      const problems = await on(site, 'reporter', id, (ctx, tickets) => tickets.editComment(ctx, 1, 'mine', 0));
      expect(problems[0]?.message).toMatch(/^editor edited this comment while you were writing/);
      expect((await told(site, 'anonymous', id))[0]?.comment).toBe('theirs');
    });

    test('moves the time of the ticket on, and not its version: nobody else’s form goes stale', async () => {
      await using site = await makeSite(await fresh());
      const { id } = await site.fileTicket({ summary: 'S' });
      await say(site, 'reporter', id, 'one');
      const { rowVersion } = await site.ticket(id);
      const later = new Date(Date.now() + 60_000);
      await site.run(async (ctx) => {
        const tickets = site.site.get(ITicketService);
        await tickets.editComment(await tickets.open(ctx, id), 1, 'two');
      }, later);
      expect(await site.ticket(id)).toMatchObject({ rowVersion, changetime: later });
      expect(
        (await on(site, 'reporter', id, (ctx, tickets) => tickets.history(ctx, { since: 1 }))).map(({ number }) => number),
      ).toEqual([1]);
    });
  });

  test('a window gives that part of the history', async () => {
    await using site = await makeSite(await fresh());
    const { id } = await site.fileTicket({ summary: 'S' });
    for (let n = 1; n <= 7; n++) await say(site, 'reporter', id, `c${n}`, n === 7 ? { replyTo: '2' } : {});
    const of = async (window: Parameters<ITicketService['history']>[1]) =>
      (await on(site, 'anonymous', id, (ctx, tickets) => tickets.history(ctx, window))).map(({ number }) => number);
    expect(await of({ last: 2 })).toEqual([6, 7]);
    expect(await of({ last: 100 })).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await of({ last: 0 })).toEqual([]);
    expect(await of({ since: 6 })).toEqual([6, 7]);
    expect(await of({ since: 8 })).toEqual([]);
    expect(await of({ numbers: [2, 3] })).toEqual([2, 3]);
    expect(await of({ numbers: [8, 9] })).toEqual([]);
    const [second] = await on(site, 'anonymous', id, (ctx, tickets) => tickets.history(ctx, { numbers: [2, 3] }));
    expect(second?.replies).toEqual([7]);
  });

  test('texts keep the format that they were written in', async () => {
    await using site = await makeSite(await fresh());
    const { id } = await site.fileTicket({ summary: 'S', description: 'D' });
    await say(site, 'reporter', id, 'one');
    await site.as('admin').run(async ({ db }) => {
      await db('ticket').update({ description_format: 'old' });
      await db('ticket_change').update({ format: 'old' });
    });
    await say(site, 'reporter', id, 'two');
    const formats = (await told(site, 'reporter', id)).map(({ format }) => format);
    expect(formats[0]).toBe('old');
    expect(formats[1]).not.toBe('old');
    const descriptionFormat = () => on(site, 'boss', id, async ({ ticket }) => ticket.descriptionFormat);
    expect(await descriptionFormat()).toBe('old');
    await site.as('boss').submit(id, 'leave', {}, { fields: { description: 'mended' } });
    expect(await descriptionFormat()).toBe('old');
    await site.as('boss').submit(id, 'leave', {}, { fields: { description: '' } });
    await site.as('boss').submit(id, 'leave', {}, { fields: { description: 'written anew' } });
    expect(await descriptionFormat()).toBe(formats[1]);
  });
});
