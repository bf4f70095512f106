import { expect, test } from 'vitest';
import { createLateFailures, type Doer, plainReason } from '../../../core/security/late-failures.ts';

const JANE: Doer = { user: { name: 'jane', authenticated: true }, via: 'web', writable: true };
const START = Date.parse('2026-03-04T05:06:07Z');

function stage() {
  let now = START;
  const failures = createLateFailures(() => new Date(now));
  return {
    failures,
    wait: (ms: number) => {
      now += ms;
    },
    messages: () => failures.diagnoses().map(({ message }) => message),
  };
}

test('a failure is kept with what, why, when, and by whom and through which door', () => {
  const { failures } = stage();
  failures.note(JANE, 'what follows #12 resolve heard by sla.Clock', new Error('mail server is away'));
  expect(failures.diagnoses()).toEqual([
    {
      severity: 'error',
      message:
        'After a change was stored, what follows #12 resolve heard by sla.Clock failed: mail server is away (2026-03-04 05:06 UTC; jane, web).',
      remedy: expect.stringContaining('The log has the whole error.'),
    },
  ]);
});

test('after reading no change is spoken of, and whatever was thrown is a reason', () => {
  const { failures, messages } = stage();
  failures.note({ ...JANE, writable: false }, undefined, 'out of ideas');
  failures.note({ ...JANE, writable: false }, undefined, undefined);
  failures.note({ ...JANE, writable: false }, undefined, new Error(''));
  expect(messages()).toEqual([
    'After something was read, a task failed: no reason was given (2026-03-04 05:06 UTC; jane, web).',
    'After something was read, a task failed: undefined (2026-03-04 05:06 UTC; jane, web).',
    'After something was read, a task failed: out of ideas (2026-03-04 05:06 UTC; jane, web).',
  ]);
});

test('the same failure is one, with its number and its latest time, and stands first', () => {
  const { failures, wait, messages } = stage();
  failures.note(JANE, 'the chat', new Error('away'));
  failures.note(JANE, 'the mail', new Error('away'));
  wait(120_000);
  failures.note({ ...JANE, via: 'cli' }, 'the chat', new Error('away'));
  expect(messages()).toEqual([
    'After a change was stored, the chat failed: away (2 times, last 2026-03-04 05:08 UTC; jane, cli).',
    'After a change was stored, the mail failed: away (2026-03-04 05:06 UTC; jane, web).',
  ]);
});

test('twenty are kept, and a day long', () => {
  const { failures, wait, messages } = stage();
  for (let turn = 1; turn <= 25; turn++) failures.note(JANE, `task ${turn}.`, new Error('no'));
  expect(messages()).toHaveLength(20);
  expect(messages().at(-1)).toContain('task 6.');
  wait(23 * 3_600_000);
  failures.note(JANE, 'the last one', new Error('no'));
  expect(messages()).toHaveLength(20);
  wait(2 * 3_600_000);
  expect(messages()).toEqual([expect.stringContaining('the last one')]);
});

test.each([
  ['connect to postgres://tracts:geheim@db.example:5432/x refused', 'connect to postgres://(hidden)@db.example:5432/x refused'],
  ['401 for https://chat.example/hook?token=abc&x=1', '401 for https://chat.example/hook?token=(hidden)&x=1'],
  ['sent "Authorization: Bearer abc.def"', 'sent "Authorization: Bearer (hidden)"'],
  ['smtp_password = "hush hush", smtp_user = joe', 'smtp_password=(hidden), smtp_user = joe'],
  [`no invitation ${'aB3_'.repeat(11)} here`, 'no invitation (hidden) here'],
  ["insert into `note` values ('my - secret') - UNIQUE constraint failed: note.id", 'UNIQUE constraint failed: note.id'],
  ['select * from nowhere', 'a query failed'],
  ['one line\nand a second with details', 'one line'],
  ['x '.repeat(300), `${'x '.repeat(100)}…`],
])('of %j people read %j', (message, shown) => {
  expect(plainReason(new Error(message))).toBe(shown);
});

test('a very long reason is read no further than it takes', () => {
  const began = performance.now();
  for (const text of ['-'.repeat(2e6), 'password'.repeat(2e5), `bearer ${'\t'.repeat(2e6)}`, `${'a-'.repeat(1e6)}:`])
    plainReason(text);
  expect(performance.now() - began).toBeLessThan(500);
});

test('an error that nobody caught names the plugin and its file, where they are known', () => {
  const { failures } = stage();
  failures.noteStray(undefined, 'away');
  failures.noteStray({ plugin: 'later', file: '/srv/plugins/later.ts' }, new Error('late'));
  expect(failures.diagnoses()).toMatchObject([
    {
      component: 'later',
      message: expect.stringContaining('The plugin later failed while nobody waited for it: late ('),
      remedy: expect.stringContaining('Correct /srv/plugins/later.ts'),
    },
    { message: expect.stringContaining('Something failed while nobody waited for it: away ('), component: undefined },
  ]);
});
