import { type Field, type HistoryEntry, RepeatedValueError, type Submission, type WebRequest } from 'tracts';

type Parameters = WebRequest['body'];

/** Fields by the name of their control. */
export type Controls = ReadonlyMap<string, Pick<Field, 'name' | 'type' | 'value'>>;

const CHECKBOX = 'field_checkbox_';
const FIELD = 'field_';
const ACTION = 'action_';
const INPUT_CHECKBOX = 'checkbox_action_';
/** Trac's box “add me to Cc”, or “remove me”: that it is there counts, whatever its value. */
const CC_TOGGLE = 'cc_update';

/** The first value of a parameter of an address; `''` when it is not there. */
export const firstOf = (parameters: Parameters, name: string): string => {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  return typeof value === 'string' ? value : (value?.[0] ?? '');
};
/** The value of what a form may hold once; `''` when it was not sent. */
function onlyOf(body: Parameters, name: string): string {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  if (typeof value === 'object') throw new RepeatedValueError(name);
  return value ?? '';
}
const has = (parameters: Parameters, name: string): boolean => Object.hasOwn(parameters, name);

/** Of a form that does not say what it was made from: no ticket and no comment has this version, so that it counts as stale. */
export const UNKNOWN_VERSION = -1;

/** The version a form was made from. */
export const versionOf = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : UNKNOWN_VERSION);

/** A record without a prototype: `field___proto__` is a name like any other. */
const record = (): Record<string, string | readonly string[]> =>
  Object.create(null) as Record<string, string | readonly string[]>;

function fieldsOf(body: Parameters, controls: Controls): Record<string, string | readonly string[]> {
  const fields = plainFieldsOf(body, controls);
  if (!has(body, CC_TOGGLE)) return fields;
  // Last, as it means the list as sent beside it. Whoever may not use it is told so.
  fields[CC_TOGGLE] = Array.isArray(body[CC_TOGGLE]) ? body[CC_TOGGLE] : 'on';
  return fields;
}

function plainFieldsOf(body: Parameters, controls: Controls): Record<string, string | readonly string[]> {
  const fields = record();
  const plain = Object.entries(body).filter(([key]) => key !== CC_TOGGLE);
  for (const [key, value] of plain) {
    const known = controls.get(key);
    if (known) fields[known.name] = value;
    else if (key.startsWith(CHECKBOX) && controls.has(FIELD + key.slice(CHECKBOX.length))) {
      // Trac's companion of a checkbox: sent always, so that no mark is an answer too.
      const control = FIELD + key.slice(CHECKBOX.length);
      if (!has(body, control)) fields[controls.get(control)?.name ?? ''] = '0';
    } else if (key.startsWith(FIELD)) fields[key.slice(FIELD.length)] = value;
  }
  return fields;
}

function inputsOf(parameters: Parameters): Record<string, string | readonly string[]> {
  const inputs = record();
  for (const [key, value] of Object.entries(parameters)) {
    if (key.startsWith(ACTION)) inputs[key] = value;
    else if (key.startsWith(INPUT_CHECKBOX) && !has(parameters, key.slice('checkbox_'.length)))
      inputs[key.slice('checkbox_'.length)] = '0';
  }
  return inputs;
}

const some = (text: string): string | undefined => (text === '' ? undefined : text);

const OWN = new Set([
  'action',
  'attachment_draft',
  'comment',
  'internal',
  'replyto',
  'text_draft',
  'author',
  'view_time',
  'start_time',
  'submit',
  'preview',
  '__FORM_TOKEN',
]);

/** True for the names of controls that hold texts and no files. */
export const isText = (name: string, controls: Controls): boolean =>
  OWN.has(name) || controls.has(name) || name.startsWith(FIELD) || name.startsWith(ACTION) || name.startsWith(INPUT_CHECKBOX);

/** True when something was posted that is neither ours nor named as a field or an action's input is. */
export const hasStrangers = (body: Parameters, controls: Controls): boolean =>
  Object.keys(body).some((key) => !isText(key, controls));

/** A posted ticket form, with Trac's names, as a submission. Throws 400 where what it holds once came several times. */
export function submissionOf(body: Parameters, controls: Controls): Submission {
  const action = onlyOf(body, 'action');
  const internal = onlyOf(body, 'internal');
  const confirmed = onlyOf(body, 'confirmed');
  return {
    action: some(action),
    inputs: inputsOf(body),
    fields: fieldsOf(body, controls),
    comment: some(onlyOf(body, 'comment').replace(/\r\n?/g, '\n')),
    replyTo: some(onlyOf(body, 'replyto')),
    internal: internal === '' ? undefined : internal !== '0',
    basedOn: versionOf(onlyOf(body, 'view_time')),
    attachments: Object.hasOwn(body, 'attachment_draft') ? [body['attachment_draft'] ?? []].flat() : undefined,
    author: some(onlyOf(body, 'author').trim()),
    // The answer to an action's question names the action: it does not count for another one chosen meanwhile.
    confirmed: confirmed !== '' && confirmed === action,
  };
}

/** What an address such as `/newticket?summary=…&type=…&action=…` fills in; names that are no field are passed over. */
export function presetsOf(query: Parameters, controls: Controls): Submission {
  const fields = record();
  for (const [control, { name }] of controls) {
    if (has(query, name)) fields[name] = query[name] ?? '';
    else if (has(query, control)) fields[name] = query[control] ?? '';
  }
  return { action: some(firstOf(query, 'action')), inputs: inputsOf(query), fields };
}

const trimmed = (text: unknown): string => String(text).replace(/\r\n?/g, '\n').trim();

/**
 * Takes out of a submission what the person never touched although others changed it meanwhile, so that sending it again
 * does not undo their work. `since`: the entries stored after the form was made, oldest first.
 */
export function keepOthersChanges(submission: Submission, since: readonly HistoryEntry[]): Submission {
  const before = new Map<string, string>();
  for (const entry of since) for (const { field, old } of entry.fields) if (!before.has(field)) before.set(field, old);
  const fields = record();
  for (const [name, value] of Object.entries(submission.fields ?? {}))
    if (before.get(name) === undefined || trimmed(value) !== trimmed(before.get(name)))
      fields[name] = value as string | readonly string[];
  return { ...submission, fields };
}
