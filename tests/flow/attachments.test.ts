import { existsSync, readdirSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { component, IEnvironment, IPermissionPolicy } from 'tracts';
import { type Attachment, IAttachmentChangeListener, IAttachmentManipulator, IAttachments } from 'tracts/attachments';
import { type TestSite, type TestSiteOptions, testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import yauzl from 'yauzl';
import { eachDialect } from '../support/databases.ts';
import { multipart, type Part, postParts } from '../support/multipart.ts';
import { serveSite } from '../support/served-site.ts';
import { enter, visit } from '../support/visitor.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const NEW: readonly Part[] = [
  ['field_summary', 'It breaks'],
  ['submit', '1'],
];
const LEAVE: readonly Part[] = [
  ['action', 'leave'],
  ['submit', '1'],
];
const file = (name: string, content: string | Buffer): Part => ['attachment', content, name];

const filesOf = (site: TestSite, id: number): Promise<readonly Attachment[]> =>
  site.as('admin').run((ctx) => site.site.get(IAttachments).list(ctx, 'ticket', id));
const namesOf = async (site: TestSite, id: number): Promise<readonly string[]> =>
  (await filesOf(site, id)).map(({ filename }) => filename);
const tokensIn = (html: string): string[] =>
  [...html.matchAll(/name="attachment_draft" value="([\w-]+)"/g)].map(([, token = '']) => token);
/** What lies where uploads wait while a request is answered. */
const incoming = (site: TestSite): readonly string[] => {
  const dir = path.join(site.site.get(IEnvironment).dir, 'files', 'incoming');
  return existsSync(dir) ? readdirSync(dir) : [];
};
const notesOf = async (site: TestSite, id: number): Promise<readonly object[]> =>
  (await site.history(id)).flatMap(({ fields }) => fields.filter(({ note }) => note));

async function entriesOf(zip: Buffer): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(zip, { lazyEntries: false }, (error, opened) => {
      if (error) return reject(error);
      const names: string[] = [];
      opened.on('entry', ({ fileName, uncompressedSize }) => names.push(`${fileName} ${uncompressedSize}`));
      opened.on('end', () => resolve(names));
      opened.on('error', reject);
    });
  });
}

