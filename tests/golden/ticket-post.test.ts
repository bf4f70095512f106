import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ITicketService, type Submission } from '../../core/index.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { versionOf } from '../../plugins/ticket-web/submission.ts';
import { RECORDED_FIELDS } from '../support/recorded-fields.ts';

type Form = Readonly<Record<string, string | null>>;
interface Case {
  readonly permissions: readonly string[];
  readonly user: string;
  readonly case: string;
  readonly form: Form;
  readonly outcome: string;
  readonly new_rows: readonly (readonly [number, string, string, string | null, string | null])[];
  readonly ticket?: readonly (readonly unknown[])[];
  readonly ticket_custom?: readonly (readonly [string, string | null])[];
}
const read = (name: string): readonly Case[] => JSON.parse(readFileSync(`tests/golden/ticket/${name}.json`, 'utf8')).cases;
const named = (cases: readonly Case[]) =>
  cases.map((one) => [`${one.case} by ${one.user} with ${one.permissions.join('+') || 'nothing'}`, one] as const);

/** The form as the pages read it: Trac's control names to a submission. */
function toSubmission(form: Form, version: number): Submission {
  const entries = Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== null);
  const pick = (prefix: string) =>
    entries.filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]);
  const boxes = pick('field_checkbox_');
  const fields = Object.fromEntries([
    ...boxes,
    ...pick('field_').filter(([key]) => !key?.startsWith('checkbox_')),
    ...entries.filter(([key]) => key === 'cc_update'),
  ]);
  return {
    action: form['action'] ?? undefined,
    fields,
    inputs: Object.fromEntries(entries.filter(([key]) => key.startsWith('action_'))),
    comment: form['comment'] ?? undefined,
    replyTo: form['replyto'] ?? undefined,
    // The recorded forms are right about it unless they say otherwise.
    basedOn: form['view_time'] === undefined ? version : versionOf(form['view_time'] ?? ''),
  };
}

/** Cases in which Trac is not followed, on purpose: docs/trac-differences.md, section Tickets. Here Tracts refuses. */
const isRefusedHere = (one: Case): boolean =>
  // Anyone may claim to be anyone in Trac; here a reporter other than oneself needs TICKET_ADMIN.
  one.case === 'reporter' && one.outcome === 'redirect' && !one.permissions.includes('TICKET_ADMIN');

const siteFor = (one: Case): Promise<TestSite> =>
  testSite({
    ini: RECORDED_FIELDS,
    grants: { [one.user]: one.permissions, setup: ['TICKET_ADMIN', 'MILESTONE_VIEW'], admin: ['TRAC_ADMIN'] },
  });
const attempt = async (site: TestSite, one: Case, id: number | undefined, submission: Submission) => {
  const isPreview = 'preview' in one.form;
  try {
    if (isPreview) {
      await site.as(one.user).run((ctx) => site.site.get(ITicketService).preview(ctx, id, submission));
      return { ok: false, applied: undefined, error: undefined };
    }
    const applied = await site.as(one.user).apply(id, submission);
    return { ok: applied.ok, applied, error: undefined };
  } catch (error) {
    return { ok: false, applied: undefined, error };
  }
};

test.each(named(read('post')))('post: %s', async (_name, one) => {
  await using site = await siteFor(one);
  const setup = site.as('setup');
  const { id } = await setup.fileTicket({
    summary: 'sum',
    description: 'desc',
    reporter: 'rep',
    owner: 'own',
    component: 'component1',
    milestone: 'milestone1',
    priority: 'major',
    box: '1',
  });
  await setup.submit(id, 'leave', {}, { comment: 'by other' });
  const before = await site.history(id);
  const { ok, error } = await attempt(site, one, id, toSubmission(one.form, 2));
  const rows = (await site.history(id))
    .slice(before.length)
    .flatMap((change) => [
      ['comment', `${change.replyTo ? `${change.replyTo}.` : ''}${change.number}`, change.comment || null],
      ...change.fields.map(({ field, old, new: after }) => [field, old || null, after || null]),
    ]);
  const outcome = error ? 'error' : ok ? 'redirect' : 'form shown again';
  const refused = isRefusedHere(one);
  const wanted = refused ? [] : one.new_rows.map((row) => row.slice(2));
  expect({ outcome, rows: rows.map(String).sort() }, JSON.stringify(one)).toEqual({
    outcome: refused ? 'form shown again' : one.outcome,
    rows: wanted.map(String).sort(),
  });
});

test.each(named(read('newticket')))('new ticket: %s', async (_name, one) => {
  await using site = await siteFor(one);
  const { ok, error, applied } = await attempt(site, one, undefined, toSubmission(one.form, 0));
  const outcome = error ? 'error' : ok ? 'redirect' : 'form shown again';
  expect(outcome, JSON.stringify(one)).toEqual(isRefusedHere(one) ? 'form shown again' : one.outcome);
  if (!applied?.id) return;
  const row = await site.run((ctx) => ctx.db('ticket').where({ id: applied.id }).first());
  const columns = [
    'type',
    'component',
    'severity',
    'priority',
    'owner',
    'reporter',
    'cc',
    'version',
    'milestone',
    'status',
    'resolution',
    'summary',
    'description',
    'keywords',
  ];
  const wanted = one.ticket?.[0] ?? [];
  expect([row.id, ...columns.map((name) => row[name])]).toEqual([wanted[0], wanted[1], ...wanted.slice(4)]);
  const custom = await site.run((ctx) => ctx.db('ticket_custom').where({ ticket: applied.id }).orderBy('name'));
  expect(custom.map(({ name, value }: { name: string; value: string | null }) => [name, value])).toEqual(one.ticket_custom);
});
