import { createHash } from 'node:crypto';
import { utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { IContexts, IEnvironment } from 'tracts';
import { IAttachmentStorage, IAttachments } from 'tracts/attachments';
import { type TestSite, testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import { checkStorage, sweep } from '../../../../plugins/attachments/sweep.ts';
import { eachDialect } from '../../../support/databases.ts';

const DAY = 86_400_000;
const ANN = { user: { name: 'ann', authenticated: true }, via: 'web' } as const;
const later = (days: number): Date => new Date(Date.now() + days * DAY);

interface Stage {
  readonly site: TestSite;
  readonly storage: IAttachmentStorage;
  readonly contexts: IContexts;
  upload(name: string, content: string): Promise<string>;
  attach(id: number, ...tokens: readonly string[]): Promise<void>;
  hashes(): Promise<readonly string[]>;
}

function stageOn(site: TestSite): Stage {
  const [storage, contexts, attachments] = [IAttachmentStorage, IContexts, IAttachments].map((token) =>
    site.site.get(token as never),
  ) as unknown as [IAttachmentStorage, IContexts, IAttachments];
  return {
    site,
    storage,
    contexts,
    async upload(name, content) {
      const file = path.join(site.site.get(IEnvironment).dir, 'upload');
      writeFileSync(file, content);
      const draft = await contexts.read(ANN, (ctx) => attachments.upload(ctx, { name, path: file, size: content.length }));
      expect(draft.fault).toBe('');
      return draft.token;
    },
    attach: async (id, ...tokens) => void (await contexts.write(ANN, (ctx) => attachments.attach(ctx, 'ticket', id, tokens))),
    async hashes() {
      const found: string[] = [];
      for await (const { hash } of storage.list()) found.push(hash);
      return found.sort();
    },
  };
}
const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex');

eachDialect((fresh) => {
  test('bytes that a crash left between storage and record are swept after a day, and nothing else is', async () => {
    await using site = await testSite({ database: await fresh() });
    const { storage, contexts, upload, attach, hashes } = stageOn(site);
    const { id } = await site.fileTicket({ summary: 'A' });
    await attach(id, await upload('a.txt', 'attached'));
    await storage.put(Readable.from([Buffer.from('orphan')]));
    expect(await sweep(contexts, storage)).toEqual({ blobs: 0, bytes: 0 });
    expect(await sweep(contexts, storage, later(2))).toEqual({ blobs: 1, bytes: 6 });
    expect(await hashes()).toEqual([hashOf('attached')]);
  });

  test('an upload that nobody attaches is forgotten after a day, with its bytes', async () => {
    await using site = await testSite({ database: await fresh() });
    const { storage, contexts, upload, hashes } = stageOn(site);
    await upload('a.txt', 'never attached');
    await sweep(contexts, storage, later(0.5));
    expect(await hashes()).toEqual([hashOf('never attached')]);
    await sweep(contexts, storage, later(2));
    expect([await hashes(), await site.run(({ db }) => db('attachment_draft').select())]).toEqual([[], []]);
  });

  test('bytes that two tickets share stay until neither names them', async () => {
    await using site = await testSite({ database: await fresh() });
    const { storage, contexts, upload, attach, hashes } = stageOn(site);
    const [one, two] = [await site.fileTicket({ summary: 'A' }), await site.fileTicket({ summary: 'B' })];
    await attach(one.id, await upload('a.txt', 'shared'));
    await attach(two.id, await upload('b.txt', 'shared'));
    const attachments = site.site.get(IAttachments);
    const remove = (id: number, name: string) =>
      contexts.write(ANN, async (ctx) => {
        const found = await attachments.find(ctx, 'ticket', id, name);
        if (found) await attachments.remove(ctx, found);
      });
    await remove(one.id, 'a.txt');
    await sweep(contexts, storage, later(2));
    expect(await hashes()).toEqual([hashOf('shared')]);
    await remove(two.id, 'b.txt');
    await sweep(contexts, storage, later(4));
    expect(await hashes()).toEqual([]);
  });

  test('sweeping while the same bytes are uploaded again loses none of them', async () => {
    await using site = await testSite({ database: await fresh() });
    const { storage, contexts, upload, attach } = stageOn(site);
    const { id } = await site.fileTicket({ summary: 'A' });
    const old = new Date(Date.now() - 2 * DAY);
    for (let round = 0; round < 20; round++) {
      const { hash } = await storage.put(Readable.from([Buffer.from(`round ${round}`)]));
      const dir = path.join(site.site.get(IEnvironment).dir, 'files', 'attachments');
      utimesSync(path.join(dir, hash.slice(0, 2), hash.slice(2, 4), hash), old, old);
      const swept = new Promise((resolve) => setTimeout(resolve, round % 7)).then(() => sweep(contexts, storage));
      const [token] = await Promise.all([upload(`${round}.txt`, `round ${round}`), swept]);
      await attach(id, token);
    }
    const { missing } = await checkStorage(contexts, storage);
    expect(missing).toEqual([]);
  });

  test('a check names the files whose bytes are missing or cut, and counts what nothing names', async () => {
    await using site = await testSite({ database: await fresh() });
    const { storage, contexts, upload, attach } = stageOn(site);
    const { id } = await site.fileTicket({ summary: 'A' });
    await attach(id, await upload('a.txt', 'alpha'), await upload('b.txt', 'beta'));
    await storage.put(Readable.from([Buffer.from('orphan')]));
    expect(await checkStorage(contexts, storage)).toEqual({ files: 2, missing: [], unnamed: { blobs: 1, bytes: 6 } });
    await storage.delete(hashOf('alpha'));
    const { missing } = await checkStorage(contexts, storage);
    expect(missing.map(({ filename }) => filename)).toEqual(['a.txt']);
    const kept = await storage.open(hashOf('beta'));
    expect(kept && (await text(kept))).toBe('beta');
  });
});
