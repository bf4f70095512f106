import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../../../core/db/database.ts';
import { migrate } from '../../../../core/db/migrate.ts';
import type { Database } from '../../../../core/db/types.ts';
import { statusesInUse } from '../../../../core/ticket/statuses.ts';
import { parseQuery } from '../../../../plugins/query/language.ts';
import { countTickets, findPage, loadRows, sortingOf, wantedStatuses } from '../../../../plugins/query/store.ts';
import { eachDialect } from '../../../support/databases.ts';
import { CORE_MIGRATIONS } from '../../../support/schema.ts';

const PRIORITIES = ['blocker', 'major', 'minor'];
const statusOf = (id: number): string => ['new', 'assigned', 'closed'][id % 3] ?? '';

/** Ticket `id`: the greater the number, the older the last change. 7 has a priority nobody knows, 9 none. */
const ticket = (id: number) => ({
  summary: `Ticket ${id}`,
  status: statusOf(id),
  priority: id === 7 ? 'weird' : id === 9 ? null : PRIORITIES[id % 3 === 0 ? 2 : id % 2],
  owner: id % 5 === 0 ? null : `user${id % 4}`,
  time: id * 1000,
  changetime: 1_000_000 - id,
});

eachDialect((fresh) => {
  let database: Database;
  beforeAll(async () => {
    const { url, dir } = await fresh();
    database = await openDatabase(url, { dir, create: true });
    await migrate(database, [await CORE_MIGRATIONS]);
    await database.write(async (db) => {
      for (let id = 1; id <= 30; id++) await db('ticket').insert(ticket(id));
    });
  });
  afterAll(() => database.close());

  const find = async (parameters: Record<string, string>, ranks?: readonly string[]): Promise<readonly number[]> => {
    const query = parseQuery(parameters, 'ann', 100);
    const statuses = wantedStatuses(query, await statusesInUse(database.reader));
    return findPage(database.reader, query, statuses, sortingOf(query, ranks));
  };
  const every = Array.from({ length: 30 }, (_, index) => index + 1);

  test('the statuses in use are found, each once', async () => {
    expect(await statusesInUse(database.reader)).toEqual(['assigned', 'closed', 'new']);
  });

  test('without conditions the open tickets are listed', async () => {
    expect(await find({ order: 'id', status: '!closed' })).toEqual(every.filter((id) => statusOf(id) !== 'closed'));
  });

  test('tickets of several statuses come in one order, both ways', async () => {
    const byChange = [...every].reverse();
    expect(await find({ order: 'changetime', status: '' })).toEqual(byChange);
    expect(await find({ order: 'changetime', status: '', desc: '1' })).toEqual(every);
  });

  test('pages join without gap or overlap', async () => {
    const pages = await Promise.all(
      ['1', '2', '3', '4', '5'].map((page) => find({ order: 'priority', status: '', max: '7', page }, PRIORITIES)),
    );
    expect(pages.flat()).toEqual(await find({ order: 'priority', status: '' }, PRIORITIES));
    expect(new Set(pages.flat()).size).toBe(30);
  });

  test('priorities are sorted by rank, unknown ones after them, none last', async () => {
    const rows = await loadRows(database.reader, await find({ order: 'priority', status: '' }, PRIORITIES));
    const runs = rows.map(({ priority }) => priority).filter((priority, index, all) => priority !== all[index - 1]);
    expect(runs).toEqual(['blocker', 'major', 'minor', 'weird', null]);
    const back = await loadRows(database.reader, await find({ order: 'priority', status: '', desc: '1' }, PRIORITIES));
    expect(back.map(({ priority }) => priority).filter((one, index, all) => one !== all[index - 1])).toEqual([
      'minor',
      'major',
      'blocker',
      'weird',
      null,
    ]);
  });

  test('tickets without an owner come last, whichever way owners are sorted', async () => {
    for (const desc of ['0', '1']) {
      const rows = await loadRows(database.reader, await find({ order: 'owner', status: '', desc }));
      expect(rows.slice(-6).map(({ owner }) => owner)).toEqual([null, null, null, null, null, null]);
    }
  });

  test('conditions narrow the list; negated ones keep the empty', async () => {
    const owned = await loadRows(database.reader, await find({ owner: 'user1|user2', order: 'id' }));
    expect(new Set(owned.map(({ owner }) => owner))).toEqual(new Set(['user1', 'user2']));
    const others = await loadRows(database.reader, await find({ owner: '!user1', order: 'id' }));
    expect(others.some(({ owner }) => owner === null)).toBe(true);
    expect(others.some(({ owner }) => owner === 'user1')).toBe(false);
  });

  test('the count is that of the list', async () => {
    const query = parseQuery({ status: '!closed' }, 'ann', 100);
    const statuses = wantedStatuses(query, await statusesInUse(database.reader));
    expect(await countTickets(database.reader, query, statuses)).toBe(20);
  });

  test('a status that no ticket has gives an empty list', async () => {
    expect(await find({ status: 'nonsense' })).toEqual([]);
  });
});
