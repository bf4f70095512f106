import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  AdjunctError,
  IAdjunctService,
  IEnvironment,
  ITicketAdjunctChangeListener,
  ITicketAdjunctContributor,
} from '../../core/index.ts';
import { component } from '../../core/kernel/component.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { eachDialect } from '../support/databases.ts';
import { serveSite } from '../support/served-site.ts';
import { enter, type Visitor } from '../support/visitor.ts';

const GRANTS = {
  anonymous: ['TICKET_VIEW', 'MILESTONE_VIEW'],
  authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'],
  admin: ['TRAC_ADMIN'],
  boss: ['TICKET_ADMIN'],
  planner: ['MILESTONE_CREATE', 'MILESTONE_MODIFY'],
};
const PANELS = ['components', 'milestones', 'versions', 'priorities', 'severities', 'types', 'resolutions', 'keywords'] as const;
const HOSTILE = `"><script>alert(1)</script>{{7*7}} ' & %2F?value=x`;

const namesOf = (site: TestSite, type: Parameters<IAdjunctService['list']>[1]): Promise<string[]> =>
  site.as('admin').run(async (ctx) => (await site.site.get(IAdjunctService).list(ctx, type)).map(({ name }) => name));
const post = (visitor: Visitor, page: string, step: string, fields: Record<string, string> = {}) =>
  visitor.post(`/admin/ticket/${page}`, { step, ...fields });

describe.each(PANELS)('/admin/ticket/%s', (page) => {
  test('adds a value, shows it, renames it and deletes it', async () => {
    await using site = await testSite({ grants: GRANTS });
    const boss = await enter(site, 'boss');
    expect((await boss.get(`/admin/ticket/${page}`)).statusCode).toBe(200);
    expect((await post(boss, page, 'add', { name: ' brand-new ', description: 'What <it> is' })).statusCode).toBe(303);
    const list = await boss.get(`/admin/ticket/${page}`);
    expect(list.body).toContain('What &lt;it&gt; is');
    const value = await boss.get(`/admin/ticket/${page}?value=brand-new`);
    expect([value.statusCode, value.body.includes('<h1>brand-new</h1>')]).toEqual([200, true]);
    expect((await post(boss, page, 'save', { value: 'brand-new', name: 'renamed', description: '' })).statusCode).toBe(303);
    expect((await boss.get(`/admin/ticket/${page}?value=brand-new`)).statusCode).toBe(404);
    expect((await boss.get(`/admin/ticket/${page}?value=renamed&delete=1`)).body).toContain('Delete renamed?');
    expect((await post(boss, page, 'delete', { value: 'renamed' })).statusCode).toBe(303);
    expect((await boss.get(`/admin/ticket/${page}`)).body).not.toContain('renamed</a>');
  });

  test('a name that cannot be comes back at its field with what was typed', async () => {
    await using site = await testSite({ grants: GRANTS });
    const boss = await enter(site, 'boss');
    const refused = await post(boss, page, 'add', { name: '  ', description: 'kept text' });
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain('id="problem-name"');
    expect(refused.body).toContain('kept text</textarea>');
  });

  test('is for administrators alone, with a valid form token', async () => {
    await using site = await testSite({ grants: GRANTS });
    const [ann, boss] = [await enter(site, 'ann'), await enter(site, 'boss')];
    expect((await ann.get(`/admin/ticket/${page}`)).statusCode).toBe(403);
    expect((await post(ann, page, 'add', { name: 'x' })).statusCode).toBe(403);
    boss.cookies.set('trac_form_token', 'forged');
    expect((await post(boss, page, 'add', { name: 'forged' })).statusCode).toBeGreaterThanOrEqual(400);
    const admin = await enter(site, 'admin');
    expect((await admin.get(`/admin/ticket/${page}`)).body).not.toContain('forged');
    expect((await post(admin, page, 'conquer')).statusCode).toBe(404);
  });

  test('a hostile name is text wherever it appears, and its links lead to it', async () => {
    if (page === 'keywords') return hostileKeyword();
    await using site = await testSite({ grants: GRANTS });
    const boss = await enter(site, 'boss');
    expect((await post(boss, page, 'add', { name: HOSTILE, description: HOSTILE })).statusCode).toBe(303);
    const list = await boss.get(`/admin/ticket/${page}`);
    expect(list.body).not.toContain('<script>alert');
    expect(list.body).not.toContain('49 ');
    const links = [...list.body.matchAll(/href="(\/admin\/ticket\/[a-z]+\?value=[^"]*)"/g)].map(([, href = '']) =>
      href.replaceAll('&amp;', '&').replaceAll('&#39;', "'"),
    );
    const own = links.find((href) => href.includes('script')) ?? '';
    const value = await boss.get(own);
    expect([value.statusCode, value.body.includes('<script>alert')]).toEqual([200, false]);
    expect((await boss.get(`${own}&delete=1`)).body).not.toContain('<script>alert');
    expect((await post(boss, page, 'delete', { value: HOSTILE })).statusCode).toBe(303);
  });
});

