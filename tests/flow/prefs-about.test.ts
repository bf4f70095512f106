import { expect, test } from 'vitest';
import { testSite } from '../../core/testing/index.ts';
import { enter, type Visitor, visit } from '../support/visitor.ts';

test('preferences are kept, and pages follow time zone and theme', async () => {
  await using site = await testSite();
  const ann = await enter(site, 'ann');
  const saved = await ann.post('/prefs', {
    full_name: ' Ann Lee ',
    email: 'ann@example.org',
    time_zone: 'Asia/Tokyo',
    theme: 'dark',
  });
  expect([saved.statusCode, saved.headers.location]).toEqual([303, '/prefs']);
  const page = await ann.get('/prefs');
  expect(page.body).toContain('Your preferences are saved.');
  expect(page.body).toContain('data-theme="dark"');
  expect(page.body).toContain('value="Ann Lee"');
  expect(page.body).toContain('<option value="Asia/Tokyo" selected>');
  expect((await ann.get('/prefs')).body).not.toContain('Your preferences are saved.');
});

test('refused preferences come back as typed with each problem next to its field', async () => {
  await using site = await testSite();
  const ann = await enter(site, 'ann');
  const save = (fields: Record<string, string>) =>
    ann.post('/prefs', { full_name: 'Typed', email: '', time_zone: '', theme: 'auto', ...fields });
  const answer = await save({ time_zone: 'Mars/Olympus', theme: 'pink' });
  expect(answer.statusCode).toBe(422);
  expect(answer.body).toContain('id="problem-time_zone"');
  expect(answer.body.match(/aria-invalid/g)).toHaveLength(2);
  expect(answer.body).toContain('href="#field-theme"');
  expect(answer.body).toContain('value="Typed"');
  const email = await save({ email: 'no address' });
  expect(email.body).toContain('aria-describedby="problem-email"');
  expect(email.body).toContain('value="no address"');
});

test('a person sees where they are logged in and ends a session elsewhere, but not one of somebody else', async () => {
  await using site = await testSite();
  const [ann, elsewhere, bob] = [await enter(site, 'ann'), await enter(site, 'ann'), await enter(site, 'bob')];
  const sessionsOf = async (person: Visitor): Promise<string[]> =>
    [...(await person.get('/prefs')).body.matchAll(/name="session" value="([^"]+)"/g)].map((match) => match[1] ?? '');
  const [bobs = ''] = await sessionsOf(bob);
  await ann.post('/prefs/sessions', { session: bobs });
  expect((await bob.get('/prefs')).statusCode).toBe(200);
  const page = (await ann.get('/prefs')).body;
  const rows = page.split('<tr>').filter((row) => row.includes('name="session"'));
  const other = rows.find((row) => !row.includes('this one')) ?? '';
  await ann.post('/prefs/sessions', { session: /name="session" value="([^"]+)"/.exec(other)?.[1] ?? '' });
  expect((await elsewhere.get('/prefs')).statusCode).toBe(303);
  expect(await sessionsOf(ann)).toHaveLength(1);
});

test('preferences are for people who are logged in', async () => {
  await using site = await testSite();
  for (const url of ['/prefs', '/prefs/password', '/prefs/sessions'])
    expect((await visit(site).post(url, { theme: 'dark' })).headers.location).toBe('/login?referer=%2Fprefs');
});

test('everybody sees the version, administrators every component with what decided about it', async () => {
  await using site = await testSite({ ini: '[components]\nquery.* = disabled\n' });
  const [ann, admin] = [await enter(site, 'ann'), await enter(site, 'admin')];
  for (const person of [visit(site), ann]) {
    const page = await person.get('/about');
    expect(page.statusCode).toBe(200);
    expect(page.body).toMatch(/Tracts \d+\.\d+/);
    expect(page.body).not.toContain('ConfigurableTicketWorkflow');
  }
  const page = (await admin.get('/about')).body;
  expect(page).toContain('workflow.ConfigurableTicketWorkflow');
  expect(page).toMatch(
    /query\.QueryPage<\/code>[^\n]*\n\s*<td data-label="State">off<\/td><td data-label="Decided by">[^<]*query\.\* = disabled/,
  );
});

test('what is wrong with the site is told to administrators on every page, and to nobody else', async () => {
  await using site = await testSite({ ini: '[tickett]\nx = 1\n' });
  const [ann, admin] = [await enter(site, 'ann'), await enter(site, 'admin')];
  expect((await admin.get('/prefs')).body).toContain('href="/about#problems"');
  expect((await admin.get('/about')).body).toContain('tickett');
  expect((await ann.get('/prefs')).body).not.toContain('/about#problems');
});

test('a healthy site shows no banner', async () => {
  await using site = await testSite();
  const admin = await enter(site, 'admin');
  expect((await admin.get('/prefs')).body).not.toContain('/about#problems');
  expect((await admin.get('/about')).body).toContain('Nothing that we know of.');
});
