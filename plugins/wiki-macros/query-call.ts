import { type Predicate, parsePredicate } from 'tracts';

const FORMATS = ['list', 'compact', 'count', 'rawcount', 'table', 'progress'] as const;
type QueryFormat = (typeof FORMATS)[number];

/** What `[[TicketQuery(...)]]` asks for. */
export interface QueryCall {
  /** In Trac's language, without what sorts and shows; `''`: all tickets. */
  readonly query: string;
  /** undefined: all tickets. */
  readonly predicate: Predicate | undefined;
  readonly format: QueryFormat;
  readonly order: string;
  readonly desc: boolean;
  readonly group: string;
  readonly groupDesc: boolean;
  /** 0: as many as are ever shown. */
  readonly max: number;
  readonly columns: readonly string[];
}

const SHOWING = new Set(['order', 'desc', 'group', 'groupdesc', 'max', 'col', 'row', 'rows', 'verbose', 'format', 'page']);
const SYNONYMS: Readonly<Record<string, string>> = { created: 'time', modified: 'changetime', ticket: 'id' };
const isTrue = (text: string): boolean => /^\s*(?:1|true|yes|on)\s*$/i.test(text);

interface Pieces {
  readonly clauses: string[][];
  readonly shown: Map<string, string>;
  readonly words: string[];
}

function addShown(shown: Map<string, string>, name: string, value: string): void {
  const before = name === 'col' ? shown.get(name) : undefined;
  shown.set(name, before === undefined ? value : `${before}|${value}`);
}

/** One argument: terms joined by `&`, the word `or`, or, in Trac's oldest way, the format alone. */
function readPiece(piece: string, { clauses, shown, words }: Pieces): void {
  for (const term of piece.split(/(?<!\\)&/)) {
    const name = /^\s*([^=!~^$]+?)\s*=/.exec(term)?.[1] ?? '';
    if (SHOWING.has(name)) addShown(shown, name, term.slice(term.indexOf('=') + 1));
    else if (term.includes('=')) clauses.at(-1)?.push(term.trimStart());
    else if (term.trim() === 'or') clauses.push([]);
    else if (term.trim() !== '') words.push(term.trim());
  }
}

/** Reads the arguments. Throws one sentence for a query that cannot be read. */
export function readQueryCall(args: string): QueryCall {
  const pieces: Pieces = { clauses: [[]], shown: new Map(), words: [] };
  for (const piece of args.split(/(?<!\\),/)) readPiece(piece.replaceAll('\\,', ','), pieces);
  const { shown, words } = pieces;
  const query = pieces.clauses
    .filter((terms) => terms.length > 0)
    .map((terms) => terms.join('&'))
    .join('&or&');
  const format = (shown.get('format') ?? words[0] ?? 'list').trim().toLowerCase();
  const named = (text: string): string => SYNONYMS[text.trim()] ?? text.trim();
  return {
    query,
    predicate: query === '' ? undefined : parsePredicate(query),
    format: FORMATS.find((one) => one === format) ?? 'list',
    order: named(shown.get('order') ?? 'id'),
    desc: isTrue(shown.get('desc') ?? ''),
    group: named(shown.get('group') ?? ''),
    groupDesc: isTrue(shown.get('groupdesc') ?? ''),
    max: /^\s*\d{1,6}\s*$/.test(shown.get('max') ?? '') ? Number(shown.get('max')) : 0,
    columns: (shown.get('col') ?? '')
      .split('|')
      .map(named)
      .filter((one) => one !== ''),
  };
}
