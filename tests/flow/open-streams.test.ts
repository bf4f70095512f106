import { expect, test } from 'vitest';
import { silentLog } from '../../core/kernel/log.ts';
import { serveEnvironment } from '../../core/serving.ts';
import { listenTo } from '../support/event-client.ts';
import { makeEnvironment } from '../support/served.ts';

const INI = '[live]\ninterval = 0.2\n\n[project]\nname = Before\n';

test('an open page holds up no new configuration, and its browser finds the new one', async () => {
  await using environment = await makeEnvironment(INI);
  const service = await environment.serve();
  const id = await environment.fileTicket('x');
  const client = await listenTo(`${service.url}/ticket/${id}/events?since=1`);
  environment.write('conf/trac.ini', INI.replace('Before', 'After'));
  const began = Date.now();
  await service.reload();
  expect(Date.now() - began).toBeLessThan(4000);
  expect(await client.next()).toBeUndefined();
  expect((await environment.page('anonymous', '/about')).text).toContain('After');
  const again = await listenTo(`${service.url}/ticket/${id}/events?since=1`, { 'last-event-id': '1' });
  await environment.post('admin', `/ticket/${id}`, { action: 'leave', comment: 'news', submit: '1' });
  expect(await again.next()).toMatchObject({
    event: 'change',
    data: { version: 2, entries: [{ by: 'admin', commented: true }] },
  });
  const stopping = Date.now();
  await environment[Symbol.asyncDispose]();
  expect(Date.now() - stopping).toBeLessThan(4000);
  expect(await again.next()).toBeUndefined();
});

test('two processes on one database: a page that one serves hears of what the other stored', async () => {
  await using environment = await makeEnvironment(INI);
  const first = await environment.serve();
  const id = await environment.fileTicket('x');
  const second = await serveEnvironment(environment.dir, { host: '127.0.0.1', port: 0, log: silentLog });
  try {
    const client = await listenTo(`${second.url}/ticket/${id}/events?since=1`);
    expect((await environment.post('admin', `/ticket/${id}`, { action: 'leave', comment: 'news', submit: '1' })).status).toBe(
      303,
    );
    expect(await client.next()).toMatchObject({ event: 'change', data: { version: 2 } });
    expect(first.url).not.toBe(second.url);
  } finally {
    await second.close();
  }
});
