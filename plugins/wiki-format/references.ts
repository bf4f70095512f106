import type { TextLink, TextMacro } from 'tracts';
import { CODE } from './characters.ts';
import type { Inline } from './inline.ts';
import { namespaceEnd, relativeEnd, unquoted } from './targets.ts';
import { escapeText, escapeValue } from './writer.ts';

/** Namespaces of Trac itself. They are written in lower case: `Version:2` in a sentence is no reference. */
const BUILT_IN: ReadonlySet<string> = new Set([
  ...['ticket', 'bug', 'issue', 'comment', 'query', 'report', 'milestone', 'version', 'attachment', 'raw-attachment', 'search'],
  ...['wiki', 'source', 'browser', 'repos', 'export', 'diff', 'log', 'changeset', 'timeline', 'htdocs', 'mailto', 'htpath'],
]);
/** Never followed, whatever `[wiki] safe_schemes` says. */
const DANGEROUS: ReadonlySet<string> = new Set(['javascript', 'vbscript', 'data', 'livescript', 'mocha', 'about', 'blob']);

/** A reference as it was found. */
export interface Reference {
  readonly namespace: string;
  /** Without quotes. */
  readonly target: string;
  /** Text that the author gave; empty: none. */
  readonly label: string;
  /** Text for where he gave none. */
  readonly shown: string;
  readonly source: string;
}

/** Zero-width: pages draw the icon of a link that leads elsewhere around it. */
const ICON = '<span class="icon">\u200b</span>';

/** A link to an address elsewhere. */
export const externalLink = (address: string, label: string): string =>
  `<a class="ext-link" href="${escapeValue(address)}">${ICON}${escapeText(label)}</a>`;

const isAddress = (target: string): boolean => {
  const at = target.indexOf('@');
  return at > 0 && at < target.length - 1 && !target.includes('…');
};

/** What stands in the text for a reference: a gap, or finished HTML where nobody has to be asked. */
export function drawReference({ namespace, target, label, shown, source }: Reference, line: Inline): string | TextLink {
  const name = namespace.toLowerCase();
  const text = label === '' ? shown : label;
  if (name === '' && target === '') return escapeText(source);
  if (BUILT_IN.has(name) ? namespace !== name : DANGEROUS.has(name)) return escapeText(source);
  if (name === 'mailto' && !isAddress(target)) return escapeText(text);
  if (target.startsWith('//') && name !== '' && !BUILT_IN.has(name))
    return line.syntax.safeSchemes.has(name) ? externalLink(`${namespace}:${target}`, text) : escapeText(source);
  return { kind: 'link', namespace: name, target, label: escapeText(text), source, labelled: label !== '' };
}

/** What a reference in brackets is called where it has no label. */
export function ownLabel(namespace: string, target: string): string {
  if (target === '') return namespace;
  return namespace !== '' && target.startsWith('//') ? `${namespace}:${target}` : target.replace(/^\/+/, '');
}

const isRelativeInPair = (code: number): boolean => code >= 0 && code !== CODE.pipe && code !== CODE.closing;

/** Reads the inside of `[[target|label]]`. */
export function readPair(content: string, source: string): Reference {
  const bar = content.indexOf('|');
  const label = bar < 0 ? '' : unquoted(content.slice(bar + 1).trim());
  const address = bar < 0 ? content : content.slice(0, bar);
  const relative = relativeEnd(content, 0, isRelativeInPair);
  if (relative === address.length) return { namespace: '', target: address, label, shown: address, source };
  const colon = namespaceEnd(address, 0);
  const namespace = colon < 0 ? 'wiki' : address.slice(0, colon - 1);
  const rest = address.slice(Math.max(colon, 0));
  const target = unquoted(rest.trim() === '' ? rest : rest.trim());
  return { namespace, target, label, shown: ownLabel(namespace, target), source };
}

const MACRO_NAME = /^(?:[\w/+-]+\??|\?)(?=\(|$)/;

/** Reads the inside of `[[Name(arguments)]]`; undefined: it cannot be a macro. */
export function readMacro(content: string): { readonly name: string; readonly args: string } | undefined {
  const name = MACRO_NAME.exec(content)?.[0];
  if (name === undefined || (content.length > name.length && !content.endsWith(')'))) return undefined;
  const isQuestion = name.endsWith('?');
  const args = content.slice(name.length + 1, -1);
  return isQuestion ? { name: 'MacroList', args: name.slice(0, -1) || '*' } : { name, args };
}

/** A macro call within a line. */
export const macroPart = (name: string, args: string, source: string, line: Inline, otherwise: string | TextLink): TextMacro => ({
  kind: 'macro',
  name,
  args,
  body: undefined,
  place: line.place,
  otherwise,
  source,
});
