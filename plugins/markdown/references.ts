import type { StateCore, Token } from 'markdown-it';
import { escapeHtml, isSafeHref, type TextLink, type TextMacro } from 'tracts';

/** Puts what has to be looked up when the text is drawn into the stream of tokens. */
export const GAP = 'tracts_gap';

const NAMESPACES = 'ticket|bug|issue|comment|milestone|version|query|report|search|attachment|raw-attachment|mailto';
/** The target of a bare reference: no blanks, and no punctuation at its end. */
const TARGET = /"[^"\n]{1,200}"|[\w/?][\w/?&=.!~^$|:#%+@-]{0,200}/.source;
const REFERENCE = new RegExp(
  [
    '(?<![\\w/&#@.:-])(?:',
    '#(?<ticket>\\d{1,10}(?:[,-]\\d{1,10}){0,100})(?![\\w-])',
    '|@(?<user>[\\p{L}\\p{N}_][\\p{L}\\p{N}_.-]{0,60})',
    `|(?<namespace>${NAMESPACES}):(?<target>${TARGET})`,
    ')',
  ].join(''),
  'gu',
);
const TRAILING = /[.,:;!?&|=#~-]+$/;

/** What an address in `[text](address)` may begin with beyond what any link may. */
const REFERENCE_HREF = new RegExp(`^(?:${NAMESPACES}):.`);

/** True for what may stand in `[text](address)` and `![text](address)`. */
export const isAddress = (address: string): boolean => isSafeHref(address) || REFERENCE_HREF.test(address);

const linkOf = (namespace: string, target: string, label: string, source: string, labelled: boolean): TextLink => ({
  kind: 'link',
  namespace,
  target,
  label,
  source,
  labelled,
});

function gap(state: StateCore, part: TextLink | TextMacro, level: number): Token {
  const token = new state.Token(GAP, '', 0);
  token.meta = { part };
  token.level = level;
  return token;
}

function text(state: StateCore, content: string, level: number): Token {
  const token = new state.Token('text', '', 0);
  token.content = content;
  token.level = level;
  return token;
}

/** A match as a link, with how much of the text it takes. */
function readMatch(match: RegExpExecArray): TextLink {
  const { ticket, user, namespace = '', target = '' } = match.groups ?? {};
  const [source] = match;
  if (ticket !== undefined) return linkOf('ticket', ticket, escapeHtml(source), source, false);
  const bare = (whole: string): string => whole.replace(TRAILING, '');
  if (user !== undefined) return linkOf('user', bare(user), escapeHtml(`@${bare(user)}`), `@${bare(user)}`, false);
  const quoted = target.startsWith('"') ? target.slice(1, -1) : undefined;
  const written = quoted === undefined ? bare(target) : target;
  const reference = `${namespace}:${written}`;
  return linkOf(namespace, quoted ?? written, escapeHtml(reference), reference, false);
}

/** The text with its references taken out; undefined: it has none. */
function splitText(state: StateCore, token: Token): readonly Token[] | undefined {
  const found: Token[] = [];
  let end = 0;
  REFERENCE.lastIndex = 0;
  for (let match = REFERENCE.exec(token.content); match !== null; match = REFERENCE.exec(token.content)) {
    const link = readMatch(match);
    if (link.target === '') continue;
    if (match.index > end) found.push(text(state, token.content.slice(end, match.index), token.level));
    found.push(gap(state, link, token.level));
    end = match.index + link.source.length;
    REFERENCE.lastIndex = end;
  }
  if (found.length === 0) return undefined;
  if (end < token.content.length) found.push(text(state, token.content.slice(end), token.level));
  return found;
}

/** `[text](ticket:12)`, `[text](#anchor)`, `[text](/path)`, `[text](file.txt)`: what depends on this site or on the ticket. */
function readHref(href: string): { readonly namespace: string; readonly target: string } | undefined {
  const [, namespace, target = ''] = new RegExp(`^(${NAMESPACES}):(.*)$`, 's').exec(href) ?? [];
  if (namespace === 'mailto') return undefined;
  if (namespace !== undefined) return { namespace, target: decode(target) };
  if (/^[a-z][a-z0-9+.-]*:/i.test(href) || href.startsWith('//')) return undefined;
  if (/^(?:[/?#]|\.\.?\/)/.test(href)) return { namespace: '', target: href };
  return { namespace: 'attachment', target: decode(href) };
}

function decode(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}

/** Where the link that opens at `start` closes. */
function closingOf(children: readonly Token[], start: number): number {
  let end = start + 1;
  while (end < children.length && children[end]?.type !== 'link_close') end += 1;
  return end;
}

/** The link as a gap, or, one to elsewhere, as it is; links do not nest. */
function* readLink(state: StateCore, children: readonly Token[], start: number, end: number): Generator<Token> {
  const open = children[start];
  const href = String(open?.attrGet('href') ?? '');
  const to = open?.info === 'auto' ? undefined : readHref(href);
  if (open === undefined || to === undefined) {
    open?.attrSet('class', href.startsWith('mailto:') ? 'mail-link' : 'ext-link');
    open?.attrSet('rel', 'nofollow noopener');
    yield* children.slice(start, end + 1);
    return;
  }
  const inner = children.slice(start + 1, end).filter(({ type }) => type !== 'image');
  const label = state.md.renderer.render(inner, state.md.options, state.env);
  yield gap(state, linkOf(to.namespace, to.target, label, `${to.namespace}:${to.target}`, true), open.level);
}

const quote = (text: string): string => `"${text.replaceAll('"', "'")}"`;

/** `![text](file.png)`: the macro knows what may be shown, and from where. */
function pictureOf(state: StateCore, token: Token): Token {
  const alt = token.content;
  const src = String(token.attrGet('src') ?? '');
  const address = /^[a-z][a-z0-9+.-]*:|^\//i.test(src) ? src : decode(src);
  const part: TextMacro = {
    kind: 'macro',
    name: 'Image',
    args: alt === '' ? quote(address) : `${quote(address)}, alt=${quote(alt)}`,
    body: undefined,
    place: 'inline',
    otherwise: escapeHtml(alt === '' ? src : alt),
    source: `![${alt}](${src})`,
  };
  return gap(state, part, token.level);
}

function* gapsIn(state: StateCore, children: readonly Token[]): Generator<Token> {
  for (let index = 0; index < children.length; index += 1) {
    const token = children[index];
    if (token?.type === 'link_open') {
      const end = closingOf(children, index);
      yield* readLink(state, children, index, end);
      index = end;
    } else if (token !== undefined) yield* alone(state, token);
  }
}

function alone(state: StateCore, token: Token): readonly Token[] {
  if (token.type === 'image') return [pictureOf(state, token)];
  return (token.type === 'text' ? splitText(state, token) : undefined) ?? [token];
}

/** The children of one block of text, with gaps in the place of references. */
export const withGaps = (state: StateCore, children: readonly Token[]): Token[] => [...gapsIn(state, children)];
