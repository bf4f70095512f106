import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turns } from '../../../core/web/turns.ts';

/** Runs `work` in its turn and writes down when it began and ended. */
const run = async (turns: Turns, log: string[], name: string, work: () => Promise<unknown>): Promise<void> => {
  await turns.enter();
  log.push(`${name} begins`);
  try {
    await work();
  } finally {
    log.push(`${name} ends`);
    turns.leave();
  }
};
const busy = async (): Promise<void> => {
  for (let step = 0; step < 20; step++) await Promise.resolve();
};

test('those that wait for nothing outside are done one after the other, in the order they came', async () => {
  const [turns, log] = [new Turns(), [] as string[]];
  await Promise.all(['a', 'b', 'c'].map((name) => run(turns, log, name, busy)));
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('one that waits for the world outside holds nobody up', async () => {
  const [turns, log] = [new Turns(), [] as string[]];
  await Promise.all([run(turns, log, 'slow', () => sleep(50)), run(turns, log, 'b', busy), run(turns, log, 'c', busy)]);
  expect(log.at(-1)).toBe('slow ends');
  await run(turns, log, 'later', busy);
  expect(log.slice(-2)).toEqual(['later begins', 'later ends']);
});

test('one that fails gives its turn away', async () => {
  const [turns, log] = [new Turns(), [] as string[]];
  const failing = run(turns, log, 'a', async () => {
    await busy();
    throw new Error('no');
  });
  await Promise.all([expect(failing).rejects.toThrow('no'), run(turns, log, 'b', busy)]);
  expect(log.slice(-2)).toEqual(['b begins', 'b ends']);
});
