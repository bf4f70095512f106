import { expect, test } from 'vitest';
import { isPublicAddress, parseTarget, resolveTarget } from '../../../../plugins/webhooks/addresses.ts';

test.each([
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::7f00:1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  'localhost',
  '',
])('%s is no public address', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each([
  '8.8.8.8',
  '172.15.255.255',
  '172.32.0.1',
  '100.128.0.1',
  '192.169.0.1',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00::1',
])('%s is a public address', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  'http://127.0.0.1/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://017700000001/',
  'http://127.1/',
  'http://[::1]/',
  'http://[::ffff:7f00:1]/',
  'http://localhost/',
  'http://169.254.169.254/latest/meta-data/',
])('%s is refused however it is written, and taken where inner addresses are allowed', async (text) => {
  const url = parseTarget(text);
  if (typeof url === 'string') throw new Error(url);
  await expect(resolveTarget(url, false)).rejects.toThrow('allow_private');
  expect((await resolveTarget(url, true)).length).toBeGreaterThan(0);
});

test.each([
  '',
  'example.org',
  'ftp://example.org/',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'http://',
  'https://joe:pw@example.org/',
])('%s is no address for a webhook', (text) => {
  expect(parseTarget(text)).toEqual(expect.any(String));
});
