import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  type ActionSpec,
  component,
  INavigationContributor,
  IPermissionPolicy,
  ITemplateProvider,
  ITicketActionController,
  ITicketFieldProvider,
  ITicketManipulator,
  PermissionError,
} from '../../core/index.ts';
import { testSite } from '../../core/testing/index.ts';
import { ITicketPanelProvider } from '../../plugins/ticket-web/api.ts';
import { IWorkflowOperation } from '../../plugins/workflow/api.ts';
import { enter, visit } from '../support/visitor.ts';

const fail = (): never => {
  throw new Error('out of order');
};
const FILED = { field_summary: 'It broke', field_type: 'defect', submit: 'Create' };

/** A controller whose answer can be changed while the site runs. */
function controller(state: { answer: () => readonly ActionSpec[] }) {
  return component({ implements: [ITicketActionController], create: () => ({ getTicketActions: () => state.answer() }) });
}

test.each([
  ['throws', fail, 'out of order'],
  ['offers nothing at all', () => undefined as never, 'is not iterable'],
  ['offers null among actions', () => [{ name: 'good' }, null as never], 'it offered null in the place of an action'],
  ['offers an action without a name', () => [{} as never], 'it offered an action without a name'],
  ['offers an action that makes no sense', () => [{ name: 'x', changes: 'y' as never }], 'is no function'],
  ['asks for nonsense', () => [{ name: 'x', inputs: [null as never] }], 'has an input without a name or a type'],
])('a controller that %s is left out, and pages and other actions work', async (_how, answer, reason) => {
  await using site = await testSite({ plugins: { t: { Odd: controller({ answer }) } } });
  const [ann, admin] = [await enter(site, 'ann'), await enter(site, 'admin')];
  expect((await ann.get('/newticket')).statusCode).toBe(200);
  expect((await ann.post('/newticket', FILED)).headers.location).toBe('/ticket/1');
  const page = await ann.get('/ticket/1');
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain('value="leave"');
  expect(page.body).not.toContain('value="good"');
  const answered = await ann.post('/ticket/1', { action: 'leave', comment: 'Still here.', view_time: '1', submit: 'Submit' });
  expect(answered.statusCode).toBe(303);
  const about = (await admin.get('/about')).body;
  expect(about).toContain('The component t.Odd could not offer its actions: ');
  expect(about).toContain(reason);
  expect(about).toMatch(/\d+ times, last [^)]*; ticket 1, user ann\)/);
  expect((await admin.get('/prefs')).body).toContain('The component t.Odd could not offer its actions');
  expect((await ann.get('/prefs')).body).not.toContain('t.Odd');
});

test('what a controller had a hand in is refused while it fails, for it may have said no; the rest goes on', async () => {
  const state = { answer: (): readonly ActionSpec[] => [{ name: 'resolve', problems: () => [{ message: 'Not today.' }] }] };
  await using site = await testSite({ plugins: { t: { Guard: controller(state) } } });
  const { id } = await site.fileTicket({ summary: 'It broke' });
  const resolve = { resolution: 'fixed' };
  await expect(site.submit(id, 'resolve', resolve)).rejects.toThrow('Not today.');
  state.answer = fail;
  await expect(site.submit(id, 'resolve', resolve)).rejects.toThrow('A part of this site that may have a say in this failed');
  expect((await site.ticket(id))['status']).toBe('new');
  await site.submit(id, 'leave', {}, { comment: 'Later, then.' });
  state.answer = () => [];
  expect((await site.submit(id, 'resolve', resolve))['status']).toBe('closed');
});

const EXPLODING = `[ticket-workflow]
create = <none> -> new
leave = * -> *
leave.operations = leave_status
take = new -> assigned
boom = new -> closed
boom.operations = set_resolution, explode
`;

