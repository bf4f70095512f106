import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IAttachmentStorage, StoredBlob } from '../../plugins/attachments/api.ts';
import { type Running, STORAGES } from './attachment-storages.ts';

const hashOf = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
const NOWHERE = hashOf('nobody ever put this there');

async function all(storage: IAttachmentStorage): Promise<readonly StoredBlob[]> {
  const found: StoredBlob[] = [];
  for await (const blob of storage.list()) found.push(blob);
  return found;
}

describe.each(STORAGES)('%s', (_name, start) => {
  let running: Running;
  let storage: IAttachmentStorage;
  beforeAll(async () => {
    running = await start();
    storage = running.storage;
  });
  afterAll(() => running[Symbol.asyncDispose]());
  const put = (content: string | Buffer) => storage.put(Readable.from([Buffer.from(content)]));
  const read = async (hash: string, range?: { start: number; end: number }): Promise<string | undefined> => {
    const stream = await storage.open(hash, range);
    return stream && text(stream);
  };

  test('what is put there can be read under the hash of its content', async () => {
    expect(await put('some content')).toEqual({ hash: hashOf('some content'), size: 12 });
    expect(await read(hashOf('some content'))).toBe('some content');
    expect(await storage.find(hashOf('some content'))).toMatchObject({ hash: hashOf('some content'), size: 12 });
  });

  test('content of several megabytes, in many pieces, stays as it is', async () => {
    const pieces = Array.from({ length: 300 }, (_, index) => Buffer.alloc(20_000, index));
    const { hash, size } = await storage.put(Readable.from(pieces));
    expect([hash, size]).toEqual([hashOf(Buffer.concat(pieces)), 6_000_000]);
    const stream = await storage.open(hash);
    expect(stream && hashOf(await buffer(stream))).toBe(hash);
  });

  test('a range has both its ends', async () => {
    const { hash } = await put('0123456789');
    expect([await read(hash, { start: 2, end: 4 }), await read(hash, { start: 9, end: 9 })]).toEqual(['234', '9']);
    expect(await read(hash, { start: 0, end: 9 })).toBe('0123456789');
  });

  test('the same content twice is one blob, put there anew', async () => {
    await put('twice');
    const before = await storage.find(hashOf('twice'));
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await put('twice');
    const after = await storage.find(hashOf('twice'));
    expect((await all(storage)).filter(({ hash }) => hash === hashOf('twice'))).toHaveLength(1);
    expect(after?.modified.getTime()).toBeGreaterThan(before?.modified.getTime() ?? Number.POSITIVE_INFINITY);
    expect(Math.abs(Date.now() - (after?.modified.getTime() ?? 0))).toBeLessThan(10_000);
  });

  test('what is not there is undefined, and deleting it is no error', async () => {
    expect([await storage.open(NOWHERE), await storage.find(NOWHERE)]).toEqual([undefined, undefined]);
    await storage.delete(NOWHERE);
  });

  test('a deleted blob is gone from every answer', async () => {
    const { hash } = await put('to be deleted');
    await storage.delete(hash);
    expect([await storage.open(hash), await storage.find(hash)]).toEqual([undefined, undefined]);
    expect((await all(storage)).some((blob) => blob.hash === hash)).toBe(false);
  });

  test('what is no hash names nothing, whatever path it would make', async () => {
    for (const bad of ['', '..', '../../../conf/trac.ini', 'A'.repeat(64), `${'a'.repeat(63)}/`, `${NOWHERE}\0`]) {
      expect([await storage.open(bad), await storage.find(bad)]).toEqual([undefined, undefined]);
      await storage.delete(bad);
    }
  });

  test('content that breaks off is not there', async () => {
    const before = (await all(storage)).length;
    async function* broken() {
      yield Buffer.from('a good beginning');
      throw new Error('the line is cut');
    }
    await expect(storage.put(Readable.from(broken()))).rejects.toThrow('the line is cut');
    expect((await all(storage)).length).toBe(before);
    expect(await storage.find(hashOf('a good beginning'))).toBeUndefined();
  });

  test('many at once, the same ones among them, all arrive', async () => {
    const contents = Array.from({ length: 24 }, (_, index) => `content ${index % 8}`);
    const stored = await Promise.all(contents.map(put));
    expect(stored.map(({ hash }) => hash)).toEqual(contents.map(hashOf));
    for (const content of new Set(contents)) expect(await read(hashOf(content))).toBe(content);
    await storage.tidy(new Date());
    expect(await read(hashOf('content 1'))).toBe('content 1');
  });

  test('the list has everything, with sizes', async () => {
    await put('listed');
    const found = await all(storage);
    expect(found.find(({ hash }) => hash === hashOf('listed'))?.size).toBe(6);
    expect(new Set(found.map(({ hash }) => hash)).size).toBe(found.length);
  });
});
