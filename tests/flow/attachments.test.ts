import { component, IPermissionPolicy } from 'tracts';
import { type TestSite, type TestSiteOptions, testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import { entriesOf, file, filesOf, incoming, LEAVE, NEW, namesOf, notesOf, PNG, tokensIn } from '../support/attached-files.ts';
import { eachDialect } from '../support/databases.ts';
import { multipart, type Part, postParts } from '../support/multipart.ts';
import { enter, visit } from '../support/visitor.ts';

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
      const form = multipart([['view_time', '1'], ...parts]);
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
        postParts(site, ann, `/attachment/ticket/${id}`, [file('same.txt', `content ${index}`)]),
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
});
