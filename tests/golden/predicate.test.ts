import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { evaluatePredicate, parsePredicate, predicateFields, predicateFor } from '../../core/ticket/predicate.ts';
import { browserEvaluation } from '../support/browser-predicate.ts';

interface QueryCase {
  readonly query: string;
  readonly ids?: readonly number[];
  readonly num_items?: number;
  readonly error?: string;
}
interface Fixture {
  readonly ticket: readonly Readonly<Record<string, string | number | null>>[];
  readonly ticket_custom: readonly { readonly ticket: number; readonly name: string; readonly value: string | null }[];
}

const read = <T>(file: string): T => JSON.parse(readFileSync(new URL(`./query/${file}`, import.meta.url), 'utf8')) as T;
const { cases } = read<{ readonly cases: readonly QueryCase[] }>('query.json');
const fixture = read<Fixture>('fixture.json');

const ALICE = { name: 'alice', authenticated: true };
const LISTS = new Set(['keywords', 'cc', 'tags']);
/** Numbers and instants are read by the query page; what is no field of a ticket is not a condition at all. */
const ELSEWHERE = new Set(['id', 'time', 'changetime', 'due']);
const PAGING = /^(order|group|groupdesc|desc|max|page|col|row|rows|verbose|report|format)$/;
const NO_FIELD = new Set(['nonsense', ' status', '$USER']);

const custom = new Map<number, Map<string, string>>();
for (const { ticket, name, value } of fixture.ticket_custom) {
  const values = custom.get(ticket) ?? new Map<string, string>();
  custom.set(ticket, values.set(name, value ?? ''));
}

/** A field that a ticket has no row for shows its default. */
const textOf = (ticket: Fixture['ticket'][number], field: string): string =>
  String(ticket[field] ?? custom.get(Number(ticket['id']))?.get(field) ?? '');

const isCondition = ({ query, error }: QueryCase): boolean => {
  if (error !== undefined || query === 'or') return false;
  const names = [...predicateFields(parsePredicate(query))];
  return names.length > 0 && !names.some((name) => ELSEWHERE.has(name) || PAGING.test(name) || NO_FIELD.has(name));
};

test.each(cases.filter(isCondition))(
  '“$query” holds for the tickets that Trac finds, on the server and in the page',
  async (golden) => {
    const predicate = predicateFor(parsePredicate(golden.query), ALICE);
    for (const evaluate of [evaluatePredicate, await browserEvaluation()]) {
      const found = fixture.ticket
        .filter((ticket) => evaluate(predicate, { textOf: (name) => textOf(ticket, name), isList: (name) => LISTS.has(name) }))
        .map(({ id }) => Number(id));
      expect(found).toHaveLength(golden.num_items ?? 0);
      expect(new Set(found)).toEqual(new Set([...found, ...(golden.ids ?? [])]));
    }
  },
);

test.each(['owner!~bob', 'status', '=x', '!=x', ''])('“%s” is refused, as in Trac', (query) => {
  expect(cases.find((one) => one.query === query)?.error).toBe('QuerySyntaxError');
  expect(() => parsePredicate(query)).toThrow(/“|condition/);
});

test('enough of the recorded cases are conditions', () => {
  expect(cases.filter(isCondition).length).toBeGreaterThan(80);
});
