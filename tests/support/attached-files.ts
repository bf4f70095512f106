import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { IEnvironment } from 'tracts';
import { type Attachment, IAttachments } from 'tracts/attachments';
import type { TestSite } from 'tracts/testing';
import yauzl from 'yauzl';
import type { Part } from './multipart.ts';

export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
export const NEW: readonly Part[] = [
  ['field_summary', 'It breaks'],
  ['submit', '1'],
];
export const LEAVE: readonly Part[] = [
  ['action', 'leave'],
  ['submit', '1'],
];
export const file = (name: string, content: string | Buffer): Part => ['attachment', content, name];

export const filesOf = (site: TestSite, id: number): Promise<readonly Attachment[]> =>
  site.as('admin').run((ctx) => site.site.get(IAttachments).list(ctx, 'ticket', id));
export const namesOf = async (site: TestSite, id: number): Promise<readonly string[]> =>
  (await filesOf(site, id)).map(({ filename }) => filename);
export const tokensIn = (html: string): string[] =>
  [...html.matchAll(/name="attachment_draft" value="([\w-]+)"/g)].map(([, token = '']) => token);
/** What lies where uploads wait while a request is answered. */
export const incoming = (site: TestSite): readonly string[] => {
  const dir = path.join(site.site.get(IEnvironment).dir, 'files', 'incoming');
  return existsSync(dir) ? readdirSync(dir) : [];
};
export const notesOf = async (site: TestSite, id: number): Promise<readonly object[]> =>
  (await site.history(id)).flatMap(({ fields }) => fields.filter(({ note }) => note));

export async function entriesOf(zip: Buffer): Promise<readonly string[]> {
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
