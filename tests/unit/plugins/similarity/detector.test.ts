import { afterEach, describe, expect, test } from 'vitest';
import { component } from '../../../../core/kernel/component.ts';
import { type TestSite, testSite } from '../../../../core/testing/index.ts';
import { ITicketChangeListener, ITicketService, ITicketSimilarityDetector } from '../../../../core/ticket/extension-points.ts';
import { writeEntry } from '../../../../plugins/similarity/store.ts';
import { bringUpToDate } from '../../../../plugins/similarity/upkeep.ts';
import { readWords } from '../../../../plugins/similarity/words.ts';
import { eachDialect, type FreshDatabase } from '../../../support/databases.ts';

const READER = { user: { name: 'admin', authenticated: true }, via: 'cli' } as const;

/** Numbers of the tickets found, best first. */
const find = (site: TestSite, summary: string, description = '', limit = 5): Promise<readonly number[]> =>
  site.site.contexts.read(READER, async (ctx) => {
    const hits = await site.site.get(ITicketSimilarityDetector).findSimilar(ctx, { summary, description, values: {} }, limit);
    for (const { score, reason } of hits) {
      expect([score > 0 && score <= 1, reason !== '']).toEqual([true, true]);
    }
    return hits.map(({ id }) => id);
  });

const PARTS = {
  subject: [
    'Login page',
    'Search box',
    'Invoice export',
    'Calendar view',
    'Shopping basket',
    'Mail gateway',
    'User list',
    'Audit log',
    'Price table',
    'Photo upload',
  ],
  trouble: [
    'is empty',
    'shows old data',
    'throws an error',
    'is too slow',
    'forgets the settings',
    'cuts long names',
    'ignores the filter',
    'has the wrong colour',
  ],
  when: [
    'in Firefox',
    'on phones',
    'at night',
    'for guests',
    'behind a proxy',
    'after the upgrade',
    'with many rows',
    'in German',
    'without cookies',
    'when printing',
  ],
  where: ['of the warehouse', 'of the accounts', 'of the archive'],
};
/** 2,400 different summaries out of few words; writes tickets and entries straight into the tables. */
async function fill(site: TestSite, count: number): Promise<void> {
  await site.as('admin').run(async ({ db }) => {
    const { subject, trouble, when, where } = PARTS;
    const summaries = subject.flatMap((s) =>
      trouble.flatMap((t) => when.flatMap((w) => where.map((x) => `${s} ${x} ${t} ${w}`))),
    );
    for (const [index, summary] of summaries.slice(0, count).entries()) {
      const id = index + 1;
      await db('ticket').insert({ id, row_version: 1, time: id, changetime: id, status: 'new', summary, description: '' });
      await writeEntry(db, { ticket: id, version: 1, words: [...readWords(summary, '').keys()] });
    }
    if (db.client.dialect === 'postgresql') await db.raw("select setval('ticket_id_seq', ?)", [count]);
  });
}

