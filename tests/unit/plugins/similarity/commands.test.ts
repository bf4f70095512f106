import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEnvironment } from '../../../../core/environment.ts';
import { silentLog } from '../../../../core/kernel/log.ts';
import { ITicketService } from '../../../../core/ticket/extension-points.ts';
import { CommandLine } from '../../../support/command-line.ts';

const cli = new CommandLine();
const dir = cli.at('env');

/** Opens the environment as a server would. */
async function onSite<T>(work: (site: Awaited<ReturnType<typeof openEnvironment>>['site']) => Promise<T>): Promise<T> {
  const { site, database } = await openEnvironment(dir, { log: silentLog });
  try {
    return await work(site);
  } finally {
    await site.close();
    await database.close();
  }
}

beforeAll(async () => {
  expect((await cli.run(['init', dir])).code).toBe(0);
  expect((await cli.run(['permission', 'add', dir, 'boss', 'TRAC_ADMIN'])).code).toBe(0);
  const asker = { user: { name: 'boss', authenticated: true }, via: 'cli' } as const;
  await onSite(async (site) => {
    for (const summary of ['Basket empties itself\u0007', 'Printer prints nothing'])
      await site.contexts.write(asker, (ctx) => site.get(ITicketService).apply(ctx, undefined, { fields: { summary } }));
  });
});
afterAll(() => cli.close());

test('find lists what somebody who files such a ticket would be offered', async () => {
  const { code, out } = await cli.run(['similarity', 'find', dir, 'Basket is emptied']);
  expect([code, out]).toEqual([0, expect.stringMatching(/^#1 \d\.\d\d \(new\) Basket empties itself·$/)]);
  const json = JSON.parse((await cli.run(['similarity', 'find', dir, 'Oops', '--description', 'Printer prints', '--json'])).out);
  expect(json).toEqual([expect.objectContaining({ id: 2, summary: 'Printer prints nothing', status: 'new' })]);
  expect(JSON.parse((await cli.run(['similarity', 'find', dir, 'quixotic', '--json'])).out)).toEqual([]);
});

test('find shows nobody what he may not view', async () => {
  expect(await cli.run(['permission', 'remove', dir, 'anonymous', 'TICKET_VIEW'])).toMatchObject({ code: 0 });
  const find = (user: string) => cli.run(['similarity', 'find', dir, 'Basket is emptied', '--user', user]);
  expect([(await find('anonymous')).out, (await find('ann')).out]).toEqual(['', '']);
  expect((await find('boss')).out).toContain('#1');
});

test('rebuild indexes every ticket anew, an index that was lost too', async () => {
  const asker = { user: { name: 'boss', authenticated: true }, via: 'cli' } as const;
  await onSite((site) => site.contexts.write(asker, ({ db }) => db('similarity_entry').where({ ticket: 1 }).delete()));
  const find = () => cli.run(['similarity', 'find', dir, 'Basket is emptied', '--user', 'boss']);
  expect((await find()).out).toBe('');
  expect((await cli.run(['similarity', 'rebuild', dir])).out).toBe('2 tickets are indexed anew.');
  expect((await find()).out).toContain('#1');
});
