import { readFileSync } from 'node:fs';
import type { CompiledText, TextLink, TextMacro } from '../../core/text/extension-points.ts';
import { wikiFormat } from '../../plugins/wiki-format/format.ts';

/** A recorded text. */
export interface WikiCase {
  readonly name: string;
  readonly text: string;
  readonly html: string;
  readonly html_preserve_newlines: string | null;
  readonly oneliner: string;
}

/** What Trac 1.6 made of texts on ticket 1. */
export const WIKI_CASES: readonly WikiCase[] = JSON.parse(readFileSync('tests/golden/wiki/wiki.json', 'utf8')).cases;

const SCHEMES = 'cvs, file, ftp, git, irc, http, https, news, sftp, smb, ssh, svn, svn+ssh'.split(', ');

/** The format with Trac's defaults and no rules of others. */
export const plainWiki = wikiFormat({ safeSchemes: SCHEMES, rules: { forText: () => ({ find: () => undefined }) } });

interface Drawn {
  readonly href?: string;
  readonly class?: string;
  readonly title?: string | undefined;
  readonly label?: string;
  readonly after?: string;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const split = (target: string): readonly [string, string] => {
  const at = target.search(/[?#]/);
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at)];
};

const ROOT = '/trac.cgi';
const ICON = '<span class="icon">\u200b</span>';
const TICKETS: Readonly<Record<number, readonly [state: string, title: string]>> = {
  1: ['new', '#1: defect: First ticket (new)'],
  2: ['closed', '#2: defect: Second <b>ticket</b> & co (closed: fixed)'],
  3: ['assigned', '#3: defect: Third "quoted" (assigned)'],
};
const PAGES = ['WikiStart', 'HelloWorld', 'Sub/Page'];

function ticket(target: string): Drawn {
  const [id, rest] = split(target);
  const [state, title] = TICKETS[Number(id)] ?? [];
  return state === undefined
    ? { class: 'missing ticket' }
    : { class: `${state} ticket`, href: `${ROOT}/ticket/${Number(id)}${rest}`, title };
}

function attachment(target: string, raw: boolean): Drawn {
  const [name = '', realm = 'ticket', id = '1'] = target.split(':');
  if (realm !== 'ticket' || id !== '1' || !['file.txt', 'pic.png'].includes(name)) return { class: 'missing attachment' };
  const path = `attachment/ticket/1/${name}`;
  const title = `Attachment '${name}' in Ticket #1`;
  if (raw) return { class: 'attachment', href: `${ROOT}/raw-${path}`, title };
  const after = `<a class="trac-rawlink" href="${ROOT}/raw-${path}" title="Download">\u200b</a>`;
  return { class: 'attachment', href: `${ROOT}/${path}`, title, after };
}

function report(target: string): Drawn {
  const [id, rest] = split(target);
  if (Number(id) > 8) return { class: 'missing report', title: 'report does not exist' };
  return { class: 'report', href: `${ROOT}/report/${id}${rest}` };
}

const cut = (label: string): Drawn => ({ label: label.replace(/@[\w.]+/, '@…') });
const elsewhere = (href: string, title: string, label: string): Drawn => ({
  class: 'ext-link',
  href,
  title,
  label: ICON + label,
});
const noRepository = 'No default repository defined';

const RESOLVERS: Readonly<Record<string, (target: string, link: TextLink) => Drawn>> = {
  ticket,
  bug: ticket,
  issue: ticket,
  comment: (target) => ({ class: 'ticket', href: `${ROOT}/ticket/1#comment:${target}`, title: `Comment ${target}` }),
  report,
  milestone: (target) =>
    /^milestone[1-4]$/.test(target)
      ? { class: 'milestone', href: `${ROOT}/milestone/${target}`, title: 'No date set' }
      : { class: 'milestone missing' },
  attachment: (target) => attachment(target, false),
  'raw-attachment': (target) => attachment(target, true),
  wiki: (target) => (PAGES.includes(target) ? { class: 'wiki', href: `${ROOT}/wiki/${target}` } : { class: 'missing wiki' }),
  mailto: (_target, { label }) => cut(label),
  mailinglist: (target, { label }) => elsewhere(`https://lists.example.net/${target}`, `${target} in mailinglist`, label),
  gen: (target, { label }) => {
    const path = encodeURIComponent(target);
    return elsewhere(`https://gen.example.net/trac/intertrac/${path}`, `${target} in Genetrac`, label);
  },
  log: () => ({ class: 'missing source', title: noRepository }),
  changeset: () => ({ class: 'missing changeset', title: noRepository }),
  '': (target) => ({ ...ticket('1'), href: `${ROOT}/ticket/1${target}` }),
};

function drawLink(link: TextLink): string {
  const drawn = RESOLVERS[link.namespace]?.(link.target, link);
  if (drawn === undefined) return escaped(link.source);
  const label = drawn.label ?? link.label;
  if (drawn.class === undefined) return label;
  const attribute = (name: 'href' | 'title'): string =>
    drawn[name] === undefined ? '' : ` ${name}="${escaped(drawn[name] ?? '')}"`;
  return `<a class="${drawn.class}"${attribute('href')}${attribute('title')}>${label}</a>${drawn.after ?? ''}`;
}

const KNOWN_MACROS = ['Image', 'MacroList', 'TitleIndex', 'TicketQuery', 'Workflow'];

/** What each macro of a recorded text drew, in order. */
function recordedMacros(html: string): string[] {
  const block = /^<p>\n<\/p>([\s\S]*)<p>(?:<br \/>)?\n<\/p>\n$/.exec(html)?.[1];
  return block === undefined ? [...html.matchAll(/<a [^>]*><img[^>]*><\/a>|<img[^>]*>/g)].map(([one]) => one) : [block];
}

function drawMacro(macro: TextMacro, recorded: string[]): string {
  if (!KNOWN_MACROS.includes(macro.name))
    return typeof macro.otherwise === 'string' ? macro.otherwise : drawLink(macro.otherwise);
  if (macro.place === 'line') return `[[${macro.name}(...)]]`;
  const html = recorded.shift() ?? '';
  return macro.place === 'paragraph' && /^\s*<div/.test(html) ? `</p>${html}<p>` : html;
}

/** The text with its links and macros as the record has them. */
export function drawRecorded({ parts }: CompiledText, recorded: string): string {
  const macros = recordedMacros(recorded);
  return parts
    .map((part) => (typeof part === 'string' ? part : part.kind === 'link' ? drawLink(part) : drawMacro(part, macros)))
    .join('');
}
