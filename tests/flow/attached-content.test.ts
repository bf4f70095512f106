import { existsSync, readdirSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { component, IEnvironment } from 'tracts';
import { IAttachmentChangeListener, IAttachmentManipulator } from 'tracts/attachments';
import { type TestSite, type TestSiteOptions, testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import { file, incoming, LEAVE, NEW } from '../support/attached-files.ts';
import { eachDialect } from '../support/databases.ts';
import { multipart, postParts } from '../support/multipart.ts';
import { serveSite } from '../support/served-site.ts';
import { enter } from '../support/visitor.ts';

eachDialect((fresh) => {
  const start = async (options: TestSiteOptions = {}): Promise<TestSite> => testSite({ database: await fresh(), ...options });

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

  test('switched off, pages and controls are gone, and a form with files is refused and loses none of them silently', async () => {
    await using site = await start({ ini: '[components]\nattachments.* = disabled\n' });
    const { id } = await site.fileTicket({ summary: 'A' });
    const ann = await enter(site, 'ann');
    expect((await ann.get(`/ticket/${id}`)).body).not.toContain('type="file"');
    expect((await ann.get(`/attachment/ticket/${id}`)).statusCode).toBe(404);
    const refused = await postParts(site, ann, `/ticket/${id}`, [...LEAVE, ['comment', 'x'], file('a.txt', 'a')]);
    expect([refused.statusCode, refused.body.includes('takes files that come with a ticket')]).toEqual([422, true]);
    expect((await postParts(site, ann, `/ticket/${id}`, [...LEAVE, ['comment', 'x']])).statusCode).toBe(303);
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
