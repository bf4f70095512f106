import type { HistoryEntry } from 'tracts';
import { expect, test } from 'vitest';
import {
  type Controls,
  hasStrangers,
  keepOthersChanges,
  presetsOf,
  submissionOf,
  versionOf,
} from '../../../../plugins/ticket-web/submission.ts';

const controls: Controls = new Map([
  ['field_summary', { name: 'summary', type: 'text', value: '' }],
  ['field_box', { name: 'box', type: 'checkbox', value: '0' }],
  ['watch', { name: 'cc', type: 'text', value: '' }],
]);

test("Trac's form names become a submission", () => {
  const submission = submissionOf(
    {
      field_summary: 'S',
      action: 'resolve',
      action_resolve_resolve_resolution: 'fixed',
      action_reassign_reassign_owner: 'joe',
      comment: 'a\r\nb',
      replyto: '3',
      author: ' me@example.org ',
      view_time: '7',
      submit: 'Submit changes',
      __FORM_TOKEN: 'x',
    },
    controls,
  );
  expect(submission).toMatchObject({
    action: 'resolve',
    fields: { summary: 'S' },
    inputs: { action_resolve_resolve_resolution: 'fixed', action_reassign_reassign_owner: 'joe' },
    comment: 'a\nb',
    replyTo: '3',
    author: 'me@example.org',
    basedOn: 7,
  });
});

test('a checkbox that is not marked is told apart from one that was not asked', () => {
  expect(submissionOf({ field_checkbox_box: '0' }, controls).fields).toEqual({ box: '0' });
  expect(submissionOf({ field_checkbox_box: '0', field_box: '1' }, controls).fields).toEqual({ box: '1' });
  expect(submissionOf({}, controls).fields).toEqual({});
});

test("an action's checkbox has a companion of its own", () => {
  expect(submissionOf({ checkbox_action_a_b: '0' }, controls).inputs).toEqual({ action_a_b: '0' });
  expect(submissionOf({ checkbox_action_a_b: '0', action_a_b: '1' }, controls).inputs).toEqual({ action_a_b: '1' });
});

test('a field may have a control of any name', () => {
  expect(submissionOf({ watch: 'on' }, controls).fields).toEqual({ cc: 'on' });
});

test('fields that nobody defined are passed on, so that they are refused and not lost', () => {
  const { fields } = submissionOf({ field_nonsense: 'x', field___proto__: 'y', field_checkbox_zzz: '0' }, controls);
  expect(Object.keys(fields ?? {})).toEqual(['nonsense', '__proto__', 'checkbox_zzz']);
  expect(({} as Record<string, unknown>)['y']).toBeUndefined();
});

test.each(['comment', 'action', 'view_time', 'replyto', 'internal', 'author', 'confirmed'])(
  'what is given once is refused when it comes twice: %s',
  (name) => {
    expect(() => submissionOf({ [name]: ['a', 'b'] }, controls)).toThrow(`“${name}” came with several values`);
  },
);

test('a version that is missing or no number counts as stale', () => {
  expect(versionOf('12')).toBe(12);
  for (const text of ['', 'abc', '-1', '1e3', '1.5', ' 1', '9'.repeat(30), '1; drop table']) expect(versionOf(text)).toBe(-1);
});

test('only names that are nobody’s make the form necessary', () => {
  expect(hasStrangers({ comment: 'x', field_a: '1', action_b: '2', preview: 'P', watch: 'on' }, controls)).toBe(false);
  expect(hasStrangers({ cc_update: 'on' }, controls)).toBe(true);
});

test('an address presets fields by their plain names and passes over what is none', () => {
  expect(presetsOf({ summary: 'S', nonsense: 'x', action: 'create', action_create_owner: 'joe' }, controls)).toMatchObject({
    fields: { summary: 'S' },
    action: 'create',
    inputs: { action_create_owner: 'joe' },
  });
});

const change = (number: number, field: string, old: string, now: string): HistoryEntry => ({
  number,
  replyTo: '',
  replies: [],
  author: 'other',
  time: new Date(0),
  via: 'web',
  action: 'leave',
  comment: '',
  format: 'wiki',
  internal: false,
  deleted: undefined,
  edited: undefined,
  fields: [{ field, old, new: now }],
});

test('after a collision, fields that the person left alone keep what the others made of them', () => {
  const sent = { fields: { priority: 'major', owner: 'me', summary: ' S\r\nT ' }, comment: 'c' };
  const since = [
    change(4, 'priority', 'major', 'minor'),
    change(5, 'priority', 'minor', 'trivial'),
    change(6, 'owner', 'joe', 'ann'),
  ];
  const kept = keepOthersChanges(sent, [...since, change(7, 'summary', 'S\nT', 'U')]);
  expect(kept).toEqual({ fields: { owner: 'me' }, comment: 'c' });
});
