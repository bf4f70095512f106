import { ISiteHealth } from 'tracts';
import { testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import { enter } from '../../tests/support/visitor.ts';
import * as plugin from './code-review.ts';

const plugins = { 'code-review': plugin };
const ini = `[ticket-workflow]
create = <none> -> new
submit = new, in_work -> in_review
review = in_review -> *
review.operations = code_review
review.code_review = approve -> in_qa, reject -> in_work
review.permissions = TICKET_MODIFY
`;
const fields = { summary: 'Patch', owner: 'alice' };

test('each verdict leads to its status', async () => {
  await using site = await testSite({ plugins, ini });
  const { id } = await site.as('admin').fileTicket(fields);
  for (const [verdict, status] of [
    ['reject', 'in_work'],
    ['approve', 'in_qa'],
  ] as const) {
    await site.submit(id, 'submit');
    await site.as('bob').submit(id, 'review', { verdict });
    expect(await site.ticket(id)).toMatchObject({ status, owner: 'alice' });
  }
});

test('the owner does not review himself', async () => {
  await using site = await testSite({ plugins, ini });
  const { id } = await site.as('admin').fileTicket(fields);
  await site.submit(id, 'submit');
  expect([...(await site.as('alice').form(id)).actions.keys()]).not.toContain('review');
  expect([...(await site.as('bob').form(id)).actions.keys()]).toContain('review');
  await expect(site.as('alice').submit(id, 'review', { verdict: 'approve' })).rejects.toThrow('“review” is not available');
});

test.each(['', 'maybe', 'Approve', 'in_qa', 'approve -> in_qa'])('the verdict “%s” is none and refused', async (verdict) => {
  await using site = await testSite({ plugins, ini });
  const { id } = await site.as('admin').fileTicket(fields);
  await site.submit(id, 'submit');
  const applied = await site.as('bob').apply(id, { action: 'review', inputs: { verdict } });
  expect(applied.problems.map(({ field }) => field)).toEqual(['action_review_verdict']);
  expect(await site.ticket(id)).toMatchObject({ status: 'in_review' });
});

test('a verdict has to be given', async () => {
  await using site = await testSite({ plugins, ini });
  const { id } = await site.as('admin').fileTicket(fields);
  await site.submit(id, 'submit');
  expect((await site.as('bob').apply(id, { action: 'review' })).ok).toBe(false);
});

test('who lacks the permission of the action is not offered it', async () => {
  const grants = { anonymous: ['TICKET_VIEW', 'TICKET_CREATE'], dev: ['TICKET_MODIFY'] };
  await using site = await testSite({ plugins, ini, grants });
  const { id } = await site.as('dev').fileTicket(fields);
  await site.as('dev').submit(id, 'submit');
  await expect(site.as('guest').submit(id, 'review', { verdict: 'approve' })).rejects.toThrow('is not available');
});

test('the statuses of its verdicts are statuses of the workflow', async () => {
  await using site = await testSite({ plugins, ini });
  const { fields: known } = await site.form();
  expect(known.get('status')?.options).toEqual(['in_qa', 'in_review', 'in_work', 'new']);
});

test.each(['approve', 'approve -> ', ''])('the verdicts “%s” are reported with their line', async (verdicts) => {
  await using site = await testSite({ plugins, ini: ini.replace('approve -> in_qa, reject -> in_work', verdicts) });
  const found = site.site.get(ISiteHealth).diagnoses();
  expect(found).toContainEqual(
    expect.objectContaining({ severity: 'error', remedy: 'Example: approve -> in_qa, reject -> in_work' }),
  );
});

test('in the page the verdict is a choice beside the action', async () => {
  await using site = await testSite({ plugins, ini });
  const { id } = await site.as('admin').fileTicket(fields);
  await site.submit(id, 'submit');
  const [alice, bob] = [await enter(site, 'alice'), await enter(site, 'bob')];
  expect((await alice.get(`/ticket/${id}`)).body).not.toContain('action_review_verdict');
  const page = (await bob.get(`/ticket/${id}`)).body;
  expect(page).toMatch(/<select[^>]*name="action_review_verdict"/);
  const send = (verdict: string) =>
    bob.post(`/ticket/${id}`, { action: 'review', action_review_verdict: verdict, submit: 'Submit' });
  expect((await send('maybe')).statusCode).toBe(422);
  expect((await send('approve')).statusCode).toBe(303);
  expect((await bob.get(`/ticket/${id}`)).body).toContain('(in_qa)');
});
