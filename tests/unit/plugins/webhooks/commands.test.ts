import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEnvironment } from '../../../../core/environment.ts';
import { silentLog } from '../../../../core/kernel/log.ts';
import { CommandLine } from '../../../support/command-line.ts';
import { type HookServer, startHookServer, withStatus } from '../../../support/hook-server.ts';

const cli = new CommandLine();
const dir = cli.at('env');
let server: HookServer;

beforeAll(async () => {
  server = await startHookServer();
  expect((await cli.run(['init', dir])).code).toBe(0);
  const { site, database } = await openEnvironment(dir, { log: silentLog });
  const asker = { user: { name: 'admin', authenticated: true }, via: 'cli' } as const;
  const hook = {
    name: 'Chat\u0007',
    url: server.url,
    secret: 'hush hush hush hush',
    events: 'ticket.created',
    run_as: 'anonymous',
    created: 1,
  };
  await site.contexts.write(asker, ({ db }) => db('webhook').insert(hook));
  await site.close();
  await database.close();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await cli.close();
});

test('list tells of webhooks and never of secrets', async () => {
  const { code, out } = await cli.run(['webhook', 'list', dir]);
  expect([code, out]).toEqual([0, `1  on  Chat·  ${server.url}  ticket.created`]);
  const json = (await cli.run(['webhook', 'list', dir, '--json'])).out;
  expect(JSON.parse(json)).toMatchObject([{ id: 1, url: server.url, enabled: true }]);
  expect(json + out).not.toContain('hush');
});

test('test sends a message and fails when the other side does, or when it may not be asked', async () => {
  const refused = await cli.run(['webhook', 'test', dir, '1']);
  expect([refused.code, refused.out]).toEqual([1, expect.stringContaining('allow_private')]);
  expect((await cli.run(['config', 'set', dir, 'webhooks', 'allow_private', 'enabled'])).code).toBe(0);
  const sent = await cli.run(['webhook', 'test', dir, '1']);
  expect([sent.code, sent.out]).toEqual([0, expect.stringMatching(/^The other side answered 200 in \d+ ms\.$/)]);
  server.answer(withStatus(500));
  expect((await cli.run(['webhook', 'test', dir, '1'])).code).toBe(1);
  expect(server.requests.map(({ headers }) => headers['x-tracts-event'])).toEqual(['ping', 'ping']);
  expect(await cli.run(['webhook', 'test', dir, 'nobody'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('no webhook'),
  });
});