async function hostileKeyword(): Promise<void> {
  await using site = await testSite({ grants: GRANTS });
  const boss = await enter(site, 'boss');
  expect((await post(boss, 'keywords', 'add', { name: HOSTILE })).statusCode).toBe(422);
  expect((await post(boss, 'keywords', 'add', { name: '"><script>alert(1)</script>' })).statusCode).toBe(303);
  expect((await boss.get('/admin/ticket/keywords')).body).not.toContain('<script>alert');
}

eachDialect((fresh) => {
  test('deleting asks what becomes of the tickets, says how many there are, and does it', async () => {
    await using site = await testSite({ grants: GRANTS, database: await fresh() });
    const boss = await enter(site, 'boss');
    for (const summary of ['a', 'b']) await site.fileTicket({ summary, component: 'component1' });
    const question = await boss.get('/admin/ticket/components?value=component1&delete=1');
    expect(question.body).toContain('<strong>2</strong> tickets have this component');
    const address = '/admin/ticket/components?value=component1&delete=1';
    const unclear = await boss.post(address, { step: 'delete', value: 'component1', tickets: 'move', target: '' });
    expect([unclear.statusCode, unclear.body.includes('id="problem-target"')]).toEqual([422, true]);
    const done = await boss.post(address, { step: 'delete', value: 'component1', tickets: 'move', target: 'component2' });
    expect(done.statusCode).toBe(303);
    expect((await site.ticket(1))['component']).toBe('component2');
    expect((await site.history(2))[0]).toMatchObject({ author: 'boss', via: 'web', action: 'delete component' });
  });

  test('completing a milestone moves its open tickets on', async () => {
    await using site = await testSite({ grants: GRANTS, database: await fresh() });
    const planner = await enter(site, 'planner');
    const { id } = await site.fileTicket({ summary: 'a', milestone: 'milestone1' });
    expect((await planner.get('/admin/ticket/milestones?value=milestone1')).body).toContain('Move the open tickets (1) on');
    const form = { value: 'milestone1', name: 'milestone1', due: '', completed: '2026-03-01T10:00', description: '' };
    expect((await post(planner, 'milestones', 'save', { ...form, retarget: 'on', target: 'milestone2' })).statusCode).toBe(303);
    expect((await site.ticket(id))['milestone']).toBe('milestone2');
    const list = await planner.get('/admin/ticket/milestones');
    expect(list.body).toContain('2026-03-01 10:00');
    const wrong = await post(planner, 'milestones', 'save', { ...form, due: 'soon' });
    expect([wrong.statusCode, wrong.body.includes('id="problem-due"')]).toEqual([422, true]);
  });

  test('what a plugin refuses is undone, and told on the page', async () => {
    const Veto = component({
      implements: [ITicketAdjunctChangeListener],
      create: () => ({
        adjunctRenamed: () => {
          throw new AdjunctError('name', 'This name stays.');
        },
      }),
    });
    await using site = await testSite({ grants: GRANTS, plugins: { veto: { Veto } }, database: await fresh() });
    const boss = await enter(site, 'boss');
    const refused = await post(boss, 'versions', 'save', { value: '1.0', name: '1.0.0', description: 'changed', time: '' });
    expect([refused.statusCode, refused.body.includes('This name stays.')]).toEqual([422, true]);
    expect(await namesOf(site, 'version')).toEqual(['2.0', '1.0']);
    expect((await boss.get('/admin/ticket/versions?value=1.0')).body).not.toContain('changed</textarea>');
  });
});

test('buttons move a value up and down', async () => {
  await using site = await testSite({ grants: GRANTS });
  const boss = await enter(site, 'boss');
  await post(boss, 'types', 'up', { value: 'task' });
  expect(await namesOf(site, 'ticket_type')).toEqual(['defect', 'task', 'enhancement']);
  await post(boss, 'types', 'down', { value: 'defect' });
  expect(await namesOf(site, 'ticket_type')).toEqual(['task', 'defect', 'enhancement']);
  await post(boss, 'types', 'up', { value: 'task' });
  expect(await namesOf(site, 'ticket_type')).toEqual(['task', 'defect', 'enhancement']);
});

