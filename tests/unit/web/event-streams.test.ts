import { expect, test } from 'vitest';
import { component, type EventConnection, IRouteProvider } from '../../../core/index.ts';
import { serveModule } from '../../support/event-client.ts';

/** Every connection that a page has opened, in order. */
function newsroom() {
  const open: EventConnection[] = [];
  const over: number[] = [];
  const News = component({
    implements: [IRouteProvider],
    create: () => ({
      getRoutes: () => [
        {
          method: 'GET' as const,
          path: '/news',
          handle: () => ({
            headers: { 'x-extra': 'yes' },
            events: (connection: EventConnection) => {
              const number = open.push(connection) - 1;
              return () => void over.push(number);
            },
          }),
        },
      ],
    }),
  });
  return { open, over, module: { News } };
}

test('events come one by one, with name, number and JSON, and with the headers of every page', async () => {
  const { open, module } = newsroom();
  await using site = await serveModule(module);
  const client = await site.listen('/news');
  expect(client.response.status).toBe(200);
  expect(client.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(client.response.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(client.response.headers.get('x-extra')).toBe('yes');
  expect(client.response.headers.get('cache-control')).toContain('no-store');
  expect(open[0]?.send({ id: '7\n8', event: 'change', data: { text: 'a\nb\u2028' } })).toBe(true);
  open[0]?.send({ data: null });
  expect(await client.next()).toEqual({ id: '78', event: 'change', data: { text: 'a\nb\u2028' } });
  expect(await client.next()).toEqual({ event: 'message', data: null });
});

test('what a connection held is let go when the client leaves, and when the route ends it', async () => {
  const { open, over, module } = newsroom();
  await using site = await serveModule(module);
  const first = await site.listen('/news');
  first.leave();
  await expect.poll(() => over).toEqual([0]);
  expect(open[0]?.send({ data: 1 })).toBe(false);
  const second = await site.listen('/news');
  open[1]?.close();
  open[1]?.close();
  expect(await second.next()).toBeUndefined();
  expect(over).toEqual([0, 1]);
});

test('of one person’s connections the oldest gives way, with a word that it is not to come back', async () => {
  const { over, module } = newsroom();
  await using site = await serveModule(module);
  const cookie = await site.cookieOf('ann');
  const clients = [];
  for (let number = 0; number < 6; number++) clients.push(await site.listen('/news', { cookie }));
  expect(await clients[0]?.next()).toEqual({ event: 'bye', data: null });
  expect(await clients[0]?.next()).toBeUndefined();
  expect(over).toEqual([0, 1]);
  const stranger = await site.listen('/news');
  expect(stranger.response.status).toBe(200);
  expect(over).toEqual([0, 1]);
});

test('open connections hold up neither a new configuration nor the end', async () => {
  const { over, module } = newsroom();
  const site = await serveModule(module);
  const client = await site.listen('/news');
  const started = Date.now();
  await site.close();
  expect(Date.now() - started).toBeLessThan(2000);
  expect(await client.next()).toBeUndefined();
  expect(over).toEqual([0]);
});

test('a question for the headers alone is answered and holds nothing', async () => {
  const { open, module } = newsroom();
  await using site = await serveModule(module);
  const reply = await fetch(`${site.url}/news`, { method: 'HEAD' });
  expect(reply.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(open).toEqual([]);
});
