import { expect, test } from 'vitest';
import { addressOf, parseQuery } from '../../../../plugins/query/language.ts';

const parse = (address: string) => {
  const parameters: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(address)) {
    const before = parameters[name];
    parameters[name] = before === undefined ? value : [before, value].flat();
  }
  return parseQuery(parameters, 'ann', 100);
};

test('asked for nothing, the list shows open tickets by priority', () => {
  expect(parse('')).toEqual({
    filters: [{ column: 'status', values: ['closed'], negated: true }],
    order: 'priority',
    desc: false,
    page: 1,
    max: 100,
  });
});

test('values come from bars and from repetition, each once', () => {
  expect(parse('status=new|assigned&status=new').filters).toEqual([
    { column: 'status', values: ['new', 'assigned'], negated: false },
  ]);
});

test('an exclamation mark negates', () => {
  expect(parse('owner=!joe|!tom').filters).toEqual([{ column: 'owner', values: ['joe', 'tom'], negated: true }]);
});

test('$USER is whoever asks', () => {
  expect(parse('owner=$USER').filters).toEqual([{ column: 'owner', values: ['ann'], negated: false }]);
});

test('an empty status asks for every ticket', () => {
  expect(parse('status=').filters).toEqual([]);
});

test.each([
  'order=summary',
  'order=1;drop',
  'order=__proto__',
  'page=0',
  'page=-1',
  'page=x',
  'page=1e9',
  'max=0',
  'nonsense=1',
  'desc=2',
])('%s changes nothing', (address) => {
  expect(parse(address)).toEqual(parse(''));
});

test('a page never holds more than a thousand rows', () => {
  expect(parse('max=999999').max).toBe(1000);
});

test.each(['', 'status=', 'status=new|assigned&owner=joe&order=id&desc=1&page=3&max=20', 'owner=!joe', 'component=a%26b%3Dc'])(
  'the address of the list "%s" leads to the same list',
  (address) => {
    const query = parse(address);
    expect(parse(addressOf(query, 100).replace(/^\/query\?/, ''))).toEqual(query);
  },
);
