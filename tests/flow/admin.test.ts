import { expect, test } from 'vitest';
import { component } from '../../core/kernel/component.ts';
import { IGrants } from '../../core/security/extension-points.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { IAdminPanelProvider } from '../../core/web/extension-points.ts';
import { enter, PASSWORD, visit } from '../support/visitor.ts';

const grantsOf = async (site: TestSite, name: string): Promise<readonly string[]> =>
  site
    .as('admin')
    .run(async (ctx) =>
      (await site.site.get(IGrants).list(ctx)).filter(({ subject }) => subject === name).map(({ action }) => action),
    );
const linkIn = (body: string): string => /https?:\/\/[^"]*(\/invite\/[\w-]+)/.exec(body)?.[1] ?? '';

test('an administrator invites somebody by a link that works once and gives the groups', async () => {
  await using site = await testSite();
  const admin = await enter(site, 'admin');
  const made = await admin.post('/admin/users', {
    step: 'invite',
    name: 'bob',
    full_name: 'Bob',
    email: '',
    groups: 'developers, qa',
  });
  expect(made.statusCode).toBe(200);
  const link = linkIn(made.body);
  expect(made.body).toContain('http://localhost');
  expect((await admin.get('/admin/users')).body).not.toContain(link);
  expect((await admin.get('/admin/users')).body).toContain('invited');
  const bob = visit(site);
  expect((await bob.post('/login', { user: 'bob', password: '' })).statusCode).toBe(422);
  expect((await bob.get(link)).body).toContain('<strong>bob</strong>');
  const used = await bob.post(link, { full_name: 'Bob B.', email: 'b@example.org', password: PASSWORD, password2: PASSWORD });
  expect(used.headers.location).toBe('/');
  expect(await grantsOf(site, 'bob')).toEqual(['developers', 'qa']);
  expect((await bob.get('/prefs')).body).toContain('Bob B.');
  expect((await visit(site).get(link)).statusCode).toBe(404);
});

test('a name that is taken or a group that cannot be comes back next to its field', async () => {
  await using site = await testSite();
  const admin = await enter(site, 'admin');
  const invite = (fields: Record<string, string>) =>
    admin.post('/admin/users', { step: 'invite', name: 'new', full_name: 'Kept', email: '', groups: '', ...fields });
  const taken = await invite({ name: 'admin' });
  expect([taken.statusCode, taken.body.includes('id="problem-name"'), taken.body.includes('value="Kept"')]).toEqual([
    422,
    true,
    true,
  ]);
  expect((await invite({ groups: 'NO_SUCH_RIGHT' })).body).toContain('id="problem-groups"');
  expect((await invite({ groups: 'authenticated' })).body).toContain('id="problem-groups"');
});

test('a reset link sets a new password and ends every session', async () => {
  await using site = await testSite();
  const [admin, ann] = [await enter(site, 'admin'), await enter(site, 'ann')];
  const link = linkIn((await admin.post('/admin/users', { step: 'reset', user: 'ann' })).body);
  const elsewhere = visit(site);
  expect((await elsewhere.get(link)).body).toContain('Set a new password');
  const answer = await elsewhere.post(link, { password: 'a new long password', password2: 'a new long password' });
  expect(answer.headers.location).toBe('/');
  expect((await ann.get('/prefs')).statusCode).toBe(303);
  expect((await elsewhere.get('/prefs')).statusCode).toBe(200);
});

test('a disabled account is out at once and stays out', async () => {
  await using site = await testSite();
  const [admin, ann] = [await enter(site, 'admin'), await enter(site, 'ann')];
  await admin.post('/admin/users', { step: 'disable', user: 'ann' });
  expect((await ann.get('/prefs')).statusCode).toBe(303);
  expect((await ann.post('/login', { user: 'ann', password: PASSWORD })).statusCode).toBe(422);
  await admin.post('/admin/users', { step: 'enable', user: 'ann' });
  expect((await ann.post('/login', { user: 'ann', password: PASSWORD })).statusCode).toBe(303);
  await admin.post('/admin/users', { step: 'disable', user: 'admin' });
  expect((await admin.get('/admin/users')).body).toContain('You cannot disable your own account.');
});

test('an administrator sees and ends the sessions of others', async () => {
  await using site = await testSite();
  const [admin, ann] = [await enter(site, 'admin'), await enter(site, 'ann')];
  const page = await admin.get('/admin/users?user=ann');
  const session = /name="session" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  expect(session).not.toBe('');
  expect((await admin.post('/admin/users', { step: 'end', user: 'ann', session })).statusCode).toBe(303);
  expect((await ann.get('/prefs')).statusCode).toBe(303);
  expect((await admin.get('/admin/users?user=nobody')).statusCode).toBe(404);
  expect((await admin.post('/admin/users', { step: 'end', user: 'nobody', session })).statusCode).toBe(404);
  expect((await admin.post('/admin/users', { step: 'conquer' })).statusCode).toBe(404);
});

test('permissions and groups are given and taken away', async () => {
  await using site = await testSite();
  const admin = await enter(site, 'admin');
  const give = (subject: string, action: string) => admin.post('/admin/users', { step: 'grant', subject, action });
  expect((await give('ann', 'TICKET_ADMIN')).statusCode).toBe(303);
  expect((await give('ann', 'developers')).statusCode).toBe(303);
  expect(await grantsOf(site, 'ann')).toEqual(['TICKET_ADMIN', 'developers']);
  for (const [subject, action, field] of [
    ['', 'TICKET_ADMIN', 'subject'],
    ['TICKET_VIEW', 'TICKET_ADMIN', 'subject'],
    ['an n', 'TICKET_ADMIN', 'subject'],
    ['ann', '', 'action'],
    ['ann', 'NO_SUCH', 'action'],
    ['ann', 'ann', 'action'],
    ['ann', 'anonymous', 'action'],
  ] as const) {
    const answer = await give(subject, action);
    expect([subject, action, answer.statusCode, answer.body.includes(`id="problem-${field}"`)]).toEqual([
      subject,
      action,
      422,
      true,
    ]);
  }
  await admin.post('/admin/users', { step: 'revoke', subject: 'ann', action: 'TICKET_ADMIN' });
  expect(await grantsOf(site, 'ann')).toEqual(['developers']);
});

test('a star takes nothing away, and nobody takes TRAC_ADMIN from themselves', async () => {
  await using site = await testSite();
  const admin = await enter(site, 'admin');
  for (const [subject, action] of [
    ['*', '*'],
    ['*', 'TRAC_ADMIN'],
    ['admin', '*'],
    ['admin', 'TRAC_ADMIN'],
    ['ann', 'TICKET_VIEW'],
  ] as const)
    await admin.post('/admin/users', { step: 'revoke', subject, action });
  expect(await grantsOf(site, 'admin')).toEqual(['TRAC_ADMIN']);
  expect(await grantsOf(site, 'authenticated')).not.toEqual([]);
});

test('nobody gives or takes what they do not hold, by permission or by group', async () => {
  const grants = {
    ann: ['PERMISSION_ADMIN', 'TICKET_VIEW'],
    boss: ['TRAC_ADMIN'],
    chiefs: ['TRAC_ADMIN'],
    readers: ['TICKET_VIEW'],
  };
  await using site = await testSite({ grants });
  const ann = await enter(site, 'ann');
  const step = (name: string, subject: string, action: string) => ann.post('/admin/users', { step: name, subject, action });
  for (const action of ['TRAC_ADMIN', 'TICKET_ADMIN', 'chiefs'])
    expect((await step('grant', 'ann', action)).statusCode).toBe(422);
  expect((await step('grant', 'bob', 'readers')).statusCode).toBe(303);
  expect((await step('grant', 'bob', 'TICKET_VIEW')).statusCode).toBe(303);
  await step('revoke', 'boss', 'TRAC_ADMIN');
  expect(await grantsOf(site, 'boss')).toEqual(['TRAC_ADMIN']);
  await step('revoke', 'bob', 'readers');
  expect(await grantsOf(site, 'bob')).toEqual(['TICKET_VIEW']);
});

test('who only grants sees no accounts and cannot make links into them', async () => {
  await using site = await testSite({ grants: { ann: ['PERMISSION_GRANT'], bob: ['TRAC_ADMIN'] } });
  const ann = await enter(site, 'ann');
  await enter(site, 'bob');
  const page = await ann.get('/admin/users');
  expect(page.statusCode).toBe(200);
  expect(page.body).not.toContain('accounts-heading');
  expect((await ann.get('/admin/users?user=bob')).statusCode).toBe(403);
  for (const name of ['invite', 'reset', 'disable', 'end'])
    expect((await ann.post('/admin/users', { step: name, user: 'bob', name: 'x' })).statusCode).toBe(403);
  expect((await ann.post('/admin/users', { step: 'revoke', subject: 'bob', action: 'TRAC_ADMIN' })).statusCode).toBe(303);
  expect(await grantsOf(site, 'bob')).toEqual(['TRAC_ADMIN']);
});

test('the administration pages are closed to everybody else and absent from their menu', async () => {
  await using site = await testSite();
  const ann = await enter(site, 'ann');
  for (const url of ['/admin', '/admin/users']) expect((await ann.get(url)).statusCode).toBe(403);
  expect((await ann.get('/about')).body).not.toContain('href="/admin"');
  expect((await visit(site).get('/admin')).statusCode).toBe(403);
  expect((await ann.post('/admin/users', { step: 'grant', subject: 'ann', action: 'TRAC_ADMIN' })).statusCode).toBe(403);
});

test('a plugin adds a panel, found from the list and framed by the menu of panels', async () => {
  const GreetingPanel = component({
    implements: [IAdminPanelProvider],
    create: () => ({
      getAdminPanels: () => [
        {
          category: 'greeting',
          page: 'words',
          label: 'Greeting',
          requires: 'TRAC_ADMIN',
          show: () => ({ template: 'admin/layout.njk', data: {} }),
        },
      ],
    }),
  });
  await using site = await testSite({ plugins: [{ GreetingPanel }] });
  const admin = await enter(site, 'admin');
  expect((await admin.get('/admin')).body).toContain('href="/admin/greeting/words"');
  const panel = await admin.get('/admin/greeting/words');
  expect(panel.body).toContain('<title>Greeting – Admin');
  expect(panel.body).toContain('href="/admin/users"');
  expect((await admin.post('/admin/greeting/words')).statusCode).toBe(404);
  expect((await admin.get('/admin/greeting')).statusCode).toBe(404);
});
