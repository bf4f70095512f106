import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { components, deliverDue, startJobs } from '../../../core/jobs/index.ts';
import {
  DeliveryError,
  IOutbox,
  IOutboxChannelProvider,
  IOutboxQueue,
  type OutboxChannel,
  type OutboxMessage,
} from '../../../core/jobs/outbox-points.ts';
import { component } from '../../../core/kernel/component.ts';
import { silentLog } from '../../../core/kernel/log.ts';
import type { OperationContext } from '../../../core/security/context.ts';
import { eachDialect, type FreshDatabase } from '../../support/databases.ts';
import { inMemory, type SecurityStage, securityStage } from '../../support/security.ts';

const stages: SecurityStage[] = [];
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  for (const stage of stages.splice(0)) await stage[Symbol.asyncDispose]();
});

type Deliver = (message: OutboxMessage) => Promise<void> | void;

async function outbox(where: FreshDatabase, deliver: Deliver, more: Partial<OutboxChannel> = {}) {
  const Post = component({
    implements: [IOutboxChannelProvider],
    create: () => ({
      getOutboxChannels: () => [
        { name: 'post', summary: '', ...more, deliver: async (message: OutboxMessage) => deliver(message) },
      ],
    }),
  });
  const stage = await securityStage(where, { components: { ...components, Post } });
  stages.push(stage);
  const site = { contexts: stage.contexts, get: stage.get, all: stage.kernel.all.bind(stage.kernel) };
  const put = (...bodies: string[]) =>
    stage.write('root', async (ctx) => {
      for (const body of bodies) await stage.get(IOutbox).put(ctx, 'post', { body });
    });
  return {
    stage,
    put,
    queue: stage.get(IOutboxQueue),
    drain: (now?: Date) => deliverDue(site, silentLog, () => now ?? new Date()),
    start() {
      const stop = startJobs(site, silentLog);
      stops.push(stop);
      return stop;
    },
    list: () => stage.read('root', (ctx) => stage.get(IOutboxQueue).list(ctx, { limit: 1000 })),
  };
}

const until = async (holds: () => boolean | Promise<boolean>, milliseconds = 5000): Promise<void> => {
  const end = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it never came to that');
    await sleep(10);
  }
};
const bodyOf = ({ payload }: OutboxMessage): string => String(payload['body']);
const later = (seconds: number): Date => new Date(Date.now() + seconds * 1000);

