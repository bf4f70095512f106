import { expect, test } from 'vitest';
import { IOneTimeLinks, ISessionService } from '../../core/security/extension-points.ts';
import { testSite } from '../../core/testing/index.ts';
import { makeEnvironment } from '../support/served.ts';
import { enter, PASSWORD } from '../support/visitor.ts';

const PAGES = [
  '/',
  '/about',
  '/prefs',
  '/admin',
  '/admin/users',
  '/admin/users?user=ann',
  '/admin/users?user=root',
  '/logout',
  '/none',
];

test('no page shows a password, its hash, the secret of a session or a link that was not just made', async () => {
  await using site = await testSite({ grants: { anonymous: ['TICKET_VIEW'], root: ['TRAC_ADMIN'] } });
  const [root, ann] = [await enter(site, 'root'), await enter(site, 'ann')];
  const link = await site
    .as('root')
    .run((ctx) => site.site.get(IOneTimeLinks).issue(ctx, { purpose: 'reset', account: 'ann', grants: [] }));
  const hashes = await site
    .as('root')
    .run(async ({ db }) => (await db('account').select('password')).map(({ password }) => String(password)));
  const secrets = [PASSWORD, link, ...hashes, ...[root, ann].map(({ cookies }) => cookies.get('trac_auth') ?? 'none')];
  expect(secrets.every((secret) => secret.length > 15)).toBe(true);
  const others = ann.cookies.get('trac_form_token') ?? 'none';
  for (const url of PAGES) {
    const { body } = await root.get(url);
    expect([url, [...secrets, others].filter((secret) => body.includes(secret))]).toEqual([url, []]);
  }
  const made = await root.post('/admin/users', { step: 'reset', user: 'ann' });
  expect(secrets.filter((secret) => made.body.includes(secret))).toEqual([]);
  expect(made.headers['cache-control']).toMatch(/no-store|no-cache/);
});

test('what names a session on a page opens none', async () => {
  await using site = await testSite({ grants: { root: ['TRAC_ADMIN'] } });
  const [root, ann] = [await enter(site, 'root'), await enter(site, 'ann')];
  const id = /name="session" value="([^"]+)"/.exec((await root.get('/admin/users?user=ann')).body)?.[1] ?? '';
  expect(id.length).toBeGreaterThan(20);
  const answer = await site.inject({ url: '/prefs', cookies: { trac_auth: id } });
  expect(answer.statusCode).toBe(303);
  expect((await ann.get('/prefs')).statusCode).toBe(200);
  const stored = await site.as('root').run((ctx) => site.site.get(ISessionService).list(ctx, 'ann'));
  expect(stored.map((session) => session.id)).toEqual([id]);
});

test('secrets of trac.ini are neither on /about nor in the log, even where they are wrong', async () => {
  await using environment = await makeEnvironment(
    '[trac]\nbase_url = nonsense\nadmin_password = hunter2-typo\n[smtp]\nsmtp_password = hunter2\n',
  );
  await environment.serve().catch(() => undefined);
  environment.write('conf/trac.ini', '[trac]\nadmin_password = hunter2-typo\n[notification]\nsmtp_password = hunter2\n');
  await environment.serve();
  const about = await environment.page('admin', '/about');
  expect(about.status).toBe(200);
  expect(about.text).not.toContain('hunter2');
  expect(environment.logged.filter(({ message }) => message.includes('hunter2'))).toEqual([]);
});

test('passwords and links do not get into the log', async () => {
  await using environment = await makeEnvironment();
  const { url } = await environment.serve();
  const token = /name="__FORM_TOKEN" value="([^"]+)"/;
  const form = await fetch(`${url}/login`, { headers: { accept: 'text/html' } });
  const proof = token.exec(await form.text())?.[1] ?? '';
  const body = new URLSearchParams({ __FORM_TOKEN: proof, user: 'admin', password: 'a wrong one, typed here' });
  const refused = await fetch(`${url}/login`, { method: 'POST', body, headers: { cookie: `trac_form_token=${proof}` } });
  expect(refused.status).toBe(422);
  await environment.page('admin', '/invite/some-secret-token-of-a-link');
  const made = await environment.post('admin', '/admin/users', { step: 'invite', name: '', groups: '' });
  const link = /\/invite\/([\w-]+)"/.exec(made.text)?.[1] ?? '';
  expect(link.length).toBeGreaterThan(20);
  const log = environment.logged.map(({ message }) => message).join('\n');
  for (const secret of ['a wrong one', 'correct horse', 'some-secret-token', link, proof]) expect(log).not.toContain(secret);
});
