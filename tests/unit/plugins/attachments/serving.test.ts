import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isPicture, servedAs, sniffType } from '../../../../plugins/attachments/content-type.ts';
import { disposition, readRange } from '../../../../plugins/attachments/raw.ts';
import { sign } from '../../../../plugins/optional/s3-storage/signature.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'tracts-sniff-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
async function sniff(content: string | Buffer): Promise<string> {
  const file = path.join(dir, 'sample');
  writeFileSync(file, content);
  return sniffType(file);
}

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

test.each([
  ['a picture', PNG, 'image/png'],
  ['text', 'just some words\n', 'text/plain'],
  ['text with umlauts', 'Grüße aus Zürich', 'text/plain'],
  ['a coloured log', '\u001b[31mred\u001b[0m\n', 'text/plain'],
  ['bytes of no text', Buffer.from([1, 2, 3, 250, 0, 9]), 'application/octet-stream'],
  ['text in Latin-1', Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65]), 'application/octet-stream'],
  ['a page', '<!DOCTYPE html><title>x</title>', 'text/html'],
  ['a page behind a comment', ' \n<!-- hello -->\n<html><script>1</script>', 'text/html'],
  ['a bare script', '<script>alert(1)</script>', 'text/html'],
  ['a drawing', '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', 'image/svg+xml'],
  ['a drawing with a prologue', '<?xml version="1.0"?><!-- c --><svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'],
  ['a document', '<?xml version="1.0"?><a/>', 'application/xml'],
])('%s is known by its bytes', async (_what, content, type) => {
  expect(await sniff(content)).toBe(type);
});

test('a character that the end of the sample cuts makes no binary of a text', async () => {
  expect(await sniff(`${'x'.repeat(64 * 1024 - 1)}üüü`)).toBe('text/plain');
});

test('only pictures that cannot run anything, and text, are drawn in the browser', () => {
  expect(servedAs('image/png', 'a.png')).toEqual({ type: 'image/png', inline: true });
  expect(servedAs('text/plain', 'a.log')).toEqual({ type: 'text/plain; charset=utf-8', inline: true });
  expect(servedAs('application/pdf', 'a.pdf')).toEqual({ type: 'application/pdf', inline: false });
  for (const type of [
    'text/html',
    'image/svg+xml',
    'application/xml',
    'application/xhtml+xml',
    'text/javascript',
    'nonsense',
    'a/b\r\nx: y',
  ])
    expect(servedAs(type, 'a.bin'), type).toEqual({ type: 'application/octet-stream', inline: false });
  for (const name of ['a.html', 'a.HTM', 'a.svg', 'a.xhtml', 'a.xml', 'a.mhtml', 'a.js', 'a.svgz'])
    for (const type of ['text/plain', 'image/png'])
      expect(servedAs(type, name), name).toEqual({ type: 'application/octet-stream', inline: false });
  expect([isPicture('image/png', 'a.png'), isPicture('image/svg+xml', 'a.svg'), isPicture('text/plain', 'a.txt')]).toEqual([
    true,
    false,
    false,
  ]);
});

test('names in headers are plain for old clients and true for the rest', () => {
  expect(disposition('attachment', 'a b.txt')).toBe(`attachment; filename="a b.txt"; filename*=UTF-8''a%20b.txt`);
  expect(disposition('inline', "é'(1)*.png")).toBe(`inline; filename="__(1)_.png"; filename*=UTF-8''%C3%A9%27%281%29%2A.png`);
  expect(disposition('attachment', '100%;"\\x.txt')).toBe(
    `attachment; filename="100____x.txt"; filename*=UTF-8''100%25%3B%22%5Cx.txt`,
  );
});

test.each([
  [undefined, undefined],
  ['bytes=0-4', { start: 0, end: 4 }],
  ['bytes=5-', { start: 5, end: 9 }],
  ['bytes=-3', { start: 7, end: 9 }],
  ['bytes=-30', { start: 0, end: 9 }],
  ['bytes=0-999', { start: 0, end: 9 }],
  ['bytes=10-', 'unfit'],
  ['bytes=-0', 'unfit'],
  ['bytes=4-2', undefined],
  ['bytes=0-1,3-4', undefined],
  ['lines=0-1', undefined],
  ['bytes=-', undefined],
] as const)('of ten bytes, the range %s is %j', (header, range) => {
  expect(readRange(header, 10)).toEqual(range);
});

test('a request is signed as the published example of signature version 4 is', () => {
  const headers = sign(
    {
      method: 'GET',
      path: '/test.txt',
      query: {},
      headers: { host: 'examplebucket.s3.amazonaws.com', range: 'bytes=0-9' },
      bodyHash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    },
    { region: 'us-east-1', accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
    new Date('2013-05-24T00:00:00Z'),
  );
  expect(headers['authorization']).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
});
