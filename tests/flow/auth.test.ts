import { expect, test } from 'vitest';
import { IOneTimeLinks, IPasswords, IUserService } from '../../core/security/extension-points.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { addAccount, PASSWORD, type Visitor, visit } from '../support/visitor.ts';

async function logIn(site: TestSite, name: string, password = PASSWORD): Promise<Visitor> {
  const person = visit(site);
  const answer = await person.post('/login', { user: name, password });
  expect(answer.statusCode).toBe(303);
  return person;
}
const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});

test('a person logs in, is known on every page, and logs out with a button', async () => {
  await using site = await testSite();
  await addAccount(site, 'ann');
  const ann = visit(site);
  const form = await ann.get('/login?referer=%2Fprefs');
  expect(form.statusCode).toBe(200);
  expect(form.body).toContain('name="referer" value="/prefs"');
  const answer = await ann.post('/login', { user: 'ann', password: PASSWORD, referer: '/prefs' });
  expect([answer.statusCode, answer.headers.location]).toEqual([303, '/prefs']);
  const cookie = answer.cookies.find(({ name }) => name === 'trac_auth') as Record<string, unknown> | undefined;
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
  expect((await ann.get('/prefs')).body).toContain('ann Person');
  const session = ann.cookies.get('trac_auth');
  expect((await ann.get('/logout')).body).toContain('<button');
  const out = await ann.post('/logout');
  expect(out.headers.location).toBe('/');
  expect(ann.cookies.has('trac_auth')).toBe(false);
  ann.cookies.set('trac_auth', session ?? '');
  expect((await ann.get('/about')).body).not.toContain('ann Person');
});

test('a wrong password says so without the password, and does not say whether the account exists', async () => {
  await using site = await testSite();
  await addAccount(site, 'ann');
  const person = visit(site);
  const wrong = await person.post('/login', { user: 'ann', password: 'not this one', referer: '/about' });
  const unknown = await person.post('/login', { user: 'nobody', password: 'not this one', referer: '/about' });
  for (const answer of [wrong, unknown]) {
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain('do not go together');
    expect(answer.body).toContain('name="referer" value="/about"');
    expect(answer.body).not.toContain('not this one');
  }
  expect(wrong.body).toContain('value="ann"');
  expect(wrong.body).toContain('aria-describedby="problem-user"');
  expect((await person.post('/login', { user: '', password: '' })).body).toContain('Enter your name');
});

test('too many failures are told to wait, in the form and to scripts', async () => {
  await using site = await testSite();
  await addAccount(site, 'ann');
  const person = visit(site);
  let answer = await person.post('/login', { user: 'ann', password: 'x' });
  for (let i = 0; i < 30 && answer.statusCode !== 429; i++) answer = await person.post('/login', { user: 'ann', password: 'x' });
  expect(answer.statusCode).toBe(429);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(answer.body).toContain('Too many tries');
  const script = await person.get('/login', basic('ann', 'x'));
  expect([script.statusCode, Number(script.headers['retry-after']) > 0]).toEqual([429, true]);
});

test('after logging in nobody is sent to another site', async () => {
  await using site = await testSite();
  await addAccount(site, 'ann');
  for (const referer of ['https://evil.example/', '//evil.example', '/\\evil.example', '/logout', '/login?x', 'x']) {
    const answer = await visit(site).post('/login', { user: 'ann', password: PASSWORD, referer });
    expect(answer.headers.location).toBe('/');
  }
});

test('the page a person came from is where the login form leads back to', async () => {
  await using site = await testSite();
  const from = async (referer: string) => (await visit(site).get('/login', { referer, host: 'localhost:80' })).body;
  expect(await from('http://localhost:80/about?x=1')).toContain('name="referer" value="/"');
  expect(await from('http://localhost/about?x=1')).toContain('name="referer" value="/"');
  expect(await from('http://evil.example/about')).toContain('name="referer" value="/"');
  expect(await from('nonsense')).toContain('name="referer" value="/"');
  const same = await visit(site).get('/login', { referer: 'http://site.example/about?x=1', host: 'site.example' });
  expect(same.body).toContain('name="referer" value="/about?x=1"');
});

test('logging in again begins another session and ends the former one', async () => {
  await using site = await testSite();
  await addAccount(site, 'ann');
  const ann = await logIn(site, 'ann');
  const before = ann.cookies.get('trac_auth');
  await ann.post('/login', { user: 'ann', password: PASSWORD });
  expect(ann.cookies.get('trac_auth')).not.toBe(before);
  ann.cookies.set('trac_auth', before ?? '');
  expect((await ann.get('/prefs')).headers.location).toBe('/login?referer=%2Fprefs');
});

