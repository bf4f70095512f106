import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hideAddresses, restoreAddresses } from '../../../../plugins/addresses/api.ts';

test('an address is cut after its @, wherever it stands', () => {
  expect(hideAddresses('joe@example.org')).toBe('joe@…');
  expect(hideAddresses('Joe <joe.b+x@mail.example.org>, tom')).toBe('Joe <joe.b+x@…>, tom');
});

test('what only looks a little like an address stays', () => {
  for (const text of ['@joe', 'joe@', 'joe@localhost', 'a @ b.org', '1@2']) expect(hideAddresses(text)).toBe(text);
});

test('an address that comes back cut is made whole from what is stored', () => {
  expect(restoreAddresses('joe@…, new@example.com', 'joe@example.org, tom@example.org')).toBe('joe@example.org, new@example.com');
  expect(restoreAddresses('tom@…', 'joe@a.org, tom@b.org')).toBe('tom@b.org');
});

test('two addresses of one name come back in their order', () => {
  const stored = 'joe@a.org, joe@b.org';
  expect(restoreAddresses(hideAddresses(stored), stored)).toBe(stored);
});

test('a cut address that nobody stored stays as it was typed', () => {
  expect(restoreAddresses('eve@…', 'joe@a.org')).toBe('eve@…');
});

test('hiding and restoring any list of people changes nothing', () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/);
  const person = fc.oneof(
    word,
    fc.tuple(word, word).map(([name, host]) => `${name}@${host}.org`),
  );
  fc.assert(
    fc.property(fc.array(person, { maxLength: 8 }), (people) => {
      const stored = people.join(', ');
      const hidden = hideAddresses(stored);
      expect(hidden).not.toMatch(/@\w/);
      expect(restoreAddresses(hidden, stored)).toBe(stored);
    }),
  );
});

test('long runs without an address take no time', () => {
  for (const text of ['a'.repeat(200_000), 'a@'.repeat(100_000), '@a.'.repeat(80_000), `a@${'b.'.repeat(100_000)}`]) {
    const start = performance.now();
    hideAddresses(`${text}@`);
    expect(performance.now() - start).toBeLessThan(2_000);
  }
});
