import { expect, it } from 'vitest';
import { readSubmission } from '../../../core/cli/submission.ts';

it('reads every part of a submission', () => {
  const sent = {
    action: 'resolve',
    inputs: { resolution: 'fixed' },
    fields: { summary: 'S', votes: 3 },
    comment: 'done',
    replyTo: 2,
    basedOn: 4,
    author: 'Ann',
  };
  expect(readSubmission(JSON.stringify(sent))).toEqual({ ...sent, replyTo: '2' });
});

it('takes null for absent', () => {
  expect(readSubmission('{"action": null, "comment": "x"}')).toEqual({ comment: 'x' });
});

it.each([
  ['', 'Standard input is no JSON'],
  ['{"action":', 'Standard input is no JSON'],
  ['[]', 'the whole must be an object'],
  ['null', 'the whole must be an object'],
  ['"x"', 'the whole must be an object'],
  ['{"action": 1}', 'action must be a text'],
  ['{"fields": ["x"]}', 'fields must be an object'],
  ['{"inputs": "x"}', 'inputs must be an object'],
  ['{"basedOn": "4"}', 'basedOn must be a whole number'],
  ['{"basedOn": 1.5}', 'basedOn must be a whole number'],
  ['{"replyTo": true}', 'replyTo must be a text'],
  ['{"feilds": {}}', 'there is no “feilds”. Did you mean fields?'],
  ['{"zzzzzzzzzzzz": {}}', 'Known: action, inputs, fields, comment, replyTo, internal, basedOn, attachments, author, confirmed.'],
  ['{"__proto__": {}}', 'there is no “__proto__”'],
])('refuses %s with a sentence', (json, message) => {
  expect(() => readSubmission(json)).toThrow(message);
});
