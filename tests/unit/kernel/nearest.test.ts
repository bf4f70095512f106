import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countSlips, nearest } from '../../../core/kernel/nearest.ts';

describe('countSlips', () => {
  it.each([
    ['', '', 0],
    ['new', 'new', 0],
    ['', 'new', 3],
    ['nwe', 'new', 1],
    ['resolv', 'resolve', 1],
    ['kitten', 'sitting', 3],
    ['owner', 'onwer', 1],
  ])('from "%s" to "%s" there are %i', (left, right, slips) => {
    expect(countSlips(left, right)).toBe(slips);
  });

  it('is the same in both directions and nothing only for equal words', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (left, right) => {
        expect(countSlips(left, right)).toBe(countSlips(right, left));
        expect(countSlips(left, right) === 0).toBe(left === right);
      }),
    );
  });

  it('tells as many up to a limit, and merely more than the limit beyond it', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 9 });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 5 }), (left, right, most) => {
        const all = countSlips(left, right);
        const limited = countSlips(left, right, most);
        if (all <= most) expect(limited).toBe(all);
        else expect(limited).toBeGreaterThan(most);
      }),
    );
  });
});

describe('nearest', () => {
  const names = ['restrict_owner', 'workflow', 'default_type', 'default_cc'];

  it('finds the name that was meant', () => {
    expect(nearest('workflwo', names)).toBe('workflow');
    expect(nearest('restrictowner', names)).toBe('restrict_owner');
  });

  it('overlooks upper and lower case', () => {
    expect(nearest('Workflow', names)).toBe('workflow');
  });

  it('finds nothing when nothing is near', () => {
    expect(nearest('colour', names)).toBeUndefined();
    expect(nearest('a', ['b', 'c'])).toBeUndefined();
    expect(nearest('x', [])).toBeUndefined();
  });

  it('never answers with the word itself', () => {
    expect(nearest('workflow', names)).toBeUndefined();
  });

  it('takes the first of two that are equally near', () => {
    expect(nearest('cat', ['car', 'bat'])).toBe('car');
  });

  it('answers the same as comparing every name would', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', 'C', '_', 'é'), maxLength: 9 });
    fc.assert(
      fc.property(name, fc.array(name, { maxLength: 8 }), (word, all) => {
        const most = Math.min(word.length < 4 ? 1 : word.length < 8 ? 2 : 3, word.length - 1);
        const slips = (one: string) => countSlips(word.toLowerCase(), one.toLowerCase());
        const others = all.filter((one) => one !== word && slips(one) <= most);
        const [best] = others.toSorted((left, right) => slips(left) - slips(right));
        expect(nearest(word, all)).toBe(best);
      }),
    );
  });

  it('does not bother with texts that are no names', () => {
    expect(nearest('x'.repeat(101), ['x'.repeat(100)])).toBeUndefined();
  });
});