test('an operation that fails closes the actions that name it, and no others', async () => {
  let broken = true;
  const Explode = component({
    implements: [IWorkflowOperation],
    create: () => ({ name: 'explode', plan: () => (broken ? fail() : {}) }),
  });
  // It offers the same action, which must not be had without what the failed operation would have asked.
  const Also = controller({ answer: () => [{ name: 'boom', changes: () => ({ keywords: 'boom' }) }] });
  await using site = await testSite({ plugins: { t: { Explode, Also } }, ini: EXPLODING });
  const { id } = await site.fileTicket({ summary: 'It broke' });
  const [ann, admin] = [await enter(site, 'ann'), await enter(site, 'admin')];
  const page = await ann.get(`/ticket/${id}`);
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain('Not possible now: a part of this site that this action needs failed.');
  await expect(site.submit(id, 'boom', { resolution: 'fixed' })).rejects.toThrow('may have a say in this failed');
  expect((await site.submit(id, 'leave', {}, { comment: 'Here.' }))['status']).toBe('new');
  expect((await admin.get('/about')).body).toMatch(/The component t\.Explode could not plan its action: out of order \(/);
  broken = false;
  expect(await site.submit(id, 'boom', { resolution: 'fixed' })).toMatchObject({ status: 'closed', keywords: 'boom' });
});

test('an action that fails when it is applied stores nothing', async () => {
  const odd: ActionSpec = { name: 'odd', label: 'odd', changes: fail };
  const late: ActionSpec = { name: 'late', label: 'late', changes: () => ({ keywords: 'late' }), sideEffect: fail };
  await using site = await testSite({ plugins: { t: { Odd: controller({ answer: () => [odd, late] }) } } });
  const { id } = await site.fileTicket({ summary: 'It broke' });
  for (const action of ['odd', 'late']) await expect(site.submit(id, action)).rejects.toThrow('out of order');
  expect(await site.ticket(id)).toMatchObject({ keywords: '', rowVersion: 1 });
});

test('where a manipulator cannot prepare the form the page stands, and everything sent is refused', async () => {
  let broken = true;
  const Odd = component({
    implements: [ITicketManipulator],
    create: () => ({
      prepareTicket: (_ctx, form) => {
        if (broken) fail();
        form.withdraw('resolve');
      },
    }),
  });
  await using site = await testSite({ plugins: { t: { Odd } } });
  const [ann, admin] = [await enter(site, 'ann'), await enter(site, 'admin')];
  const empty = await ann.get('/newticket');
  expect(empty.statusCode).toBe(200);
  expect(empty.body).toContain('A part of this site that may have a say in this failed');
  const refused = await ann.post('/newticket', FILED);
  expect(refused.statusCode).toBe(422);
  expect(refused.body).toContain('A part of this site that may have a say in this failed');
  expect(refused.body).toContain('It broke');
  expect((await admin.get('/about')).body).toContain('The component t.Odd could not prepare the form: out of order');
  broken = false;
  expect((await ann.post('/newticket', FILED)).statusCode).toBe(303);
  broken = true;
  const page = await ann.get('/ticket/1');
  expect([page.statusCode, page.body.includes('may have a say in this failed')]).toEqual([200, true]);
  const reader = await visit(site);
  const seen = await reader.get('/ticket/1');
  expect([seen.statusCode, seen.body.includes('may have a say in this failed')]).toEqual([200, false]);
  await expect(site.submit(1, 'resolve', { resolution: 'fixed' })).rejects.toThrow('may have a say');
});

test('a manipulator that fails at judging refuses, and so does one that says no while the form is built', async () => {
  let refuse: (() => never) | undefined;
  const Strict = component({
    implements: [ITicketManipulator],
    create: () => ({ prepareTicket: () => refuse?.(), validateTicket: fail }),
  });
  await using site = await testSite({ plugins: { t: { Strict } } });
  const ann = await enter(site, 'ann');
  expect((await ann.post('/newticket', FILED)).statusCode).toBe(500);
  await expect(site.ticket(1)).rejects.toThrow();
  expect((await (await enter(site, 'admin')).get('/about')).body).toMatch(
    /The component t\.Strict could not judge a change and refuses: out of order \([^)]*ticket new, user ann\)/,
  );
  refuse = () => {
    throw new PermissionError('TICKET_CREATE', 'file tickets on Sundays');
  };
  const answer = await ann.get('/newticket');
  expect(answer.statusCode).toBe(403);
  expect(answer.body).toContain('file tickets on Sundays');
});

test.each([
  ['throws', fail],
  ['is no panel', () => [null as never]],
  ['has a place that there is not', () => [{ template: 'x.njk', title: 'X', place: 'above' as never, data: {} }]],
])('a panel that %s is left out and its component named', async (_how, getTicketPanels) => {
  const Odd = component({ implements: [ITicketPanelProvider], create: () => ({ getTicketPanels }) });
  await using site = await testSite({ plugins: { t: { Odd } } });
  const { id } = await site.fileTicket({ summary: 'It broke' });
  const admin = await enter(site, 'admin');
  expect((await admin.get(`/ticket/${id}`)).statusCode).toBe(200);
  expect((await admin.get('/about')).body).toMatch(
    /The component t\.Odd could not make its panels: [^(]*\([^)]*ticket 1, user admin\)/,
  );
});