eachDialect((fresh) => {
  test('a message leaves right after its transaction is committed, and one that is undone never does', async () => {
    const sent: string[] = [];
    const { stage, put, start, list } = await outbox(await fresh(), (message) => void sent.push(bodyOf(message)));
    start();
    await sleep(100);
    const begun = Date.now();
    await put('one');
    await until(() => sent.length === 1);
    expect(Date.now() - begun).toBeLessThan(1000);
    const undone = stage.write('root', async (ctx) => {
      await stage.get(IOutbox).put(ctx, 'post', { body: 'undone' });
      throw new Error('no');
    });
    await expect(undone).rejects.toThrow('no');
    await put('two');
    await until(async () => sent.length === 2 && (await list()).length === 0);
    expect(sent).toEqual(['one', 'two']);
  });

  test('two processes share a queue and send nothing twice', async () => {
    const where = await fresh();
    const sent: string[] = [];
    const by = new Map<string, number>();
    const sender = (name: string) => async (message: OutboxMessage) => {
      await sleep(1);
      sent.push(bodyOf(message));
      by.set(name, (by.get(name) ?? 0) + 1);
    };
    const first = await outbox(where, sender('a'), { concurrency: 3 });
    const second = await outbox(where, sender('b'), { concurrency: 3 });
    const bodies = Array.from({ length: 200 }, (_one, index) => String(index));
    await first.put(...bodies);
    await Promise.all([first.drain(), second.drain()]);
    expect(sent.toSorted()).toEqual(bodies.toSorted());
    expect([...by.keys()].toSorted()).toEqual(['a', 'b']);
    expect(await first.list()).toEqual([]);
  });

  test('what another process left there goes out without a bell', async () => {
    const where = await fresh();
    const sent: string[] = [];
    const silent = await outbox(where, () => undefined);
    const { start } = await outbox(where, (message) => void sent.push(bodyOf(message)));
    start();
    await sleep(300);
    await silent.put('from elsewhere');
    await until(() => sent.length === 1);
  });

  test('the messages of a process that died come back when its lease is over', async () => {
    const where = await fresh();
    const sent: string[] = [];
    let died = false;
    const dying = await outbox(where, () => {
      died = true;
      return new Promise(() => undefined);
    });
    await dying.put('one', 'two');
    void dying.drain();
    await until(() => died);
    const { drain } = await outbox(where, (message) => void sent.push(`${bodyOf(message)} ${message.attempt}`));
    expect(await drain()).toBe(0);
    expect(await drain(later(150))).toBe(2);
    expect(sent).toEqual(['one 2', 'two 2']);
  });

  test('a failure is tried again later and later, and after the last attempt the message is laid aside with its reason', async () => {
    let tries = 0;
    const { put, drain, list, queue, stage } = await outbox(
      await fresh(),
      () => {
        tries += 1;
        if (tries < 5) throw new Error('the post is on strike');
      },
      { attempts: 3 },
    );
    await put('one');
    expect(await drain()).toBe(0);
    const [waiting] = await list();
    expect(waiting).toMatchObject({ state: 'waiting', attempt: 1, lastError: 'the post is on strike' });
    const wait = (waiting?.next.getTime() ?? 0) - Date.now();
    expect(wait).toBeGreaterThan(20_000);
    expect(wait).toBeLessThan(37_000);
    await drain();
    expect(tries).toBe(1);
    await drain(later(60));
    await drain(later(300));
    expect(await list()).toMatchObject([{ state: 'dead', attempt: 3 }]);
    expect(await stage.read('root', (ctx) => queue.counts(ctx))).toEqual([{ channel: 'post', state: 'dead', count: 1 }]);
    await drain(later(86_400));
    expect(tries).toBe(3);
    expect(await stage.write('root', (ctx) => queue.retry(ctx, [waiting?.id ?? 0]))).toBe(1);
    await drain();
    expect(await list()).toMatchObject([{ state: 'waiting', attempt: 1 }]);
    expect(await drain(later(60))).toBe(1);
    expect(await list()).toEqual([]);
  });

  test('a permanent failure is laid aside at once, and a wish to wait is respected', async () => {
    const { put, drain, list } = await outbox(await fresh(), (message) => {
      if (bodyOf(message) === 'nobody') throw new DeliveryError('no such person', { permanent: true });
      throw new DeliveryError('slowly', { retryAfter: 600 });
    });
    await put('nobody', 'soon');
    await drain();
    const [dead, waiting] = await list();
    expect(dead).toMatchObject({ state: 'dead', attempt: 1, lastError: 'no such person' });
    expect((waiting?.next.getTime() ?? 0) - Date.now()).toBeGreaterThan(590_000);
  });

  test('while a way out is closed only one message knocks, none is used up, and all leave once it is open', async () => {
    let isOpen = false;
    let tries = 0;
    const { put, drain, list } = await outbox(await fresh(), () => {
      tries += 1;
      if (!isOpen) throw new DeliveryError('nobody answers', { wholeChannel: true });
    });
    await put(...Array.from({ length: 30 }, (_one, index) => String(index)));
    await drain();
    expect(tries).toBe(1);
    const waiting = await list();
    expect(waiting).toHaveLength(30);
    expect(new Set(waiting.map(({ attempt }) => attempt))).toEqual(new Set([0]));
    isOpen = true;
    expect(await drain(later(60))).toBe(30);
  });

  test('a message with a key is kept once until it was tried', async () => {
    const sent: OutboxMessage[] = [];
    const { stage, drain } = await outbox(await fresh(), (message) => void sent.push(message));
    const put = (body: string, more = {}) =>
      stage.write('root', (ctx) => stage.get(IOutbox).put(ctx, 'post', { body }, { key: 'digest jane', ...more }));
    await put('first', { notBefore: later(3600) });
    await put('second');
    expect(await drain()).toBe(0);
    expect(await drain(later(3700))).toBe(1);
    await put('third');
    expect(await drain()).toBe(1);
    expect(sent.map(bodyOf)).toEqual(['first', 'third']);
  });

  test('administrators list and discard messages by page', async () => {
    const { put, queue, stage } = await outbox(await fresh(), () => undefined);
    await put('one', 'two', 'three');
    const list = (which: object) => stage.read('root', (ctx) => queue.list(ctx, { limit: 2, ...which }));
    const first = await list({});
    expect(first.map(bodyOf)).toEqual(['one', 'two']);
    expect((await list({ after: first[1]?.id })).map(bodyOf)).toEqual(['three']);
    expect(await list({ state: 'dead' })).toEqual([]);
    expect(await list({ channel: 'pigeon' })).toEqual([]);
    const ids = first.map(({ id }) => id);
    expect(await stage.write('root', (ctx) => queue.discard(ctx, ids))).toBe(2);
    expect((await list({})).map(bodyOf)).toEqual(['three']);
  });

  test('stopping waits for what is under way and gives the rest back untried', async () => {
    const sent: string[] = [];
    const { put, start, list } = await outbox(await fresh(), async (message) => {
      await sleep(200);
      sent.push(bodyOf(message));
    });
    const stop = start();
    await put('one', 'two', 'three');
    await sleep(100);
    await stop();
    expect(sent).toEqual(['one']);
    expect((await list()).map((one) => [bodyOf(one), one.attempt])).toEqual([
      ['two', 0],
      ['three', 0],
    ]);
  });
});

test('a channel delivers as many at once as it says', async () => {
  let now = 0;
  let most = 0;
  const { put, start } = await outbox(
    inMemory,
    async () => {
      now += 1;
      most = Math.max(most, now);
      await sleep(150);
      now -= 1;
    },
    { concurrency: 3 },
  );
  start();
  await put('1', '2', '3', '4', '5', '6');
  await until(() => most === 3 && now === 0);
  expect(most).toBe(3);
});

test('a message of no known channel, or outside a transaction, is refused where it is put', async () => {
  const { stage } = await outbox(inMemory, () => undefined);
  const put = (ctx: OperationContext) => stage.get(IOutbox).put(ctx, 'pigeon', {});
  await expect(stage.write('root', put)).rejects.toThrow('no outbox channel "pigeon"');
  await expect(stage.read('root', put)).rejects.toThrow('needs a writing transaction');
});

test('two channels of one name are refused at the start', async () => {
  const twice = () => component({ implements: [IOutboxChannelProvider], create: () => ({ getOutboxChannels: () => [same] }) });
  const same: OutboxChannel = { name: 'post', summary: '', deliver: async () => undefined };
  const stage = await securityStage(inMemory, { components: { ...components, A: twice(), B: twice() } });
  stages.push(stage);
  expect(() =>
    startJobs({ contexts: stage.contexts, get: stage.get, all: (point) => stage.kernel.all(point) }, silentLog),
  ).toThrow('Two outbox channels are called post');
});
