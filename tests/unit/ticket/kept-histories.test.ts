import { expect, test } from 'vitest';
import { KeptHistories } from '../../../core/ticket/kept-histories.ts';
import type { HistoryEntry, Ticket } from '../../../core/ticket/types.ts';

const entry = (comment: string): HistoryEntry => ({
  number: 1,
  replyTo: '',
  replies: [],
  author: 'joe',
  time: new Date(0),
  via: 'web',
  action: 'leave',
  comment,
  format: 'wiki',
  internal: false,
  deleted: undefined,
  edited: undefined,
  fields: [],
});
const ticket = (version: number, changed: number): Ticket => ({
  id: 7,
  exists: true,
  version,
  values: { changetime: new Date(changed) },
});
const ALL = { readsInternal: true };

test('a history is loaded once for as long as neither version nor time of change move', async () => {
  const kept = new KeptHistories();
  const first = await kept.of(ticket(1, 5), ALL, async () => [entry('one')]);
  expect(await kept.of(ticket(1, 5), ALL, async () => [entry('never loaded')])).toBe(first);
  expect((await kept.of(ticket(2, 5), ALL, async () => [entry('two')]))[0]?.comment).toBe('two');
  expect((await kept.of(ticket(2, 6), ALL, async () => [entry('edited')]))[0]?.comment).toBe('edited');
});

test('another part of it, and what somebody else may read of it, are kept apart', async () => {
  const kept = new KeptHistories();
  await kept.of(ticket(1, 5), ALL, async () => [entry('internal')]);
  const others: Parameters<KeptHistories['of']>[1][] = [
    { readsInternal: false },
    { readsInternal: true, range: { last: 1 } },
    { readsInternal: true, range: { numbers: [1, 1] } },
  ];
  for (const scope of others) {
    const [found] = await kept.of(ticket(1, 5), scope, async () => [entry(JSON.stringify(scope))]);
    expect(found?.comment).toBe(JSON.stringify(scope));
  }
});

test('nobody can change what others get, too', async () => {
  const [found] = await new KeptHistories().of(ticket(1, 5), ALL, async () => [entry('one')]);
  expect(Object.isFrozen(found)).toBe(true);
  expect(Object.isFrozen(found?.fields)).toBe(true);
});

test('a ticket without a time of change is asked about each time', async () => {
  const kept = new KeptHistories();
  const strange: Ticket = { id: 7, exists: true, version: 1, values: {} };
  await kept.of(strange, ALL, async () => [entry('one')]);
  expect((await kept.of(strange, ALL, async () => [entry('two')]))[0]?.comment).toBe('two');
});
