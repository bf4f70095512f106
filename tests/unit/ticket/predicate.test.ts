import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  evaluatePredicate,
  parsePredicate,
  predicateFields,
  predicateFor,
  type Subject,
} from '../../../core/ticket/predicate.ts';
import { browserEvaluation } from '../../support/browser-predicate.ts';

type Vector = readonly [text: string, values: Readonly<Record<string, string>>, holds: boolean];

/** One table for the server and for the browser. `keywords` is a list. */
const VECTORS: readonly Vector[] = [
  ['type=defect', { type: 'defect' }, true],
  ['type=defect', { type: 'Defect' }, false],
  ['type=defect', {}, false],
  ['type=defect&status!=closed', { type: 'defect', status: 'new' }, true],
  ['type=defect&status!=closed', { type: 'defect', status: 'closed' }, false],
  ['type=defect|task', { type: 'task' }, true],
  ['type!=defect|task', { type: 'task' }, false],
  ['type!=defect&type!=task', { type: 'task' }, false],
  ['type!=defect&type!=task', { type: 'wish' }, true],
  ['owner=', {}, true],
  ['owner=', { owner: 'ann' }, false],
  ['owner!=', { owner: 'ann' }, true],
  ['owner=ann|', {}, true],
  ['summary~=CRASH', { summary: 'A crash' }, true],
  ['summary!~=crash', { summary: 'A crash' }, false],
  ['summary=~crash', { summary: 'A crash' }, true],
  ['summary^=a', { summary: 'A crash' }, true],
  ['summary!^=a', { summary: 'A crash' }, false],
  ['summary$=CRASH', { summary: 'A crash' }, true],
  ['summary$=a', { summary: 'A crash' }, false],
  ['summary~=CAFÉ', { summary: 'café' }, false],
  ['summary~=CAFÉ', { summary: 'cafÉ' }, true],
  ['summary~=', { summary: '' }, true],
  ['summary!~=', { summary: 'x' }, true],
  ['summary~=|crash', { summary: 'calm' }, false],
  ['keywords~=ui css', { keywords: 'css, ui' }, true],
  ['keywords~=ui -css', { keywords: 'css, ui' }, false],
  ['keywords~="a b"', { keywords: 'x a b' }, true],
  ['keywords~=-"a b"', { keywords: 'x a b' }, false],
  ['keywords!~=ui', { keywords: 'css' }, true],
  ['summary~=ui css', { summary: 'css ui' }, false],
  ['summary=a\\&b', { summary: 'a&b' }, true],
  ['summary=a\\|b', { summary: 'a|b' }, true],
  ['summary=a=b', { summary: 'a=b' }, true],
  ['type=a&or&type=b', { type: 'b' }, true],
  ['type=a&or&type=b&owner=x', { type: 'b' }, false],
  ['or&type=a', { type: 'b' }, false],
  ['type=or', { type: 'or' }, true],
  ['action=resolve', { action: 'resolve' }, true],
  ['owner=$USER', { owner: 'ann' }, true],
  ['owner!=$USER', { owner: 'ann' }, false],
  ['owner=$USER', { owner: 'USER' }, false],
  ['status= new', { status: 'new' }, false],
  ['created=', { time: '' }, true],
];

const ANN = { name: 'ann', authenticated: true };
const subjectOf = (values: Readonly<Record<string, string>>): Subject => ({
  textOf: (field) => (Object.hasOwn(values, field) ? (values[field] ?? '') : ''),
  isList: (field) => field === 'keywords',
});

let inBrowser: typeof evaluatePredicate;
beforeAll(async () => {
  inBrowser = await browserEvaluation();
});

describe('server and browser', () => {
  test.each(VECTORS)('“%s” of %j: %s', (text, values, expected) => {
    const predicate = predicateFor(parsePredicate(text), ANN);
    expect(evaluatePredicate(predicate, subjectOf(values))).toBe(expected);
    const sent = JSON.parse(JSON.stringify(predicate)) as typeof predicate;
    expect(inBrowser(sent, subjectOf(values))).toBe(expected);
  });

  test('agree on whatever is thrown at them', () => {
    const word = fc.stringMatching(/^[ab"| ~^$!\\&-]{0,6}$/);
    const constraint = fc.record({
      field: fc.constantFrom('summary', 'keywords'),
      test: fc.constantFrom('=' as const, '~' as const, '^' as const, '$' as const),
      not: fc.boolean(),
      values: fc.array(word, { maxLength: 3 }),
    });
    const predicate = fc.record({ any: fc.array(fc.array(constraint, { maxLength: 3 }), { maxLength: 3 }) });
    fc.assert(
      fc.property(predicate, word, word, (one, summary, keywords) => {
        const subject = subjectOf({ summary, keywords });
        expect(inBrowser(one, subject)).toBe(evaluatePredicate(one, subject));
      }),
    );
  });
});

describe('reading', () => {
  test('gives plain data', () => {
    expect(parsePredicate('type=defect|task&summary!~=x&or&owner=')).toEqual({
      any: [
        [
          { field: 'type', test: '=', not: false, values: ['defect', 'task'] },
          { field: 'summary', test: '~', not: true, values: ['x'] },
        ],
        [{ field: 'owner', test: '=', not: false, values: [''] }],
      ],
    });
  });

  test.each(['', 'type', '=x', '!=x', '~=x', 'or', 'type=a&', 'owner!~x'])('“%s” is refused with a sentence', (text) => {
    expect(() => parsePredicate(text)).toThrow(/Example: type=/);
  });

  test('any text is either read or refused with a sentence, and quickly', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parsePredicate(text);
        } catch (error) {
          expect((error as Error).message).toContain('Example');
        }
      }),
    );
    const long = 'a'.repeat(50_000);
    const started = performance.now();
    evaluatePredicate(parsePredicate(`keywords~=${'"'.repeat(20_000)}&${long}=${'\\|'.repeat(20_000)}`), subjectOf({}));
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  test('the fields it asks about are known', () => {
    expect([...predicateFields(parsePredicate('type=a&created=&or&type=b&action=x'))]).toEqual(['type', 'time', 'action']);
  });

  test('nobody without an account is $USER, not even by the same name', () => {
    const own = parsePredicate('owner=$USER');
    const anonymous = { name: 'anonymous', authenticated: false };
    expect(evaluatePredicate(predicateFor(own, anonymous), subjectOf({ owner: 'anonymous' }))).toBe(false);
    const other = parsePredicate('type=a');
    expect(predicateFor(other, ANN)).toBe(other);
  });
});