eachDialect((fresh) => {
  const start = async (options: TestSiteOptions = {}): Promise<TestSite> => testSite({ database: await fresh(), ...options });

  test('files come with a new ticket and with a comment, each in the history, and can be read, singly and as one', async () => {
    await using site = await start();
    const ann = await enter(site, 'ann');
    const filed = await postParts(site, ann, '/newticket', [...NEW, file('log.txt', 'one\ntwo'), file('', '')]);
    expect([filed.statusCode, filed.headers.location]).toEqual([303, '/ticket/1']);
    const changed = await postParts(site, ann, '/ticket/1', [
      ...LEAVE,
      ['comment', 'See these'],
      file('a.png', PNG),
      file('Bücher & <b>.txt', 'x'),
    ]);
    expect(changed.headers.location).toBe('/ticket/1#comment:2');
    expect((await filesOf(site, 1)).map(({ filename, size, type, author }) => [filename, size, type, author])).toEqual([
      ['log.txt', 7, 'text/plain', 'ann'],
      ['a.png', PNG.length, 'image/png', 'ann'],
      ['Bücher & _b_.txt', 1, 'text/plain', 'ann'],
    ]);
    expect((await site.history(1)).map(({ comment, fields }) => [comment, fields])).toEqual([
      ['', [{ field: 'attachment', old: '', new: 'log.txt', note: true }]],
      ['See these', [{ field: 'attachment', old: '', new: 'a.png\nBücher & _b_.txt', note: true }]],
    ]);
    const page = (await ann.get('/ticket/1')).body;
    expect(page).toContain('<span class="change-field">Attachment</span> <ins>a.png</ins> <ins>Bücher &amp; _b_.txt</ins> added');
    expect(page).toContain('<img src="/raw-attachment/ticket/1/a.png" alt="" loading="lazy"');
    const raw = await ann.get(`/raw-attachment/ticket/1/${encodeURIComponent('Bücher & _b_.txt')}`);
    expect([raw.statusCode, raw.body]).toEqual([200, 'x']);
    expect((await ann.get('/attachment/ticket/1/log.txt')).body).toContain('<td>two</td>');
    const zip = await ann.get('/zip-attachment/ticket/1/');
    expect(zip.headers['content-type']).toBe('application/zip');
    expect(await entriesOf(zip.rawPayload)).toEqual(['log.txt 7', `a.png ${PNG.length}`, 'Bücher & _b_.txt 1']);
    await expect.poll(() => incoming(site)).toEqual([]);
  });

  test('a change that consists of files alone is a change', async () => {
    await using site = await start();
    const { id } = await site.fileTicket({ summary: 'A' });
    const ann = await enter(site, 'ann');
    const answer = await postParts(site, ann, `/ticket/${id}`, [...LEAVE, file('a.txt', 'a')]);
    expect([answer.headers.location, (await site.ticket(id)).rowVersion]).toEqual([`/ticket/${id}#comment:1`, 2]);
  });

  test('a refused form brings nothing in, and comes back with the files still there', async () => {
    await using site = await start();
    const [ann, bob] = [await enter(site, 'ann'), await enter(site, 'bob')];
    const refused = await postParts(site, ann, '/newticket', [
      ['field_summary', ''],
      ['field_keywords', 'kept'],
      ['submit', '1'],
      file('a.txt', 'a'),
      file('b.txt', 'b'),
    ]);
    expect(refused.statusCode).toBe(422);
    const tokens = tokensIn(refused.body);
    expect([tokens.length, refused.body.includes('value="kept"')]).toEqual([2, true]);
    expect(await site.as('admin').run(({ db }) => db('attachment').count({ count: '*' }).first())).toMatchObject({ count: 0 });
    const stolen = await postParts(site, bob, '/newticket', [...NEW, ['attachment_draft', tokens[0] ?? '']]);
    expect([stolen.statusCode, stolen.body.includes('no longer here')]).toEqual([422, true]);
    const filed = await ann.post('/newticket', { field_summary: 'Now', submit: '1', attachment_draft: tokens[1] ?? '' });
    expect([filed.statusCode, await namesOf(site, 1)]).toEqual([303, ['b.txt']]);
    const again = await ann.post('/ticket/1', { action: 'leave', submit: '1', attachment_draft: tokens[1] ?? '' });
    expect([again.statusCode, again.body.includes('no longer here')]).toEqual([422, true]);
  });

  test('a preview keeps the files, attaches none, and a collision keeps them too', async () => {
    await using site = await start();
    const { id } = await site.fileTicket({ summary: 'A' });
    const ann = await enter(site, 'ann');
    const preview = await postParts(site, ann, `/ticket/${id}`, [['action', 'leave'], ['preview', '1'], file('a.txt', 'a')]);
    const [token = ''] = tokensIn(preview.body);
    expect([preview.statusCode, await namesOf(site, id)]).toEqual([200, []]);
    await site.submit(id, 'leave', {}, { comment: 'meanwhile' });
    const fields = { action: 'leave', submit: '1', attachment_draft: token };
    const collided = await ann.post(`/ticket/${id}`, { ...fields, view_time: '1' });
    expect([collided.statusCode, tokensIn(collided.body)]).toEqual([409, [token]]);
    await ann.post(`/ticket/${id}`, { ...fields, view_time: '2' });
    expect(await namesOf(site, id)).toEqual(['a.txt']);
  });

  test('a file without a proof that the form is ours is never kept', async () => {
    await using site = await start();
    const { id } = await site.fileTicket({ summary: 'A' });
    const ann = await enter(site, 'ann');
    const cookies = Object.fromEntries(ann.cookies);
    const token = ['__FORM_TOKEN', ann.cookies.get('trac_form_token') ?? ''] as const;
    const post = (parts: readonly Part[], headers = {}) => {
      const form = multipart(parts);
      return site.inject({
        method: 'POST',
        url: `/ticket/${id}`,
        cookies,
        payload: form.payload,
        headers: { ...form.headers, ...headers },
      });
    };
    const statuses = [
      await post([...LEAVE, file('a.txt', 'a')]),
      await post([...LEAVE, file('a.txt', 'a'), token]),
      await post([['__FORM_TOKEN', 'x'.repeat(24)], ...LEAVE, file('a.txt', 'a')]),
      await post([token, ...LEAVE, file('a.txt', 'a')], { origin: 'https://evil.example' }),
    ].map(({ statusCode }) => statusCode);
    expect([statuses, await namesOf(site, id), incoming(site)]).toEqual([[403, 403, 403, 403], [], []]);
    expect(await site.as('admin').run(({ db }) => db('attachment_draft').select())).toEqual([]);
    const scripted = await post([...LEAVE, file('a.txt', 'a')], { 'x-csrf-token': token[1] });
    expect([scripted.statusCode, await namesOf(site, id)]).toEqual([303, ['a.txt']]);
    const cut = multipart([token, ...LEAVE, file('b.txt', 'b')]);
    const broken = {
      method: 'POST',
      url: `/ticket/${id}`,
      cookies,
      headers: cut.headers,
      payload: cut.payload.subarray(0, -20),
    } as const;
    expect([(await site.inject(broken)).statusCode, await namesOf(site, id)]).toEqual([400, ['a.txt']]);
    expect((await postParts(site, ann, '/prefs', [['x', 'y']], { 'x-csrf-token': token[1] })).statusCode).toBe(415);
  });

  test('limits hold for a file, for one form, and for a ticket, and the form says which', async () => {
    const ini = '[attachment]\nmax_size = 100\nmax_files = 3\nmax_total_size = 150\n';
    await using site = await start({ ini });
    const { id } = await site.fileTicket({ summary: 'A' });
    const ann = await enter(site, 'ann');
    const send = (...files: readonly Part[]) =>
      postParts(site, ann, `/ticket/${id}`, [...LEAVE, ['comment', 'kept text'], ...files]);
    const large = await send(file('big.bin', 'x'.repeat(5000)), file('ok.txt', 'fine'));
    expect([large.statusCode, large.body.includes('“big.bin” is too large'), large.body.includes('kept text')]).toEqual([
      422,
      true,
      true,
    ]);
    expect(tokensIn(large.body)).toHaveLength(1);
    expect((await send(file('none.txt', ''))).body).toContain('“none.txt” is empty');
    await send(file('1.txt', 'x'.repeat(90)));
    expect((await send(file('2.txt', 'x'.repeat(90)))).body).toContain('all files here together may have');
    await send(file('2.txt', 'x'), file('3.txt', 'x'));
    expect((await send(file('4.txt', 'x'))).body).toContain('one file too many');
    expect(await namesOf(site, id)).toEqual(['1.txt', '2.txt', '3.txt']);
    const many = await send(...Array.from({ length: 25 }, (_, index) => file(`m${index}.txt`, 'x')));
    expect(many.body).toContain('20 may come at once');
    const page = await postParts(site, ann, `/attachment/ticket/${id}`, [
      ['description', 'mine'],
      file('big.bin', 'x'.repeat(5000)),
    ]);
    expect([page.statusCode, page.body.includes('is too large'), page.body.includes('value="mine"')]).toEqual([413, true, true]);
    const draft = await postParts(site, ann, '/attachment/draft', [file('big.bin', 'x'.repeat(5000))], {
      accept: 'application/json',
    });
    expect([draft.statusCode, draft.json().files[0].fault]).toEqual([413, expect.stringContaining('too large')]);
    await expect.poll(() => incoming(site)).toEqual([]);
  });

  test('names that are taken get a number; replacing takes the flag and the right', async () => {
    await using site = await start();
    const { id } = await site.fileTicket({ summary: 'A' });
    const [ann, bob, admin] = [await enter(site, 'ann'), await enter(site, 'bob'), await enter(site, 'admin')];
    const attach = (who: typeof ann, content: string, more: readonly Part[] = []) =>
      postParts(site, who, `/attachment/ticket/${id}`, [...more, file('a.txt', content)]);
    const replace: Part = ['replace', '1'];
    const described: Part = ['description', 'the first'];
    expect((await attach(ann, 'one', [described])).headers.location).toBe(`/attachment/ticket/${id}/a.txt`);
    expect((await attach(ann, 'two')).headers.location).toBe(`/attachment/ticket/${id}/a.2.txt`);
    expect((await attach(bob, 'three', [replace])).headers.location).toBe(`/attachment/ticket/${id}/a.3.txt`);
    expect((await attach(ann, 'four', [replace])).headers.location).toBe(`/attachment/ticket/${id}/a.txt`);
    expect((await ann.get(`/raw-attachment/ticket/${id}/a.txt`)).body).toBe('four');
    expect((await filesOf(site, id)).find(({ filename }) => filename === 'a.txt')?.description).toBe('the first');
    await attach(admin, 'five', [replace]);
    expect((await ann.get(`/raw-attachment/ticket/${id}/a.txt`)).body).toBe('five');
  });

  test('many uploads of one name at the same time all get a name of their own', async () => {
    await using site = await start();
    const { id } = await site.fileTicket({ summary: 'A' });
    const ann = await enter(site, 'ann');
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        postParts(site, ann, `/ticket/${id}`, [...LEAVE, file('same.txt', `content ${index}`)]),
      ),
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(8).fill(303));
    const files = await filesOf(site, id);
    expect(new Set(files.map(({ filename }) => filename)).size).toBe(8);
    expect((await notesOf(site, id)).length).toBe(8);
  });

  test('uploaders and admins delete and describe; others neither may nor see how', async () => {
    await using site = await start();
    const { id } = await site.fileTicket({ summary: 'A' });
    const [ann, bob] = [await enter(site, 'ann'), await enter(site, 'bob')];
    await postParts(site, ann, `/attachment/ticket/${id}`, [file('a.txt', 'a')]);
    const url = `/attachment/ticket/${id}/a.txt`;
    expect((await bob.get(`${url}?action=delete`)).body).not.toContain('delete');
    expect((await bob.post(url, { action: 'delete' })).statusCode).toBe(403);
    expect((await bob.post(url, { action: 'edit', description: 'x' })).statusCode).toBe(403);
    expect((await visit(site).post(url, { action: 'delete' })).statusCode).toBe(403);
    await ann.post(url, { action: 'edit', description: 'for <b>ann@example.org</b>' });
    expect((await ann.get(url)).body).toContain('&lt;b&gt;');
    expect((await visit(site).get(url)).body).not.toContain('ann@example.org');
    expect((await ann.get(`${url}?action=delete`)).body).toContain('Yes, delete it');
    expect((await ann.post(url, { action: 'delete' })).headers.location).toBe(`/ticket/${id}`);
    expect((await ann.get(url)).statusCode).toBe(404);
    expect((await notesOf(site, id)).at(-1)).toMatchObject({ old: 'a.txt', new: '' });
  });

  test('who may not see files learns nothing of them: no name, no content, no history, no zip, no link', async () => {
    const NoFiles = component({
      implements: [IPermissionPolicy],
      create: () => ({
        checkPermission: (permission, { user }) => (permission === 'ATTACHMENT_VIEW' && user.name === 'bob' ? false : undefined),
      }),
    });
    const ini = '[trac]\npermission_policies = NoFiles, DefaultTicketPolicy, DefaultPermissionPolicy, LegacyAttachmentPolicy\n';
    await using site = await start({ ini, plugins: [{ NoFiles }] });
    const { id } = await site.fileTicket({ summary: 'A', description: 'see attachment:secret.txt' });
    const [ann, bob] = [await enter(site, 'ann'), await enter(site, 'bob')];
    await postParts(site, ann, `/ticket/${id}`, [...LEAVE, ['comment', 'words'], file('secret.txt', 'x')]);
    await postParts(site, ann, `/ticket/${id}`, [...LEAVE, file('secret.txt', 'y')]);
    const count = (html: string): number => html.split('/attachment/ticket/').length;
    const [hers, his] = [(await ann.get(`/ticket/${id}`)).body, (await bob.get(`/ticket/${id}`)).body];
    expect([hers.includes('secret.2.txt'), his.includes('secret.2.txt'), his.includes('words')]).toEqual([true, false, true]);
    expect(count(hers)).toBeGreaterThan(count(his));
    for (const url of [
      `/attachment/ticket/${id}/secret.txt`,
      `/raw-attachment/ticket/${id}/secret.txt`,
      `/zip-attachment/ticket/${id}`,
    ])
      expect([url, (await ann.get(url)).statusCode, (await bob.get(url)).statusCode]).toEqual([url, 200, 404]);
    expect((await bob.get(`/attachment/ticket/${id}`)).body).not.toContain('secret');
    expect((await bob.get('/changes')).body).not.toContain('secret');
    expect((await ann.get('/attachment/ticket/99/secret.txt')).statusCode).toBe(404);
    expect((await ann.get('/attachment/wiki/1/secret.txt')).statusCode).toBe(404);
  });

  test('files of a ticket that a person may not see are as hidden as the ticket', async () => {
    const ini =
      '[components]\nprivate-tickets.* = enabled\n[trac]\npermission_policies = PrivateTickets, DefaultTicketPolicy, DefaultPermissionPolicy, LegacyAttachmentPolicy\n';
    await using site = await start({ ini });
    const { id } = await site.as('ann').fileTicket({ summary: 'A', private: '1' });
    const [ann, bob] = [await enter(site, 'ann'), await enter(site, 'bob')];
    await postParts(site, ann, `/ticket/${id}`, [...LEAVE, file('a.txt', 'a')]);
    for (const url of [
      `/attachment/ticket/${id}/a.txt`,
      `/raw-attachment/ticket/${id}/a.txt`,
      `/zip-attachment/ticket/${id}`,
      `/attachment/ticket/${id}`,
    ]) {
      const [hers, his] = [await ann.get(url), await bob.get(url)];
      expect([url, hers.statusCode, his.statusCode, his.body.includes('a.txt')]).toEqual([
        url,
        200,
        403,
        url.includes('a.txt') && his.body.includes(url),
      ]);
    }
    expect((await postParts(site, bob, `/attachment/ticket/${id}`, [file('b.txt', 'b')])).statusCode).toBe(403);
    expect(await namesOf(site, id)).toEqual(['a.txt']);
  });

  test('who may not attach has no control for it, and what is sent all the same is refused and never kept', async () => {
    await using site = await start({
      grants: { anonymous: ['TICKET_VIEW'], authenticated: ['TICKET_CREATE', 'TICKET_CHGPROP'], admin: ['TRAC_ADMIN'] },
    });
    const { id } = await site.as('admin').fileTicket({ summary: 'A' });
    const ann = await enter(site, 'ann');
    expect((await ann.get(`/ticket/${id}`)).body).not.toContain('type="file"');
    expect((await ann.get('/newticket')).body).not.toContain('type="file"');
    const sent = await postParts(site, ann, `/ticket/${id}`, [...LEAVE, ['field_keywords', 'x'], file('a.txt', 'a')]);
    expect([sent.statusCode, sent.body.includes('You may not attach files here.')]).toEqual([422, true]);
    expect((await ann.get(`/attachment/ticket/${id}?action=new`)).statusCode).toBe(403);
    expect((await postParts(site, ann, '/attachment/draft', [file('a.txt', 'a')])).statusCode).toBe(403);
    expect(await site.as('admin').run(({ db }) => db('attachment_draft').select())).toEqual([]);
  });

  test('what is active never runs here: another type, a download, a policy without rights', async () => {
    await using site = await start();
    const { id } = await site.fileTicket({ summary: 'A' });
    const ann = await enter(site, 'ann');
    const hostile = {
      'a.html': '<script>alert(1)</script>',
      'b.svg': '<svg onload="alert(1)"/>',
      'c.png': '<html><script>1</script>',
      'd.xml': '<?xml version="1.0"?><x/>',
    };
    await postParts(site, ann, `/ticket/${id}`, [
      ...LEAVE,
      ...Object.entries(hostile).map(([name, content]) => file(name, content)),
    ]);
    for (const name of Object.keys(hostile)) {
      const { headers } = await ann.get(`/raw-attachment/ticket/${id}/${name}`);
      expect([headers['content-type'], headers['x-content-type-options'], headers['content-security-policy']]).toEqual([
        'application/octet-stream',
        'nosniff',
        "default-src 'none'; sandbox",
      ]);
      expect(headers['content-disposition']).toMatch(/^attachment;/);
      expect((await ann.get(`/attachment/ticket/${id}/${name}`)).body).not.toContain('<script>alert');
    }
  });

  test('a download can be resumed, asked about, and left alone when it is known', async () => {
    await using site = await start();
    const { id } = await site.fileTicket({ summary: 'A' });
    const ann = await enter(site, 'ann');
    await postParts(site, ann, `/ticket/${id}`, [...LEAVE, file('a.txt', '0123456789')]);
    const url = `/raw-attachment/ticket/${id}/a.txt`;
    const part = await ann.get(url, { range: 'bytes=2-4' });
    expect([part.statusCode, part.body, part.headers['content-range'], part.headers['content-length']]).toEqual([
      206,
      '234',
      'bytes 2-4/10',
      '3',
    ]);
    const beyond = await ann.get(url, { range: 'bytes=10-' });
    expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, 'bytes */10']);
    const etag = String(part.headers['etag']);
    expect((await ann.get(url, { 'if-none-match': `"other", ${etag}` })).statusCode).toBe(304);
    expect((await ann.get(url, { 'if-modified-since': String(part.headers['last-modified']) })).statusCode).toBe(304);
    expect((await ann.get(url, { range: 'bytes=2-4', 'if-range': '"other"' })).body).toBe('0123456789');
    const cookies = Object.fromEntries(ann.cookies);
    const head = await site.inject({ method: 'HEAD', url, cookies });
    expect([head.statusCode, head.headers['content-length'], head.body]).toEqual([200, '10', '']);
    expect((await site.inject({ method: 'HEAD', url: `/zip-attachment/ticket/${id}`, cookies })).statusCode).toBe(200);
  });

  test('manipulators refuse with a sentence, or by failing; listeners hear of what came, was replaced and went', async () => {
    const heard: string[] = [];
    const Scanner = component({
      implements: [IAttachmentManipulator],
      create: () => ({
        validateAttachment: (_ctx, { filename, type }) => {
          if (filename === 'crash.txt') throw new Error('the scanner is down');
          return filename.startsWith('virus') ? [{ message: `${filename} (${type}) has a virus.` }] : [];
        },
      }),
    });
    const Listener = component({
      implements: [IAttachmentChangeListener],
      create: () => ({
        attachmentAdded: (_ctx, { filename }) => void heard.push(`added ${filename}`),
        attachmentReplaced: (_ctx, { filename, size }, before) =>
          void heard.push(`replaced ${filename} ${before.size} by ${size}`),
        attachmentDeleted: (_ctx, { filename }) => void heard.push(`deleted ${filename}`),
      }),
    });
    await using site = await start({ plugins: [{ Scanner, Listener }], ini: '[components]\ndelete-ticket.* = enabled\n' });
    const { id } = await site.fileTicket({ summary: 'A' });
    const ann = await enter(site, 'ann');
    const refused = await postParts(site, ann, `/ticket/${id}`, [...LEAVE, file('virus.txt', 'x'), file('crash.txt', 'x')]);
    expect(refused.body).toContain('virus.txt (text/plain) has a virus.');
    expect(refused.body).toContain('“crash.txt” could not be checked');
    await postParts(site, ann, `/ticket/${id}`, [...LEAVE, file('a.txt', 'a')]);
    await postParts(site, ann, `/attachment/ticket/${id}`, [['replace', '1'], file('a.txt', 'aaa')]);
    await postParts(site, ann, `/attachment/ticket/${id}`, [file('b.txt', 'b')]);
    await ann.post(`/attachment/ticket/${id}/b.txt`, { action: 'delete' });
    await site.as('admin').apply(id, { action: 'delete' });
    expect(heard).toEqual(['added a.txt', 'replaced a.txt 1 by 3', 'added b.txt', 'deleted b.txt', 'deleted a.txt']);
    expect(await site.as('admin').run(({ db }) => db('attachment').select())).toEqual([]);
  });

  test('a listener that throws undoes ticket, history and file together', async () => {
    const Listener = component({
      implements: [IAttachmentChangeListener],
      create: () => ({
        attachmentAdded: () => {
          throw new Error('no');
        },
      }),
    });
    await using site = await start({ plugins: [{ Listener }] });
    const ann = await enter(site, 'ann');
    expect((await postParts(site, ann, '/newticket', [...NEW, file('a.txt', 'a')])).statusCode).toBe(500);
    const left = await site
      .as('admin')
      .run(async ({ db }) => [await db('ticket').pluck('id'), await db('attachment').pluck('id')]);
    expect([left, incoming(site)]).toEqual([[[], []], []]);
  });

  test('switched off, pages and controls are gone, and what was attached is there again afterwards', async () => {
    await using site = await start({ ini: '[components]\nattachments.* = disabled\n' });
    const { id } = await site.fileTicket({ summary: 'A' });
    const ann = await enter(site, 'ann');
    expect((await ann.get(`/ticket/${id}`)).body).not.toContain('type="file"');
    expect((await ann.get(`/attachment/ticket/${id}`)).statusCode).toBe(404);
    expect((await postParts(site, ann, `/ticket/${id}`, [...LEAVE, ['comment', 'x'], file('a.txt', 'a')])).statusCode).toBe(303);
  });
});

test('who hangs up in the middle of a file leaves nothing behind', async () => {
  await using site = await serveSite();
  await site.addPerson('ann', 'Ann');
  const id = await site.submit('ann', undefined, { fields: { summary: 'A' } });
  const cookies = await site.cookiesOf('ann');
  const token = cookies.find(({ name }) => name === 'trac_form_token')?.value ?? '';
  const { payload, headers } = multipart([['__FORM_TOKEN', token], ...LEAVE, file('a.bin', Buffer.alloc(200_000, 7))]);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const dir = path.join(site.service.site.get(IEnvironment).dir, 'files', 'incoming');
  const request = http.request(`${site.url}/ticket/${id}`, {
    method: 'POST',
    headers: { ...headers, cookie, 'content-length': payload.length },
  });
  request.on('error', () => undefined);
  request.write(payload.subarray(0, 150_000));
  await expect.poll(() => existsSync(dir) && readdirSync(dir).length).toBe(1);
  request.destroy();
  await expect.poll(() => readdirSync(dir)).toEqual([]);
});