eachDialect((fresh, dialect) => {
  const open = async (options: Parameters<typeof testSite>[0] = {}): Promise<TestSite> =>
    testSite({ ...options, database: await fresh() });

  test('a reworded duplicate is found among 2,000 tickets that share its words', async () => {
    await using site = await open();
    await fill(site, 2_000);
    const { id } = await site.fileTicket({
      summary: 'Uploading pictures rotates them sideways on phones',
      description: 'Every photo that I upload from the warehouse lies on its side. Firefox and others.',
    });
    expect((await find(site, 'Uploaded picture is rotated', 'On my phone each photo of the warehouse is sideways'))[0]).toBe(id);
    expect((await find(site, 'picutre rotatde after uploading'))[0]).toBe(id);
    expect(await find(site, 'Search box of the archive ignores filters behind a proxy')).toContain(
      (
        await site.run(({ db }) =>
          db('ticket').where('summary', 'Search box of the archive ignores the filter behind a proxy').first('id'),
        )
      ).id,
    );
  });

  test('words that are all common find nothing alone and something together', async () => {
    await using site = await open();
    await fill(site, 2_400);
    expect(await find(site, 'Login page is slow')).toHaveLength(5);
  });

  test('the index follows what is filed, changed and deleted', async () => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: 'Basket empties itself', description: 'overnight' });
    const other = await site.fileTicket({ summary: 'Printer prints nothing' });
    expect(await find(site, 'Basket is emptied')).toEqual([id]);
    await site.as('admin').submit(id, 'leave', {}, { fields: { summary: 'Receipt lacks the date' } });
    expect([await find(site, 'Basket is emptied'), await find(site, 'Date lacking on receipts')]).toEqual([[], [id]]);
    await site.as('admin').submit(id, 'leave', {}, { fields: { description: 'The zeppelin is to blame' } });
    expect(await find(site, 'zeppelin blamed')).toEqual([id]);
    await site.as('admin').submit(id, 'leave', {}, { comment: 'dirigible', fields: { keywords: 'dirigible' } });
    expect([await find(site, 'dirigible'), await find(site, 'zeppelin blamed')]).toEqual([[], [id]]);
    const tickets = site.site.get(ITicketService);
    await site.as('admin').run(async (ctx) => tickets.delete(await tickets.open(ctx, id)));
    expect([await find(site, 'zeppelin blamed'), await find(site, 'Printer prints')]).toEqual([[], [other.id]]);
    const rest = await site.run(({ db }) =>
      dialect === 'sqlite' ? db('similarity_words').select('rowid') : db('similarity_entry').select('ticket'),
    );
    expect(rest).toHaveLength(1);
  });

  test('what is undone is not indexed, and what it changed is as before', async () => {
    const Objector = component({
      implements: [ITicketChangeListener],
      create: () => ({
        ticketCreated: (_ctx, { after }) => {
          if (String(after['summary']).includes('objectionable')) throw new Error('undo this');
        },
        ticketChanged: (_ctx, { after }) => {
          if (String(after['summary']).includes('objectionable')) throw new Error('undo this');
        },
      }),
    });
    await using site = await open({ plugins: { zz: { Objector } } });
    const { id } = await site.fileTicket({ summary: 'Basket empties itself' });
    await expect(site.fileTicket({ summary: 'An objectionable wombat' })).rejects.toThrow('undo this');
    await expect(site.as('admin').submit(id, 'leave', {}, { fields: { summary: 'objectionable wombat' } })).rejects.toThrow(
      'undo',
    );
    const tickets = site.site.get(ITicketService);
    await expect(
      site.as('admin').run(async (ctx) => {
        await tickets.delete(await tickets.open(ctx, id));
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect([await find(site, 'wombat objectionable'), await find(site, 'Basket is emptied')]).toEqual([[], [id]]);
  });

  test('no text makes it fail: search languages, quotes, nothing but stop words, other scripts, any length', async () => {
    await using site = await open();
    const texts = [
      '"',
      "'",
      "''' OR 1=1 --",
      'a AND (b',
      'NEAR(x y, 5)',
      'summary:crash*',
      '^crash',
      '{a b}:c',
      '-crash',
      'a & !b | c <-> d:*',
      ':*',
      '\\',
      "\\'",
      '%_%',
      '?',
      '? ?? :name',
      '$1',
      'the of and it',
      '...',
      '',
      '😀',
      '👨‍👩‍👧 👍🏽',
      '日本語のテスト',
      '한국어 문제',
      'ภาษาไทย',
      'हिन्दी में समस्या',
      'مشكلة في الدخول',
      'Проблема входа',
      'zz',
      'zz41 zzz',
      'İ ı ẞ ŉ ½ ①',
      '\ud83d',
      'x'.repeat(100_000),
      'word '.repeat(50_000),
      Array.from({ length: 3_000 }, (_, n) => `w${n}`).join(' '),
      '𞤀𞤣𞤤𞤢𞤥 𐓀𐓘 \u{1e900}\u{10ffff} \u{1c89} \u{a7cb} \u{10d4a}',
      '\u0301\u0301',
      'constructor __proto__ hasOwnProperty',
    ];
    for (const summary of texts) await find(site, summary, summary);
    for (const summary of texts.filter((text) => text.trim() !== '' && text.length < 500 && !/\ud83d$/.test(text))) {
      const { id } = await site.fileTicket({ summary, description: summary });
      const words = [...readWords(summary, '').keys()];
      if (words.length > 1)
        expect([summary, await find(site, summary, summary)]).toEqual([summary, expect.arrayContaining([id])]);
    }
  });

  test('a ticket in another script is found by another wording', async () => {
    await using site = await open();
    const filed: number[] = [];
    for (const summary of [
      'ログイン画面でエラーが出る',
      'Не работает вход в систему',
      'Ошибка при печати счёта',
      '파일을 올릴 수 없습니다',
    ])
      filed.push((await site.fileTicket({ summary })).id);
    expect(await find(site, 'エラー: ログイン画面')).toEqual([filed[0]]);
    expect(await find(site, 'Вход не работает')).toEqual([filed[1]]);
    expect(await find(site, '파일 올릴 때 오류')).toEqual([filed[3]]);
  });

  test('of much that is alike the limit is kept, the newest of equals first, and no ticket comes twice', async () => {
    await using site = await open();
    for (let n = 0; n < 7; n++) await site.fileTicket({ summary: 'Basket empties itself' });
    expect(await find(site, 'Basket empties itself', '', 4)).toEqual([7, 6, 5, 4]);
    expect(await find(site, 'Basket empties itself', '', 50)).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  test('the reason names words as the draft spells them and none that only the ticket has', async () => {
    await using site = await open();
    await site.fileTicket({ summary: 'Baskets emptied', description: 'password hunter2' });
    const hits = await site.site.contexts.read(READER, (ctx) =>
      site.site.get(ITicketSimilarityDetector).findSimilar(ctx, { summary: 'BASKET empties', description: '', values: {} }, 5),
    );
    expect(hits.map(({ reason }) => reason)).toEqual([expect.stringMatching(/^both say (BASKET, empties|empties, BASKET)$/)]);
  });
});

describe('an index that is not of today', () => {
  const sites: TestSite[] = [];
  afterEach(async () => {
    for (const site of sites.splice(0)) await site[Symbol.asyncDispose]();
  });
  const onOne = async (database: FreshDatabase, ini: string): Promise<TestSite> => {
    const site = await testSite({ database, ini });
    sites.push(site);
    return site;
  };
  const until = async (isTrue: () => Promise<boolean>): Promise<void> => {
    for (let tries = 0; tries < 100 && !(await isTrue()); tries++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await isTrue()).toBe(true);
  };

  eachDialect((fresh) => {
    test('is filled by itself when it is empty and somebody asks', async () => {
      const site = await onOne(await fresh(), '');
      await fill(site, 250);
      await site.as('admin').run(({ db }) => db('similarity_entry').delete());
      expect(await find(site, 'Photo upload of the archive')).toEqual([]);
      await until(async () => Number((await site.run(({ db }) => db('similarity_entry').count({ n: '*' }).first()))?.n) === 250);
      expect(await find(site, 'Login page of the archive is empty at night')).not.toEqual([]);
    });

    test('takes up what changed while the detector was switched off, and only that', async () => {
      const site = await onOne(await fresh(), '');
      const [kept, changed, gone] = [
        await site.fileTicket({ summary: 'Basket empties itself' }),
        await site.fileTicket({ summary: 'Receipt lacks the date' }),
        await site.fileTicket({ summary: 'Printer prints nothing' }),
      ];
      const tickets = site.site.get(ITicketService);
      await site.as('admin').run(async ({ db }) => {
        // What a site without the detector leaves behind: the ticket moved on, its entry did not.
        await db('ticket').where({ id: changed.id }).increment('row_version', 1);
        await db.raw('update ticket set summary = ? where id = ?', ['Zeppelin lacks the date', changed.id]);
      });
      await site.as('admin').submit(changed.id, 'leave', {}, { comment: 'an entry that is old stays old' });
      await site.as('admin').run(async (ctx) => tickets.delete(await tickets.open(ctx, gone.id)));
      expect(await bringUpToDate(site.site.contexts)).toBe(1);
      expect([await find(site, 'zeppelin date'), await find(site, 'basket emptied'), await find(site, 'printer prints')]).toEqual(
        [[changed.id], [kept.id], []],
      );
      expect(await bringUpToDate(site.site.contexts)).toBe(0);
      expect(await bringUpToDate(site.site.contexts, { anew: true })).toBe(2);
    });

    test('is made anew when the way of cutting words has changed, and stops when it is told to', async () => {
      const site = await onOne(await fresh(), '');
      await fill(site, 250);
      await site.as('admin').run(({ db }) => db('similarity_entry').update({ scheme: 0 }));
      let asked = 0;
      expect(await bringUpToDate(site.site.contexts, { isOver: () => ++asked > 1 })).toBe(100);
      expect(await bringUpToDate(site.site.contexts)).toBe(150);
    });
  });
});