test('two values are merged, and not into what is not there', async () => {
  await using site = await testSite({ grants: GRANTS });
  const boss = await enter(site, 'boss');
  await site.fileTicket({ summary: 'a', priority: 'minor' });
  expect((await post(boss, 'priorities', 'merge', { value: 'minor', into: 'gone' })).body).toContain('id="problem-into"');
  expect((await post(boss, 'priorities', 'merge', { value: 'minor', into: 'trivial' })).statusCode).toBe(303);
  expect((await site.ticket(1))['priority']).toBe('trivial');
});

test('MILESTONE_* open the milestones and nothing more, each its own deed', async () => {
  await using site = await testSite({ grants: GRANTS });
  const planner = await enter(site, 'planner');
  expect((await planner.get('/admin')).body).toContain('/admin/ticket/milestones');
  expect((await planner.get('/admin')).body).not.toContain('/admin/ticket/components');
  expect((await post(planner, 'milestones', 'add', { name: 'next' })).statusCode).toBe(303);
  expect((await post(planner, 'milestones', 'delete', { value: 'next' })).statusCode).toBe(403);
  expect((await post(planner, 'milestones', 'merge', { value: 'next', into: 'milestone1' })).statusCode).toBe(403);
  expect((await post(planner, 'milestones', 'default', { default: 'next' })).statusCode).toBe(403);
  expect((await planner.get('/admin/ticket/milestones')).body).not.toContain('Save the default');
});

test('what a plugin contributes is shown with its name and offers no way to change it', async () => {
  const Cloud = component({
    implements: [ITicketAdjunctContributor],
    create: () => ({ getAdjuncts: (type) => (type === 'severity' ? [{ name: 'mild', description: 'From afar' }] : []) }),
  });
  await using site = await testSite({ grants: GRANTS, plugins: { cloud: { Cloud } } });
  const boss = await enter(site, 'boss');
  expect((await boss.get('/admin/ticket/severities')).body).toContain('from cloud.Cloud');
  const value = await boss.get('/admin/ticket/severities?value=mild');
  expect(value.body).toContain('cloud.Cloud contributes this severity');
  expect(value.body).not.toContain('name="step" value="save"');
  expect((await post(boss, 'severities', 'delete', { value: 'mild' })).statusCode).toBe(422);
});

/** A form posted to a site that is served. */
async function send(
  site: Awaited<ReturnType<typeof serveSite>>,
  path: string,
  fields: Record<string, string>,
): Promise<Response> {
  const cookies = await site.cookiesOf('admin');
  const token = cookies.find(({ name }) => name === 'trac_form_token')?.value ?? '';
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const body = new URLSearchParams({ __FORM_TOKEN: token, ...fields });
  return fetch(site.url + path, { method: 'POST', body, headers: { cookie, origin: site.url }, redirect: 'manual' });
}

test('the default goes into trac.ini, where comments stay, and follows a rename and a merge', async () => {
  await using site = await serveSite({ ini: '[ticket]\n# what most are\ndefault_priority = minor ; really\n' });
  await site.addPerson('admin', 'Ada', ['TRAC_ADMIN']);
  const file = (): string => readFileSync(site.service.site.get(IEnvironment).configFile, 'utf8');
  expect((await send(site, '/admin/ticket/priorities', { step: 'default', default: 'major' })).status).toBe(303);
  expect(file()).toContain('# what most are\ndefault_priority = major');
  expect((await send(site, '/admin/ticket/priorities', { step: 'default', default: 'gone' })).status).toBe(422);
  await send(site, '/admin/ticket/priorities', { step: 'save', value: 'major', name: 'normal', description: '' });
  expect(file()).toContain('default_priority = normal\n');
  await send(site, '/admin/ticket/priorities', { step: 'merge', value: 'normal', into: 'trivial' });
  expect(file()).toContain('default_priority = trivial\n');
  await send(site, '/admin/ticket/types', { step: 'save', value: 'defect', name: 'bug', description: '' });
  expect(file()).toContain('default_type = bug\n');
  await site.service.reload();
  expect(await site.submit('admin', undefined, { fields: { summary: 'x' } })).toBe(1);
  await site.run('admin', async (ctx) => {
    const [row] = await ctx.db('ticket').select('type', 'priority');
    expect(row).toEqual({ type: 'bug', priority: 'trivial' });
  });
});