test('somebody logged in who asks for the login page goes on at once', async () => {
  await using site = await testSite();
  await addAccount(site, 'ann');
  expect((await (await logIn(site, 'ann')).get('/login?referer=%2Fabout')).headers.location).toBe('/about');
});

test('a script logs in by HTTP Basic below /login and goes on with the cookie and the form token', async () => {
  await using site = await testSite();
  const passwordHash = await site.site.get(IPasswords).hash('pass:word with colon');
  await addAccount(site, 'ann');
  await site.as('admin').run((ctx) => site.site.get(IUserService).update(ctx, 'ann', { passwordHash }));
  const script = visit(site);
  const asked = await script.get('/login/prefs', { accept: '*/*' });
  expect([asked.statusCode, asked.headers['www-authenticate']]).toEqual([401, 'Basic realm="Tracts", charset="UTF-8"']);
  const refused = await script.get('/login/prefs', basic('ann', 'wrong'));
  expect([refused.statusCode, refused.headers['www-authenticate']]).toEqual([401, 'Basic realm="Tracts", charset="UTF-8"']);
  for (const odd of ['Basic', 'Basic !!!', `Basic ${Buffer.from('nocolon').toString('base64')}`])
    expect((await script.get('/login', { authorization: odd, accept: '*/*' })).statusCode).toBe(401);
  const answer = await script.get('/login/prefs', basic('ann', 'pass:word with colon'));
  expect([answer.statusCode, answer.headers.location]).toEqual([303, '/prefs']);
  const saved = await script.post('/prefs', { full_name: 'Ann by script', email: '', time_zone: '', theme: 'auto' });
  expect([saved.statusCode, saved.headers.location]).toEqual([303, '/prefs']);
});

test('the credentials of HTTP Basic open no other page', async () => {
  await using site = await testSite();
  await addAccount(site, 'ann');
  expect((await visit(site).get('/prefs', basic('ann', PASSWORD))).headers.location).toBe('/login?referer=%2Fprefs');
});

test('the first administrator follows a link once, chooses name and password, and may do everything', async () => {
  await using site = await testSite({ grants: {} });
  const token = await site
    .as('admin')
    .run((ctx) => site.site.get(IOneTimeLinks).issue(ctx, { purpose: 'invite', account: '', grants: ['TRAC_ADMIN'] }));
  const root = visit(site);
  const form = await root.get(`/invite/${token}`);
  expect([form.statusCode, form.headers['cache-control']]).toEqual([200, 'no-store']);
  const fill = (fields: Record<string, string>) =>
    root.post(`/invite/${token}`, {
      name: 'root',
      full_name: 'Ruth',
      email: '',
      password: PASSWORD,
      password2: PASSWORD,
      ...fields,
    });
  const refused = await fill({ name: '', password2: 'else' });
  expect(refused.statusCode).toBe(422);
  expect(refused.body).toContain('href="#field-name"');
  expect(refused.body).toContain('href="#field-password2"');
  expect(refused.body).toContain('value="Ruth"');
  expect(refused.body).not.toContain(PASSWORD);
  expect((await fill({ password: 'short', password2: 'short' })).body).toContain('href="#field-password"');
  expect((await fill({ name: 'anonymous' })).body).toContain('href="#field-name"');
  expect((await fill({ email: 'no address' })).body).toContain('href="#field-email"');
  expect((await fill({})).headers.location).toBe('/');
  expect((await root.get('/admin')).statusCode).toBe(200);
  expect((await visit(site).get(`/invite/${token}`)).statusCode).toBe(404);
  expect((await root.post(`/invite/${token}`, { name: 'other', password: PASSWORD, password2: PASSWORD })).statusCode).toBe(404);
});

test('a password is changed only by who knows the present one, and ends every other session', async () => {
  await using site = await testSite();
  await addAccount(site, 'ann');
  const [ann, elsewhere] = [await logIn(site, 'ann'), await logIn(site, 'ann')];
  const change = (fields: Record<string, string>) =>
    ann.post('/prefs/password', {
      old_password: PASSWORD,
      password: 'another long one',
      password2: 'another long one',
      ...fields,
    });
  expect((await change({ old_password: 'wrong' })).body).toContain('id="problem-old_password"');
  expect((await change({ password: 'x', password2: 'x' })).body).toContain('id="problem-password"');
  expect((await change({ password2: 'differs' })).body).toContain('id="problem-password2"');
  expect((await change({})).headers.location).toBe('/prefs');
  expect((await ann.get('/prefs')).statusCode).toBe(200);
  expect((await elsewhere.get('/prefs')).headers.location).toBe('/login?referer=%2Fprefs');
  await logIn(site, 'ann', 'another long one');
});