test.each([
  ['in the page', 'below', undefined, true],
  ['by a macro', 'aside', 'draw', true],
  ['in the head, where nothing can be said', 'head', undefined, false],
  ['by a macro that is not there', 'tools', 'none', true],
] as const)(
  'a panel that cannot be drawn %s leaves the page as it is, and its component is named',
  async (_how, place, macro, says) => {
    const dir = mkdtempSync(path.join(tmpdir(), 'tracts-panels-'));
    writeFileSync(path.join(dir, 'odd.njk'), '{% macro draw(data) %}{{ data.nothing }}{% endmacro %}');
    writeFileSync(path.join(dir, 'plain.njk'), '{{ panel.data.nothing }}');
    const template = macro === undefined ? 'plain.njk' : 'odd.njk';
    const panel = { template, title: 'Odd', place, data: {}, ...(macro === undefined ? {} : { macro }) };
    const Odd = component({
      implements: [ITicketPanelProvider, ITemplateProvider],
      create: () => ({ getTicketPanels: () => [panel], getTemplateDirs: () => [dir] }),
    });
    await using site = await testSite({ plugins: { t: { Odd } } });
    const { id } = await site.fileTicket({ summary: 'It broke' });
    const admin = await enter(site, 'admin');
    for (const _again of [1, 2, 3]) {
      const page = await admin.get(`/ticket/${id}`);
      expect([page.statusCode, page.body.includes('This part of the page failed.')]).toEqual([200, says]);
      expect(page.body).toContain('value="Submit changes"');
    }
    expect((await admin.get('/about')).body).toMatch(/The component t\.Odd could not draw its panel: .*3 times/s);
  },
);

test.each([
  ['throws', fail],
  ['gives null', () => [null as never]],
  ['leads nowhere', () => [{ menu: 'main', name: 'x', label: 'X' } as never]],
])('a menu entry that %s is left out and its component named', async (_how, getNavigationItems) => {
  const Odd = component({ implements: [INavigationContributor], create: () => ({ getNavigationItems }) });
  await using site = await testSite({ plugins: { t: { Odd } } });
  const admin = await enter(site, 'admin');
  const page = await admin.get('/about');
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain('View Tickets');
  expect((await admin.get('/about')).body).toContain('The component t.Odd could not offer its menu entries: ');
});

test('a field provider that fails later is stood in for by its last fields; policies go by them as before', async () => {
  let broken: (() => never) | undefined;
  const Shy = component({
    implements: [ITicketFieldProvider, IPermissionPolicy],
    create: () => ({
      getTicketFields: () => broken?.() ?? [{ name: 'shy', type: 'checkbox', label: 'Shy' }],
      checkPermission: (permission, { user }, resource) => {
        const { object } = resource ?? {};
        const { values } = (object ?? {}) as { values?: Record<string, unknown> };
        return permission === 'TICKET_VIEW' && values?.['shy'] === '1' && user.name !== 'reporter' ? false : undefined;
      },
    }),
  });
  const ini = '[trac]\npermission_policies = Shy, DefaultTicketPolicy, DefaultPermissionPolicy\n';
  await using site = await testSite({ plugins: { t: { Shy } }, ini });
  const { id } = await site.fileTicket({ summary: 'It broke', shy: '1' });
  const [ann, admin] = [await enter(site, 'ann'), await enter(site, 'admin')];
  expect((await ann.get(`/ticket/${id}`)).statusCode).toBe(403);
  broken = fail;
  expect((await ann.get(`/ticket/${id}`)).statusCode).toBe(403);
  const own = await (await enter(site, 'reporter')).get(`/ticket/${id}`);
  expect([own.statusCode, own.body.includes('Shy')]).toEqual([200, true]);
  expect((await admin.get('/about')).body).toContain(
    'The component t.Shy could not give its fields, those it gave before stand in: out of order',
  );
});

test.each([
  ['throws', fail],
  ['gives null', () => [null as never]],
  ['gives options that are none', () => [{ name: 'x', type: 'select', options: 'abc' as never }]],
])('a field provider that %s from the start is off altogether, and its policy with it refuses', async (_how, getTicketFields) => {
  const Odd = component({ implements: [ITicketFieldProvider], create: () => ({ getTicketFields }) });
  await using site = await testSite({ plugins: { t: { Odd } } });
  const { id } = await site.fileTicket({ summary: 'It broke' });
  const admin = await enter(site, 'admin');
  expect((await admin.get(`/ticket/${id}`)).statusCode).toBe(200);
  expect((await admin.get('/about')).body).toContain('component t.Odd is left out: It cannot give its fields: ');

  const Guard = component({
    implements: [ITicketFieldProvider, IPermissionPolicy],
    create: () => ({ getTicketFields, checkPermission: () => undefined }),
  });
  const ini = '[trac]\npermission_policies = Guard, DefaultTicketPolicy, DefaultPermissionPolicy\n';
  await using other = await testSite({ plugins: { t: { Guard } }, ini });
  expect((await (await enter(other, 'admin')).get('/newticket')).statusCode).toBe(403);
});

test('a controller that cannot tell its statuses is off, and the fields of tickets are there', async () => {
  const Odd = component({
    implements: [ITicketActionController],
    create: () => ({ getTicketActions: () => [], getAllStatus: fail }),
  });
  await using site = await testSite({ plugins: { t: { Odd } } });
  expect((await site.fileTicket({ summary: 'It broke' }))['status']).toBe('new');
  expect(site.site.diagnoses()).toContainEqual(expect.objectContaining({ component: 't.Odd' }));
});
