import { IOutboxQueue } from 'tracts';
import { testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import { startHookServer, withStatus } from '../../tests/support/hook-server.ts';
import * as plugin from './chat-message.ts';

const iniFor = (url: string) => `[trac]\nbase_url = https://tracker.example\n[chat-message]\nurl = ${url}\n`;

test('a new ticket is said in the chat, a change is not', async () => {
  await using chat = await startHookServer();
  await using site = await testSite({ plugins: { 'chat-message': plugin }, ini: iniFor(chat.url) });
  const { id } = await site.fileTicket({ summary: 'Crash', type: 'defect' });
  await site.submit(id, 'leave', {}, { comment: 'again' });
  await site.deliver();
  expect(chat.requests.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    { text: `New defect: https://tracker.example/ticket/${id}` },
  ]);
});

test('while the chat is down the line waits, and an address that is gone is given up', async () => {
  await using chat = await startHookServer();
  await using site = await testSite({ plugins: { 'chat-message': plugin }, ini: iniFor(chat.url) });
  chat.answer(withStatus(503), withStatus(200), withStatus(404));
  const states = () =>
    site.as('admin').run(async (ctx) => (await site.site.get(IOutboxQueue).counts(ctx)).map(({ state }) => state));
  await site.fileTicket({ summary: 'one' });
  await site.deliver();
  expect(await states()).toEqual(['waiting']);
  await site.deliver(new Date(Date.now() + 3_600_000));
  expect(await states()).toEqual([]);
  await site.fileTicket({ summary: 'two' });
  await site.deliver();
  expect(await states()).toEqual(['dead']);
});
