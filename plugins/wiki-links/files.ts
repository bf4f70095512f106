import { escapeHtml, type LinkResolver, type OperationContext, type ResolvedLink, type TextScope } from 'tracts';
import type { FileReference, IFileFinder, LinkedFile } from './api.ts';
import { splitTarget } from './targets.ts';

const REALM = /^(?:ticket|bug|issue|milestone|wiki)$/;

/** `file.txt`, `file.txt:ticket:12`, and in Trac's old order `ticket:12:file.txt`; undefined where it belongs to nothing. */
export function fileReference(target: string, scope: TextScope): FileReference | undefined {
  const pieces = target.split(':');
  const realmOf = (text: string): string => (/^(?:bug|issue)$/.test(text) ? 'ticket' : text);
  const [first = '', second = ''] = pieces;
  if (pieces.length >= 3) {
    const [realm = '', id = ''] = pieces.slice(-2);
    if (REALM.test(realm)) return { realm: realmOf(realm), id, name: pieces.slice(0, -2).join(':') };
    if (REALM.test(first)) return { realm: realmOf(first), id: second, name: pieces.slice(2).join(':') };
  }
  const { realm, id } = scope.resource ?? {};
  return realm === undefined || id === undefined || target === '' ? undefined : { realm, id: String(id), name: target };
}

/** Tickets and the like whose files are looked up for one page; those of others count as missing. */
const MOST_PARENTS = 50;

function ofFewParents(wanted: readonly FileReference[]): readonly FileReference[] {
  const parents = new Set<string>();
  return wanted.filter(({ realm, id }) => {
    const parent = `${realm}:${id}`;
    if (parents.size < MOST_PARENTS) parents.add(parent);
    return parents.has(parent);
  });
}

/** Files by what names them; the first finder that knows one counts. */
export async function findFiles(
  finders: Iterable<IFileFinder>,
  ctx: OperationContext,
  wanted: readonly (FileReference | undefined)[],
): Promise<readonly (LinkedFile | undefined)[]> {
  const known = ofFewParents(wanted.filter((one) => one !== undefined));
  const found = new Map<FileReference, LinkedFile>();
  for (const finder of finders) {
    const missing = known.filter((one) => !found.has(one));
    if (missing.length === 0) break;
    const answers = await finder.findFiles(ctx, missing);
    for (const [index, one] of missing.entries()) {
      const answer = answers[index];
      if (answer !== undefined) found.set(one, answer);
    }
  }
  return wanted.map((one) => one && found.get(one));
}

const titleOf = ({ name, realm, id }: FileReference): string =>
  `Attachment '${name}' in ${realm === 'ticket' ? `Ticket #${id}` : `${realm} ${id}`}`;

/** `attachment:file.txt`, `raw-attachment:file.txt:ticket:12`. */
export function fileLinks(finders: Iterable<IFileFinder>): LinkResolver {
  return {
    namespaces: ['attachment', 'raw-attachment'],
    async resolve(ctx, links, scope) {
      const targets = links.map(({ target }) => splitTarget(target));
      const wanted = targets.map(({ path }) => fileReference(path, scope));
      const files = await findFiles(finders, ctx, wanted);
      return links.map(({ namespace }, index): ResolvedLink => {
        const [file, reference] = [files[index], wanted[index]];
        if (file === undefined || reference === undefined) return { classes: 'missing attachment' };
        const rest = `${targets[index]?.query ?? ''}${targets[index]?.fragment ?? ''}`;
        const raw = scope.href(file.raw);
        const title = titleOf(reference);
        if (namespace === 'raw-attachment') return { href: raw + rest, classes: 'attachment', title };
        const after = `<a class="trac-rawlink" href="${escapeHtml(raw)}" title="Download">\u200b</a>`;
        return { href: scope.href(file.page) + rest, classes: 'attachment', title, after };
      });
    },
  };
}
