import type { InjectOptions } from 'fastify';
import { expect, test } from 'vitest';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { eachDialect, type FreshDatabase } from '../support/databases.ts';
import { multipart, postParts } from '../support/multipart.ts';
import { enter, type Visitor } from '../support/visitor.ts';

const GRANTS = { anonymous: ['TICKET_VIEW'], authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'], admin: ['TRAC_ADMIN'] };
const INI = `[ticket]
max_comment_size = 1000
max_summary_size = 100
[ticket-custom]
risk = select
risk.options = low|high
due = time
due.format = date
sure = checkbox
parent = ticket
`;

async function stage(database: FreshDatabase): Promise<{ site: TestSite; ann: Visitor } & AsyncDisposable> {
  const site = await testSite({ grants: GRANTS, ini: INI, database });
  await site.as('ann').fileTicket({ summary: 'As it was' });
  return { site, ann: await enter(site, 'ann'), [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

/** Posts text as it stands, which no browser would send. */
function postRaw(site: TestSite, ann: Visitor, url: string, payload: string | Buffer): ReturnType<TestSite['inject']> {
  const request: InjectOptions = {
    method: 'POST',
    url,
    cookies: Object.fromEntries(ann.cookies),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: Buffer.concat([Buffer.from(`__FORM_TOKEN=${ann.cookies.get('trac_form_token')}&`), Buffer.from(payload)]),
  };
  return site.inject(request);
}

/** The bytes with a text in them replaced by bytes. */
function replaced(bytes: Buffer, text: string, by: Buffer): Buffer {
  const at = bytes.indexOf(text);
  return Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + Buffer.byteLength(text))]);
}

const CHANGE = { action: 'leave', submit: 'Submit changes' };
const pristine = { summary: 'As it was', status: 'new', rowVersion: 1 };

eachDialect((fresh) => {
  test('a change that the form does not offer is refused with a sentence, and nothing of it is stored', async () => {
    await using given = await stage(await fresh());
    const { site, ann } = given;
    const refused: readonly (readonly [fields: Record<string, string>, words: RegExp])[] = [
      [{ action: 'explode' }, /explode/],
      [{ action: 'reopen' }, /reopen/],
      [{ action: '__proto__' }, /__proto__/],
      [{ action: 'constructor' }, /constructor/],
      [{ action: '<b>' }, /&lt;b&gt;/],
      [{ action: '' }, /Choose an action/],
      [{ field_priority: 'urgent' }, /urgent|Priority/],
      [{ field_risk: 'none' }, /risk|Risk/i],
      [{ field_due: 'soon' }, /date|soon/],
      [{ field_due: '2026-02-31' }, /date|2026/],
      [{ field_parent: 'x' }, /ticket/],
      [{ field_summary: '' }, /needed/],
      [{ field_summary: '   ' }, /needed/],
      [{ field_summary: 'x'.repeat(101) }, /100/],
      [{ comment: 'x'.repeat(1001) }, /1000/],
      [{ field_nonsense: '1' }, /nonsense/],
      [{ field___proto__: '1' }, /__proto__/],
      [{ field_reporter: 'boss' }, /Reporter/],
      [{ replyto: '7', comment: 'x' }, /7/],
      [{ replyto: '-1', comment: 'x' }, /-1/],
      [{ action: 'resolve', action_resolve_resolve_resolution: 'because' }, /because|resolution/i],
    ];
    for (const [fields, words] of refused) {
      const answer = await ann.post('/ticket/1', { ...CHANGE, field_keywords: 'also sent', ...fields });
      expect([fields, answer.statusCode]).toEqual([fields, 422]);
      expect(/problem-summary.*?<\/section>/s.exec(answer.body)?.[0]).toMatch(words);
      expect(answer.body).toContain('value="also sent"');
    }
    expect(await site.ticket(1)).toMatchObject({ ...pristine, keywords: '' });
    expect(await site.history(1)).toEqual([]);
  });

  test('what the workflow alone sets cannot be sent along', async () => {
    await using given = await stage(await fresh());
    const { site, ann } = given;
    await ann.post('/ticket/1', { ...CHANGE, field_status: 'closed', field_resolution: 'fixed', comment: 'Closed?' });
    await ann.post('/newticket', {
      field_summary: 'Born closed',
      field_status: 'closed',
      field_resolution: 'fixed',
      submit: 'x',
    });
    expect((await site.ticket(1))['status']).toBe('new');
    expect(await site.ticket(2)).toMatchObject({ status: 'new', resolution: '' });
  });

  test('what is ignored is said: in the preview, on the page after storing, and in what programs get', async () => {
    await using given = await stage(await fresh());
    const { site, ann } = given;
    const ignored = ['Status is set by the workflow: what was sent for it is ignored.', 'id cannot be set: what was sent'];
    const sent = { field_status: 'closed', field_id: '9', field_resolution: '', comment: 'Closed?' };
    const { body: preview } = await ann.post('/ticket/1', { action: 'leave', ...sent, preview: 'Preview' });
    expect((await ann.post('/ticket/1', { ...CHANGE, ...sent })).statusCode).toBe(303);
    const { body: after } = await ann.get('/ticket/1');
    const { body: later } = await ann.get('/ticket/1');
    for (const sentence of ignored) {
      expect(preview).toContain(`<p class="notice notice-warning">${sentence}`);
      expect(/class="notices".*?<\/div>/s.exec(after)?.[0]).toContain(sentence);
      expect(later).not.toContain(sentence);
    }
    // What stands there already, and the empty resolution, were not ignored.
    expect(after).not.toContain('Resolution is set');
    await ann.post('/newticket', { field_summary: 'Born closed', field_status: 'closed', submit: 'x' });
    expect((await ann.get('/ticket/2')).body).toMatch(/notice-warning">Status is set by the workflow/);
    const { ok, warnings } = await site.as('ann').apply(1, {
      action: 'leave',
      fields: { status: 'new', changetime: new Date(0) },
      comment: 'By program.',
      author: 'ben',
    });
    expect([ok, warnings.map(({ field }) => field)]).toEqual([true, ['field_changetime', 'author']]);
    expect(warnings[1]?.message).toBe('The author “ben” is ignored: this is done as ann.');
  });

  test('bytes that are no text are refused before anything looks at them', async () => {
    await using given = await stage(await fresh());
    const { site, ann } = given;
    const change = 'action=leave&submit=x&comment=';
    for (const text of ['a%00b', '%FF%FE', '%C3%28', '%ED%A0%80', '%80', Buffer.from([0xff, 0xfe]), Buffer.from([0x61, 0x00])]) {
      const payload = Buffer.concat([Buffer.from(change), Buffer.from(text)]);
      const answer = await postRaw(site, ann, '/ticket/1', payload);
      expect([String(text), answer.statusCode]).toEqual([String(text), 400]);
    }
    for (const url of ['/ticket/%FF', '/query?owner=%FF', '/query?owner=a%00', '/newticket?summary=%C3%28', '/login?referer=%00'])
      expect([url, (await ann.get(url)).statusCode]).toEqual([url, 400]);
    expect(await site.history(1)).toEqual([]);
  });

  test('bytes that are no text are refused in forms in parts too, in values, names and file names', async () => {
    await using given = await stage(await fresh());
    const { site, ann } = given;
    const sent = [['action', 'leave'] as const, ['submit', 'x'] as const];
    const latin = Buffer.from('caf\xe9', 'latin1');
    const inName = multipart([['__FORM_TOKEN', ann.cookies.get('trac_form_token') ?? ''], ...sent, ['odd', 'x', 'odd']]);
    const post = (from: string, to: Buffer) =>
      site.inject({
        method: 'POST',
        url: '/ticket/1',
        cookies: Object.fromEntries(ann.cookies),
        headers: inName.headers,
        payload: replaced(inName.payload, `${from}="odd"`, Buffer.concat([Buffer.from(`${from}="`), to, Buffer.from('"')])),
      });
    const refused = [
      await postParts(site, ann, '/ticket/1', [...sent, ['comment', latin]]),
      await postParts(site, ann, '/ticket/1', [...sent, ['comment', Buffer.from([0xed, 0xa0, 0x80])]]),
      await postParts(site, ann, '/newticket', [...sent, ['field_summary', latin]]),
      await post(' name', latin),
      await post('filename', latin),
    ];
    expect(refused.map(({ statusCode }) => statusCode)).toEqual(refused.map(() => 400));
    expect(refused[0]?.body).toContain('not UTF-8');
    expect([await site.history(1), (await ann.get('/ticket/2')).statusCode]).toEqual([[], 404]);
    // Somebody may quote the sign that stands for broken text, and begin with a mark that other programs swallow.
    const comment = '\uFEFFIt says “caf\uFFFD”: Grüße 👩🏽‍🚀';
    expect((await postParts(site, ann, '/ticket/1', [...sent, ['comment', comment], ['view_time', '1']])).statusCode).toBe(303);
    expect((await site.history(1)).map((entry) => entry.comment)).toEqual([comment]);
  });

  test('what is no ticket number names no ticket', async () => {
    await using given = await stage(await fresh());
    const { ann } = given;
    for (const id of ['0', '-1', '1e9', '1.5', 'text', '01', '2147483648', '9999999999', '1%20', '%27', '1;drop', '٣', '']) {
      const answers = [await ann.get(`/ticket/${id}`), await ann.post(`/ticket/${id}`, { ...CHANGE, comment: 'x' })];
      expect([id, ...answers.map(({ statusCode }) => statusCode)]).toEqual([id, 404, 404]);
      expect(answers[0]?.body).toContain('<h1>Not found</h1>');
    }
  });

  test('a version that is stale, from the future or no number loses nothing and overwrites nothing', async () => {
    await using given = await stage(await fresh());
    const { site, ann } = given;
    await site.as('ben').submit(1, 'leave', {}, { comment: 'First.' });
    for (const version of ['1', '0', '', '99', '-1', 'x', '1e3', '999999999999999999999']) {
      const answer = await ann.post('/ticket/1', { ...CHANGE, comment: 'Second, long', view_time: version });
      expect([version, answer.statusCode, answer.body.includes('Second, long')]).toEqual([version, 409, true]);
    }
    expect(await site.history(1)).toHaveLength(1);
    expect((await ann.post('/ticket/1', { ...CHANGE, comment: 'Second', view_time: '2' })).statusCode).toBe(303);
  });

  test('a form without a version is shown again with all that was sent, as if the ticket had changed meanwhile', async () => {
    await using given = await stage(await fresh());
    const { site, ann } = given;
    await site.as('ann').submit(1, 'leave', {}, { fields: { priority: 'minor', keywords: 'one' } });
    // “major” is what stood there first: nobody can tell whether it was left alone or chosen.
    const sent = { field_priority: 'major', field_keywords: 'two', comment: 'Blind' };
    const form = new URLSearchParams({ ...CHANGE, ...sent }).toString();
    const answer = await postRaw(site, ann, '/ticket/1', form);
    expect([answer.statusCode, await site.history(1)]).toEqual([409, [expect.objectContaining({ number: 1 })]]);
    expect(answer.body).toContain('Changed while you were writing');
    expect(answer.body).toMatch(/>\s*Blind<\/textarea>/);
    expect(answer.body).toMatch(/name="field_keywords"[^>]* value="two"/);
    expect(answer.body).toMatch(/<option value="major" selected>/);
    expect(answer.body).toContain('name="view_time" value="2"');
    expect((await ann.post('/ticket/1', { ...CHANGE, ...sent, view_time: '2' })).statusCode).toBe(303);
    const edited = await ann.post('/ticket/1/comment/2/edit', { comment: 'Blind edit', submit: 'x' });
    expect([edited.statusCode, edited.body.includes('Blind edit'), (await site.history(1))[1]?.comment]).toEqual([
      409,
      true,
      'Blind',
    ]);
  });
});

eachDialect((fresh) => {
  test('unusual text is stored as typed: emoji, right-to-left, combining marks, a lone percent, 3 MB short of the limit', async () => {
    await using given = await stage(await fresh());
    const { site, ann } = given;
    const texts = [
      '👩🏽‍🚀 100 %',
      'עברית ‏abc',
      'e\u0301 ≠ é',
      '100%',
      "'; drop table ticket; --",
      '{{ 7*7 }} {% raw %}',
      '\u2028\u2029\uFEFF',
    ];
    for (const text of texts) expect((await ann.post('/ticket/1', { ...CHANGE, comment: `x${text}x` })).statusCode).toBe(303);
    expect((await site.history(1)).map(({ comment }) => comment)).toEqual(texts.map((text) => `x${text}x`));
    const long = 'Ü'.repeat(200_000);
    const filed = await ann.post('/newticket', { field_summary: 'Long', field_description: long, submit: 'x' });
    expect([filed.statusCode, (await site.ticket(2))['description'] === long]).toEqual([303, true]);
    expect((await ann.get('/ticket/2')).statusCode).toBe(200);
  });
});

test('more than the site takes at once is refused with 413, and the page says what to do', async () => {
  await using site = await testSite({ grants: GRANTS });
  const ann = await enter(site, 'ann');
  const answer = await ann.post('/newticket', { field_summary: 'Huge', field_description: 'x'.repeat(5_000_000), submit: 'x' });
  expect([answer.statusCode, answer.body.includes('Shorten the text')]).toEqual([413, true]);
});

test('forms with strange shapes are read safely: repeated, nested, thousands of fields, no fields', async () => {
  await using site = await testSite({ grants: GRANTS });
  await site.as('ann').fileTicket({ summary: 'As it was' });
  const ann = await enter(site, 'ann');
  const statusOf = async (payload: string) => (await postRaw(site, ann, '/ticket/1', payload)).statusCode;
  expect(await statusOf('view_time=1&action[]=leave&comment[a]=b&submit=x')).toBe(422);
  expect(await statusOf('field_summary=a&field_summary=b&action=leave&submit=x')).toBeLessThan(500);
  expect(await statusOf(Array.from({ length: 20_000 }, (_, i) => `field_x${i}=1`).join('&'))).toBeLessThan(500);
  expect(await statusOf('submit&view_time=1')).toBe(422);
  expect(await statusOf('=&&&==&%=&a=%&view_time=1')).toBe(200);
  expect(await statusOf('__proto__=1&constructor=2&toString=3&submit=x&action=leave')).toBeLessThan(500);
});

test('a control for one value that comes several times, or as a file, gets 400 with a sentence, whichever it is', async () => {
  await using site = await testSite({
    grants: GRANTS,
    ini: `${INI}systems = checkbox-set\nsystems.options = a|b|c\nreaders = user-list\n`,
  });
  await site.as('ann').fileTicket({ summary: 'As it was' });
  const ann = await enter(site, 'ann');
  const change = 'view_time=1&action=resolve&submit=x&action_resolve_resolve_resolution=fixed';
  const repeated: readonly (readonly [name: string, url: string, text: string])[] = [
    ...['comment', 'action', 'view_time', 'replyto', 'author', 'internal', 'confirmed'],
    ...['field_summary', 'field_priority', 'field_risk', 'field_sure', 'field_due', 'field_parent', 'cc_update'],
    'action_resolve_resolve_resolution',
  ].map((name) => [name, '/ticket/1', `${change}&${name}=1&${name}=2`] as const);
  const others: typeof repeated = [
    ['field_summary', '/newticket', 'field_summary=a&field_summary=b&submit=x'],
    ['comment', '/ticket/1/comment/1/edit', 'comment=a&comment=b&version=0&submit=x'],
    ['full_name', '/prefs', 'full_name=a&full_name=b'],
    ['user', '/login', 'user=ann&user=root&password=x'],
  ];
  await site.as('ann').submit(1, 'leave', {}, { comment: 'Mine.' });
  for (const [name, url, text] of [...repeated, ...others]) {
    const { statusCode, body } = await postRaw(site, ann, url, text);
    expect([name, url, statusCode, body.includes(`“${name}” came with several values`)]).toEqual([name, url, 400, true]);
  }
  for (const name of ['comment', 'view_time', 'action', 'field_summary', 'field_nonsense', 'action_resolve_resolve_resolution']) {
    const { statusCode, body } = await postParts(site, ann, '/ticket/1', [
      ['submit', 'x'],
      [name, 'x', 'text.txt'],
    ]);
    expect([name, statusCode, body.includes(`“${name}” came as a file`)]).toEqual([name, 400, true]);
  }
  expect(await site.history(1)).toHaveLength(1);
  const many =
    'view_time=2&action=leave&submit=x&field_systems=&field_systems=a&field_systems=c&field_readers=ann&field_readers=root';
  expect((await postRaw(site, ann, '/ticket/1', many)).statusCode).toBe(303);
  expect(await site.ticket(1)).toMatchObject({ systems: ['a', 'c'], readers: ['ann', 'root'] });
});

test('addresses with strange queries are answered and not tripped over', async () => {
  await using site = await testSite({ grants: GRANTS });
  await site.as('ann').fileTicket({ summary: 'As it was' });
  const ann = await enter(site, 'ann');
  for (const url of [
    '/query?order=__proto__',
    '/query?order=summary;drop&desc=x',
    '/query?max=0',
    '/query?max=-1',
    '/query?max=1e9',
    '/query?max=x&page=x',
    '/query?page=-1',
    '/query?page=0',
    '/query?page=1e3',
    '/query?status=&status=!&status=!!&owner=~&keywords=~x',
    `/query?owner=${'x'.repeat(5000)}`,
    '/query?status=closed&status=new&status=!x',
    '/query?constructor=x&toString=y&__proto__=z',
    '/query?id=1%27%20or%201=1',
    '/newticket?summary=a&summary=b&action=nonsense&constructor=1',
    '/newticket?type=nonsense&priority=&milestone=x&owner=%3Cb%3E&status=closed',
    '/ticket/1?replyto=99',
    '/ticket/1?replyto=__proto__',
    '/ticket/1?action=nonsense',
    '/login?referer=%2F%2Fevil.example',
  ]) {
    const { statusCode } = await ann.get(url);
    expect([url, statusCode < 500]).toEqual([url, true]);
  }
});

test.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/%2F/evil.example/..//evil.example',
  '\\\\evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '/login/../\\evil.example',
  '///evil.example',
  '/.//evil.example',
  ' /x',
  '/x\r\nSet-Cookie: a=b',
])('no address leads from here to another site: %j', async (target) => {
  await using site = await testSite({ grants: GRANTS });
  const ann = await enter(site, 'ann');
  const query = encodeURIComponent(target);
  const answers = [
    await ann.get(`/login?referer=${query}`),
    await ann.get('/login', { referer: target.replace(/[\r\n\t]/g, '') }),
    await ann.get(`/login/${target.replace(/[\s\\]/g, '')}`),
    await ann.get(`/search?q=${query}`),
    await ann.post('/login', { user: 'ann', password: 'correct horse battery', referer: target }),
  ];
  for (const { headers, statusCode } of answers) {
    expect(statusCode).toBeLessThan(500);
    if (headers.location === undefined) continue;
    expect(new URL(String(headers.location), 'http://here.example').origin).toBe('http://here.example');
    expect(headers['set-cookie'] === undefined || !String(headers['set-cookie']).includes('a=b')).toBe(true);
  }
});
