import { expect, test } from 'vitest';
import type { IWikiSyntaxProvider, SyntaxRule } from '../../../core/index.ts';
import { syntaxRules } from '../../../core/text/syntax-rules.ts';

function stage(...rules: readonly SyntaxRule[]) {
  const said: string[] = [];
  const log = { info: () => undefined, warn: (message: string) => void said.push(message), error: () => undefined };
  const provider: IWikiSyntaxProvider = { getWikiSyntax: () => rules };
  return { said, rules: syntaxRules([provider], log) };
}
const rule = (name: string, pattern: RegExp, toParts: SyntaxRule['toParts'] = ([text]) => [`<${name}>${text}`]): SyntaxRule => ({
  name,
  pattern,
  toParts,
});

test('the first piece counts, of two that begin together that of the earlier rule', () => {
  const scan = stage(rule('a', /x\d/), rule('b', /x\d|y/i)).rules.forText();
  expect(scan.find('..Y x1', 0)).toEqual({ at: 2, end: 3, parts: ['<b>Y'] });
  expect(scan.find('..Y x1', 3)).toEqual({ at: 4, end: 6, parts: ['<a>x1'] });
  expect(scan.find('..Y x1', 6)).toBeUndefined();
  expect(scan.find('x2', 0)).toMatchObject({ parts: ['<a>x2'] });
});

test('a rule that fails or matches nothing is off for the rest of that text alone', () => {
  const fail = (): never => {
    throw new Error('oh');
  };
  const { said, rules } = stage(rule('failing', /x/, fail), rule('empty', /z*/), rule('good', /x/));
  const scan = rules.forText();
  expect(scan.find('x', 0)).toMatchObject({ parts: ['<good>x'] });
  expect(scan.find('xx', 1)).toMatchObject({ parts: ['<good>x'] });
  expect(said).toEqual([expect.stringContaining('failing failed (oh)'), expect.stringContaining('empty matched nothing')]);
  rules.forText().find('x', 0);
  expect(said).toHaveLength(4);
});

test('a rule that spends its share of time is off for the rest of the text', () => {
  const slow = (): readonly string[] => {
    const end = performance.now() + 60;
    while (performance.now() < end);
    return ['slow'];
  };
  const { said, rules } = stage(rule('slow', /x/, slow));
  const scan = rules.forText();
  expect(scan.find('x', 0)).toMatchObject({ parts: ['slow'] });
  expect(scan.find('xx', 1)).toBeUndefined();
  expect(said).toEqual([expect.stringContaining('slow took more than 50 ms')]);
});

test('very long lines are not shown to rules', () => {
  expect(stage(rule('a', /x/)).rules.forText().find('x'.repeat(10_001), 0)).toBeUndefined();
});

test('without rules nothing is found', () => {
  expect(stage().rules.forText().find('x', 0)).toBeUndefined();
});
