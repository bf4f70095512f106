import { BadRequestError } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import type { Submission, Values } from '../ticket/types.ts';

type Reader = (value: unknown, name: string) => unknown;

const refuse = (name: string, expected: string): never => {
  throw new BadRequestError(`The submission: ${name} must be ${expected}.`);
};

const text: Reader = (value, name) => (typeof value === 'string' ? value : refuse(name, 'a text'));
/** A comment's number may be given as the number it is. */
const reference: Reader = (value, name) => (typeof value === 'number' ? String(value) : text(value, name));
const whole: Reader = (value, name) => (Number.isSafeInteger(value) ? value : refuse(name, 'a whole number'));
const yesOrNo: Reader = (value, name) => (typeof value === 'boolean' ? value : refuse(name, 'true or false'));
const texts: Reader = (value, name) =>
  Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : refuse(name, 'a list of texts');
const values: Reader = (value, name): Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : refuse(name, 'an object');

const READERS: Readonly<Record<keyof Submission, Reader>> = {
  action: text,
  inputs: values,
  fields: values,
  comment: text,
  replyTo: reference,
  internal: yesOrNo,
  basedOn: whole,
  attachments: texts,
  author: text,
  confirmed: yesOrNo,
};

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new BadRequestError(`Standard input is no JSON (${error instanceof Error ? error.message : String(error)}).`);
  }
}

/** Reads a submission from JSON. Throws a sentence for what is none; null stands for “absent”. */
export function readSubmission(json: string): Submission {
  const raw = values(parse(json), 'the whole') as Values;
  const names = Object.keys(READERS) as (keyof Submission)[];
  for (const name of Object.keys(raw)) {
    if (names.some((known) => known === name)) continue;
    const near = nearest(name, names);
    throw new BadRequestError(
      `The submission: there is no “${name}”. ${near ? `Did you mean ${near}?` : `Known: ${names.join(', ')}.`}`,
    );
  }
  const given = names.filter((name) => raw[name] !== undefined && raw[name] !== null);
  return Object.fromEntries(given.map((name) => [name, READERS[name](raw[name], name)])) as Submission;
}
