import type { FieldOperator } from '../../core/index.ts';

/** One question of a query and the typed values, of those above it, that it finds. */
type Question = readonly [operator: FieldOperator, typed: string, finds: readonly (string | readonly string[])[]];

/** What the contract suite needs to know of a field type. A type that is not here fails the suite. */
export interface Samples {
  /** Attributes in trac.ini; together they use every attribute that the type reads. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** What people type, in ascending order of the values. */
  readonly typed: readonly (string | readonly string[])[];
  /** What is refused with a sentence. Only a type that takes any text may have none. */
  readonly refused: readonly (string | readonly string[])[];
  readonly questions?: readonly Question[];
  /** Attributes that are reported, one set after the other. */
  readonly faults?: readonly Readonly<Record<string, string>>[];
  /** JSON that neither the schema nor the type takes. */
  readonly garbage: readonly unknown[];
}

const TEXTS = ['A', 'Zebra', 'a, b', 'apple', 'zoo', 'Äpfel', 'ß', 'ﬀ', '𝒜'] as const;
const NO_TEXT = [12, true, {}, ['a']] as const;

/** Samples by type. Accounts: joe, jane and Zoe. Tickets: 1 to 12, of which 3 cannot be viewed. */
export const SAMPLES: Readonly<Record<string, Samples>> = {
  text: {
    attributes: { format: 'plain', size: '30', max_size: '50', complete: 'user' },
    typed: TEXTS,
    refused: ['x'.repeat(51)],
    questions: [
      ['is', 'apple', ['apple']],
      ['contains', 'PP', ['apple']],
      ['begins', 'z', ['Zebra', 'zoo']],
      ['ends', 'o', ['zoo']],
      ['contains', '%', []],
      ['contains', '_', []],
    ],
    faults: [{ format: 'wicki' }, { complete: 'everything' }],
    garbage: NO_TEXT,
  },
  textarea: {
    attributes: { rows: '5', cols: '40', format: 'wiki', max_size: '50' },
    typed: ['A', 'a\nb', 'ab', 'b\n\n c'],
    refused: ['x'.repeat(51)],
    questions: [['contains', 'b', ['a\nb', 'ab', 'b\n\n c']]],
    faults: [{ format: 'reference' }],
    garbage: NO_TEXT,
  },
  checkbox: {
    typed: ['0', '1'],
    refused: ['perhaps'],
    questions: [
      ['is', '1', ['1']],
      ['is', 'no', ['0', '']],
    ],
    garbage: [1, 'yes', [true]],
  },
  select: {
    attributes: { options: '|low|high|Very high' },
    typed: ['Very high', 'high', 'low'],
    refused: ['middle', 'LOW'],
    questions: [
      ['is', 'high', ['high']],
      ['contains', 'high', ['Very high', 'high']],
    ],
    garbage: [1, 'middle', ['low']],
  },
  radio: {
    attributes: { options: '|yes|no' },
    typed: ['no', 'yes'],
    refused: ['maybe'],
    questions: [['is', 'yes', ['yes']]],
    garbage: [true, 'maybe'],
  },
  'checkbox-set': {
    attributes: { options: 'red|green|dark blue' },
    typed: ['dark blue', ['green'], ['', 'dark blue', 'red'], 'red, green'],
    refused: ['yellow', ['red', 'yellow']],
    questions: [
      ['has', 'red', [['', 'dark blue', 'red'], 'red, green']],
      ['has', 're', []],
      ['is', 'green,red', ['red, green']],
    ],
    faults: [{ options: 'a,b|c' }],
    garbage: ['red', [1], ['yellow'], { red: true }],
  },
  number: {
    attributes: { kind: 'decimal', min: '-1000', max: '2000000', step: '0.25' },
    typed: ['-1000', '-42.5', '-42.25', '-0.25', '0', '0.25', '7', '42', '42.5', '100', '1 250.5', '2000000'],
    refused: ['many', '-1000.25', '2000001', '0.3', '1,5', '1e3', '0x10', '--1', '12345678901234567'],
    questions: [
      ['is', '42.50', ['42.5']],
      ['between', '-42.5..7', ['-42.5', '-42.25', '-0.25', '0', '0.25', '7']],
      ['between', '100..', ['100', '1 250.5', '2000000']],
      ['between', '..-42.25', ['-1000', '-42.5', '-42.25']],
    ],
    faults: [{ kind: 'float' }, { min: 'low' }, { min: '5', max: '4' }, { step: '0' }, { value: 'many' }],
    garbage: ['12', true, [1], 2000001],
  },
  percent: {
    attributes: { step: '5' },
    typed: ['0', '5', '10 %', '50%', '100'],
    refused: ['101', '-5', '7', '5.5', 'half'],
    questions: [
      ['is', '10%', ['10 %']],
      ['between', '5..50', ['5', '10 %', '50%']],
    ],
    faults: [{ step: 'x' }, { value: '200' }],
    garbage: ['50', 101, 0.5],
  },
  money: {
    attributes: { currency: 'CHF', minor_units: '2', min: '-99999', max: '99999999' },
    typed: ['-1250.05', '-1250', '-0.01', '0', '0.1', '0.30 CHF', 'CHF 9.99', '10', '1 250.50', '12345678.91'],
    refused: ['0.001', '1,50', '5 EUR', 'EUR 5', 'free', '99999999.01', '-99999.01'],
    questions: [
      ['is', '10.00', ['10']],
      ['between', '0..10', ['0', '0.1', '0.30 CHF', 'CHF 9.99', '10']],
      ['between', '..-1250', ['-1250.05', '-1250']],
    ],
    faults: [{ currency: 'francs' }, { currency: 'CHF', minor_units: '9' }, { currency: 'CHF', max: 'x' }, {}],
    garbage: [12.5, '12.345', 'CHF 1.00'],
  },
  date: {
    attributes: { min: '1900-01-01', max: '2999-12-31' },
    typed: ['1900-01-01', '1969-12-31', '2024-02-29', '2026-03-31', '2026-10-05'],
    refused: ['2026-02-29', '31.3.2026', '2026-03-31 17:00', 'soon', '1899-12-31', '3000-01-01'],
    questions: [
      ['is', '2026-03-31', ['2026-03-31']],
      ['between', '2024-02-29..2026-03-31', ['2024-02-29', '2026-03-31']],
      ['between', '..1969-12-31', ['1900-01-01', '1969-12-31']],
    ],
    faults: [{ min: 'spring' }, { max: '2026-02-30' }, { value: 'soon' }],
    garbage: [20260331, '31.3.2026', 'soon', true],
  },
  datetime: {
    typed: ['1955-11-05 06:00', '1969-12-31T23:59', '2024-02-29T12:30', '2026-03-31 17:00', '2026-10-05T08:00'],
    refused: ['2026-02-29 10:00', '2026-03-31 25:00', 'soon'],
    questions: [
      ['is', '2026-03-31 17:00', ['2026-03-31 17:00']],
      ['is', '2026-03-31', ['2026-03-31 17:00']],
      ['between', '1960-01-01..2026-03-31 17:00', ['1969-12-31T23:59', '2024-02-29T12:30']],
    ],
    faults: [{ value: 'soon' }],
    garbage: [12, 'soon', '31.3.2026', '2026-03-31'],
  },
  time: {
    attributes: { format: 'datetime' },
    typed: ['1955-11-05 06:00', '1969-12-31 23:59', '2024-02-29 12:30', '2026-03-31T17:00:00Z', '2026-10-05'],
    refused: ['2026-02-29', 'the day after', '2026-13-01'],
    questions: [
      ['between', '2024-02-29..2026-10-05', ['2024-02-29 12:30', '2026-03-31T17:00:00Z']],
      ['is', '2026-10-05', ['2026-10-05']],
    ],
    faults: [{ format: 'fuzzy' }, { value: 'garbage' }],
    garbage: [12, 'now', '31.3.2026'],
  },
  duration: {
    attributes: { hours_per_day: '8', days_per_week: '5' },
    typed: ['0m', '5s', '90m', '2:30', '1d', '1d 2h 30m', '1w'],
    refused: ['soon', '1', '2:75', '-1h', '1y', '1d2', '9'.repeat(30)],
    questions: [
      ['is', '1h 30m', ['90m']],
      ['between', '2h..8h', ['2:30', '1d']],
    ],
    faults: [{ hours_per_day: '25' }, { days_per_week: 'five' }, { value: 'x' }],
    garbage: ['1d', -1, 1.5],
  },
  user: {
    attributes: { free_text: 'disabled' },
    typed: ['Zoe', 'jane', 'joe'],
    refused: ['nobody-here', 'joe@example.org'],
    questions: [['is', 'joe', ['joe']]],
    faults: [{ free_text: 'sometimes' }],
    garbage: [1, ['joe'], {}],
  },
  'user-list': {
    attributes: { free_text: 'enabled' },
    typed: ['Zoe; joe', 'jane', 'jane joe', 'joe', 'mary@example.org, joe'],
    refused: [`${'x'.repeat(300)}`],
    questions: [
      ['has', 'joe', ['Zoe; joe', 'jane joe', 'joe', 'mary@example.org, joe']],
      ['has', 'jo', []],
      ['contains', 'mary', ['mary@example.org, joe']],
    ],
    faults: [{ free_text: '2' }],
    garbage: ['joe', [1], { joe: true }],
  },
  ticket: {
    typed: ['1', '#2', 'ticket:9', '10', '#11'],
    refused: ['#3', '#4711', 'twelve', '0', '1.5', '99999999999'],
    questions: [
      ['is', '#10', ['10']],
      ['between', '2..10', ['#2', 'ticket:9', '10']],
    ],
    garbage: ['1', 0, 1.5],
  },
  'ticket-list': {
    typed: ['1', '#1, #2', '10 11', '2'],
    refused: ['#3', '1, #4711', 'one'],
    questions: [
      ['has', '1', ['1', '#1, #2']],
      ['is', '#1, #2', ['#1, #2']],
    ],
    garbage: ['1', [0.5], ['1']],
  },
  url: {
    typed: ['http://example.org/a', 'https://example.org/?q=1&r=2', 'mailto:joe@example.org'],
    refused: [
      'javascript:alert(1)',
      'java\tscript:alert(1)',
      'data:text/html,x',
      'example.org',
      'https://',
      'https://a b',
      '//x.org',
      'https://x.org/"><b>',
    ],
    questions: [['begins', 'https', ['https://example.org/?q=1&r=2']]],
    garbage: [1, 'javascript:alert(1)', ['https://example.org']],
  },
  email: {
    typed: ['Zoe@example.org', 'jane.doe+x@example.org', 'joe@example.org'],
    refused: ['joe', 'joe@', '@example.org', 'joe@example.org, jane@example.org', 'joe <joe@example.org>'],
    questions: [['ends', '@example.org', ['Zoe@example.org', 'jane.doe+x@example.org', 'joe@example.org']]],
    garbage: [1, 'joe', ['joe@example.org']],
  },
  'cc-toggle': {
    typed: ['jane', 'jane, joe', 'joe'],
    refused: [],
    garbage: NO_TEXT,
  },
};
