import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { IAttachmentStorage } from '../../plugins/attachments/api.ts';

/** The package has no types. */
const S3rver = createRequire(import.meta.url)('s3rver') as new (
  options: object,
) => { run(): Promise<{ readonly port: number }>; close(): Promise<void> };

/** A storage on its feet, and how to take it down. */
export interface Running extends AsyncDisposable {
  readonly storage: IAttachmentStorage;
  readonly site: TestSite;
}

async function withFiles(): Promise<Running> {
  const site = await testSite();
  return { storage: site.site.get(IAttachmentStorage), site, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

const s3Ini = (port: number): string => `[components]
s3-storage.* = enabled
attachments.AttachmentFiles = disabled

[s3-storage]
endpoint = http://127.0.0.1:${port}
bucket = tracts
access_key = S3RVER
secret_key = S3RVER
`;

/** A site on a server that speaks S3, on this machine. */
export async function withS3(): Promise<Running> {
  const directory = mkdtempSync(path.join(tmpdir(), 'tracts-s3-'));
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: 'tracts', configs: [] }],
  });
  const { port } = await server.run();
  const site = await testSite({ ini: s3Ini(port) });
  return {
    storage: site.site.get(IAttachmentStorage),
    site,
    [Symbol.asyncDispose]: async () => {
      await site[Symbol.asyncDispose]();
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Every storage that is built in. */
export const STORAGES: readonly (readonly [string, () => Promise<Running>])[] = [
  ['AttachmentFiles', withFiles],
  ['S3AttachmentStorage', withS3],
];
