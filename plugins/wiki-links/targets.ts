/** A target with what may follow it: `12?format=rss#comment:1`. */
export interface Target {
  readonly path: string;
  /** With its question mark; `''`: none. */
  readonly query: string;
  /** With its number sign; `''`: none. */
  readonly fragment: string;
}

/** Splits where a query and a fragment begin. */
export function splitTarget(target: string): Target {
  const hash = target.indexOf('#');
  const before = hash < 0 ? target : target.slice(0, hash);
  const mark = before.indexOf('?');
  return {
    path: mark < 0 ? before : before.slice(0, mark),
    query: mark < 0 ? '' : before.slice(mark),
    fragment: hash < 0 ? '' : target.slice(hash),
  };
}

/** A text as a piece of a path; slashes stay. */
export const encodePath = (text: string): string => encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%3A', ':');

/** A text as the value of a parameter. */
export const encodeValue = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+');

export const GREATEST_ID = 2_147_483_647;

/** The number of a ticket; undefined where the text is none that could be stored. */
export function ticketId(text: string): number | undefined {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return id >= 1 && id <= GREATEST_ID ? id : undefined;
}

/**
 * Several tickets: `1,3-5` becomes `[[1, 1], [3, 5]]`, sorted, with what overlaps or touches put together. Ranges that run
 * backwards count for nothing; undefined: no such list.
 */
export function ticketRanges(text: string): readonly (readonly [number, number])[] | undefined {
  const pairs: [number, number][] = [];
  for (const piece of text.split(',')) {
    const [, low = '', high = low] = /^\s*(\d{1,10})(?:\s*-\s*(\d{1,10}))?\s*$/.exec(piece) ?? [];
    if (low === '') return undefined;
    if (Number(high) >= Number(low)) pairs.push([Number(low), Number(high)]);
  }
  pairs.sort(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  for (const [low, high] of pairs) {
    const last = merged.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}

const PAGING = ['max', 'order', 'desc', 'group', 'groupdesc', 'col', 'row', 'verbose', 'page', 'format', 'report', 'sort'];
const SYNONYMS: Readonly<Record<string, string>> = { created: 'time', modified: 'changetime' };
const isTrue = (text: string): boolean => /^(?:1|true|yes|on)$/i.test(text);

/** One term of a query as parameters; undefined: it is none. */
function readTerm(term: string): readonly (readonly [string, string])[] | undefined {
  if (term === 'or') return [['or', '']];
  const [, name = '', operator = '', text = ''] = /^([\w.-]+)(!?[~^$]?)=(.*)$/s.exec(term) ?? [];
  if (name === '') return undefined;
  const key = SYNONYMS[name] ?? name;
  if (PAGING.includes(key)) return text.split('|').map((value) => [key, SYNONYMS[value] ?? value] as const);
  return text
    .split(/(?<!\\)\|/)
    .map((value) => [key, `${operator}${value.replaceAll('\\|', '|').replaceAll('\\&', '&')}`] as const);
}

/** Paging and order as they stand in the address. */
function sortingOf(given: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  const written: (readonly [string, string])[] = [];
  for (const name of ['page', 'max'] as const) if (given.has(name)) written.push([name, given.get(name) ?? '']);
  written.push(['order', given.get('order') ?? 'priority']);
  for (const name of ['desc', 'groupdesc'] as const) if (isTrue(given.get(name) ?? '')) written.push([name, '1']);
  return written;
}

/**
 * The path of the list that a query in Trac's language finds: `status=new|assigned&order=id`, or everything as the address
 * has it behind a question mark. Undefined: it cannot be read.
 */
export function queryPath(target: string): string | undefined {
  if (target.startsWith('?')) return `/query${target.replaceAll(' ', '+')}`;
  const pairs: (readonly [string, string])[] = [];
  for (const term of target.split(/(?<!\\)&/).filter(Boolean)) {
    const read = readTerm(term);
    if (read === undefined) return undefined;
    pairs.push(...read);
  }
  const sorting = sortingOf(new Map(pairs.filter(([name]) => PAGING.includes(name))));
  const shown = pairs.filter(([name]) => ['group', 'col', 'row'].includes(name));
  const filters = pairs.filter(([name]) => !PAGING.includes(name));
  const written = [...filters, ...sorting, ...shown].map(([name, value]) =>
    name === 'or' ? 'or' : `${encodeURIComponent(name)}=${encodeValue(value)}`,
  );
  return `/query?${written.join('&')}`;
}
