import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { TracError } from '../kernel/errors.ts';

/** Static files, served under `/chrome/<name>/`, each name a folder. */
export interface Chrome {
  readonly dirs: ReadonlyMap<string, string>;
  /** `common/tracts.css` to `/chrome/common/tracts.css?v=<content hash>`: browsers may then keep it for ever. Throws when there is no such file. */
  path(file: string): string;
  /** True when `hash` is that of the file, which exists. */
  isCurrent(file: string, hash: unknown): boolean;
}

/** Collects static folders; a name given twice is an error. Hashes are computed once, at first use. */
export function createChrome(folders: Iterable<Readonly<Record<string, string>>>): Chrome {
  const dirs = new Map<string, string>();
  for (const folder of folders) {
    for (const [name, dir] of Object.entries(folder)) {
      if (dirs.has(name))
        throw new TracError('CHROME', `Two components offer static files as "${name}". Rename one of the folders.`);
      if (!/^[\w.-]+$/.test(name))
        throw new TracError('CHROME', `Static files cannot be offered as "${name}". Use letters, digits, - and _.`);
      dirs.set(name, dir);
    }
  }
  const hashes = new Map<string, string>();
  const hashOf = (file: string): string => {
    const known = hashes.get(file);
    if (known !== undefined) return known;
    const hash = createHash('sha256').update(readStatic(dirs, file)).digest('base64url').slice(0, 12);
    hashes.set(file, hash);
    return hash;
  };
  return {
    dirs,
    path: (file) => `/chrome/${file}?v=${hashOf(file)}`,
    isCurrent: (file, hash) => hash !== undefined && hashOf(file) === hash,
  };
}

function readStatic(dirs: ReadonlyMap<string, string>, file: string): Buffer {
  const [name = '', ...rest] = normalize(file).split('/');
  const dir = dirs.get(name);
  if (dir === undefined) throw new TracError('CHROME', `Nobody offers static files as "${name}" (wanted: ${file}).`);
  return readFileSync(join(dir, ...rest));
}
