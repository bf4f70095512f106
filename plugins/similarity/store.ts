import { type OperationContext, runStatement } from 'tracts';
import { WORD_SCHEME } from './words.ts';

type Db = OperationContext['db'];

/** What is indexed of a ticket. */
export interface Entry {
  readonly ticket: number;
  readonly version: number;
  readonly words: readonly string[];
}

const CODED = 'zz';
/**
 * A word as the index keeps it: plain letters and digits only, so that neither database divides it otherwise than we do and no
 * search language finds an operator in it. Any other is written in hexadecimal digits.
 */
const kept = (word: string): string =>
  /^[a-z0-9]+$/.test(word) && !word.startsWith(CODED) ? word : CODED + Buffer.from(word).toString('hex');
const wordIn = (text: string): string =>
  text.startsWith(CODED) ? Buffer.from(text.slice(CODED.length), 'hex').toString() : text;

const isPostgres = (db: Db): boolean => db.client.dialect === 'postgresql';

const REPLACE_ENTRY =
  'insert into similarity_entry (ticket, version, scheme, words) values (?, ?, ?, ?) on conflict (ticket) do update set version = excluded.version, scheme = excluded.scheme, words = excluded.words';

const REPLACE_WORDS = 'insert or replace into similarity_words (rowid, words) values (?, ?)';

/** Writes the entry of a ticket, in the place of the one that is there. */
export async function writeEntry(db: Db, { ticket, version, words }: Entry): Promise<void> {
  const all = words.map(kept);
  const text = all.join(' ');
  if (isPostgres(db)) {
    const indexed = { ticket, version, scheme: WORD_SCHEME, words: db.raw('array_to_tsvector(?::text[])', [all]) };
    await db('similarity_entry').insert(indexed).onConflict('ticket').merge();
    return;
  }
  // Written out: every new ticket comes here, and building the statement takes as long as running it.
  await runStatement(db, REPLACE_ENTRY, [ticket, version, WORD_SCHEME, text]);
  await runStatement(db, REPLACE_WORDS, [ticket, text]);
}

/** Notes one more version of tickets whose texts stay as they are. An entry that was out of date stays so. */
export async function noteChange(db: Db, tickets: readonly number[]): Promise<void> {
  await db('similarity_entry')
    .whereIn('ticket', [...tickets])
    .increment('version', 1);
}

/** Roughly how many tickets are indexed: numbers whose tickets are gone count too. */
export async function indexedTickets(db: Db): Promise<number> {
  const row = (await db('similarity_entry').max({ last: 'ticket' }).first()) as { last: number | null } | undefined;
  return row?.last ?? 0;
}

/** The tickets that have all of the words, at most `limit` of them. */
function having(db: Db, words: readonly string[], limit: number) {
  if (isPostgres(db)) {
    const question = words.map((word) => `'${kept(word)}'`).join(' & ');
    return db('similarity_entry').select({ ticket: 'ticket' }).whereRaw('words @@ ?::tsquery', [question]).limit(limit);
  }
  const question = words.map((word) => `"${kept(word)}"`).join(' AND ');
  return db('similarity_words').select({ ticket: 'rowid' }).whereRaw('similarity_words match ?', [question]).limit(limit);
}

/** How many tickets have each of the words; counting stops at `limit`. */
export async function countTickets(db: Db, words: readonly string[], limit: number): Promise<readonly number[]> {
  const [first, ...rest] = words.map((word, index) =>
    db
      .select({ place: db.raw(String(index)) })
      .count({ tickets: '*' })
      .from(having(db, [word], limit).as('some')),
  );
  if (!first) return [];
  const rows = (await first.unionAll(rest)) as unknown as readonly { place: number; tickets: number }[];
  const counts = new Array<number>(words.length).fill(0);
  for (const { place, tickets } of rows) counts[Number(place)] = Number(tickets);
  return counts;
}

/** Words that a ticket must have, all of them, and what having them counts. */
export interface Clue {
  readonly words: readonly string[];
  readonly weight: number;
  /** It is followed to so many tickets at most. */
  readonly reach: number;
}

/** The `limit` tickets with the weightiest clues, of equals the newest. */
export async function findCandidates(db: Db, clues: readonly Clue[], limit: number): Promise<readonly number[]> {
  const [first, ...rest] = clues.map(({ words, weight, reach }) =>
    db.select({ ticket: 'ticket', weight: db.raw(weight.toFixed(3)) }).from(having(db, words, reach).as('some')),
  );
  if (!first) return [];
  const rows = (await db
    .select('ticket')
    .from(first.unionAll(rest).as('hits'))
    .groupBy('ticket')
    .orderByRaw('sum(weight) desc, ticket desc')
    .limit(limit)) as { ticket: number }[];
  return rows.map(({ ticket }) => ticket);
}

/** The indexed words of some tickets, in no order. */
export async function loadWords(db: Db, tickets: readonly number[]): Promise<readonly Pick<Entry, 'ticket' | 'words'>[]> {
  const words = isPostgres(db) ? db.raw("array_to_string(tsvector_to_array(words), ' ') as words") : 'words';
  const rows = (await db('similarity_entry')
    .whereIn('ticket', [...tickets])
    .select('ticket', words)) as { ticket: number; words: string }[];
  return rows.map((row) => ({ ticket: row.ticket, words: row.words.split(' ').map(wordIn) }));
}

/** Some tickets in the order of their numbers, and which of them have no entry of today. */
export interface Stretch {
  readonly outdated: readonly number[];
  /** The last number looked at; undefined: there are no more tickets. */
  readonly last: number | undefined;
}

/** Looks at `size` tickets after the number `after`; `anew`: every entry counts as old. */
export async function inspectEntries(db: Db, after: number, size: number, anew: boolean): Promise<Stretch> {
  const rows = (await db('ticket as t')
    .leftJoin('similarity_entry as e', 'e.ticket', 't.id')
    .where('t.id', '>', after)
    .orderBy('t.id')
    .limit(size)
    .select('t.id', { version: 't.row_version', indexed: 'e.version', scheme: 'e.scheme' })) as readonly {
    readonly id: number;
    readonly version: number;
    readonly indexed: number | null;
    readonly scheme: number | null;
  }[];
  const outdated = rows.filter(({ version, indexed, scheme }) => anew || version !== indexed || scheme !== WORD_SCHEME);
  return { outdated: outdated.map(({ id }) => id), last: rows.at(-1)?.id };
}

/** The two texts of a ticket. */
export interface TicketTexts {
  readonly id: number;
  readonly version: number;
  readonly summary: string;
  readonly description: string;
}

/** Loads the texts of some tickets; on PostgreSQL nobody changes them until the transaction ends (SQLite has one writer anyway). */
export async function lockTexts(db: Db, tickets: readonly number[]): Promise<readonly TicketTexts[]> {
  const rows = (await db('ticket')
    .whereIn('id', [...tickets])
    .orderBy('id')
    .forUpdate()
    .select('id', { version: 'row_version' }, 'summary', 'description')) as readonly {
    readonly id: number;
    readonly version: number;
    readonly summary: string | null;
    readonly description: string | null;
  }[];
  return rows.map(({ id, version, summary, description }) => ({
    id,
    version,
    summary: summary ?? '',
    description: description ?? '',
  }));
}

/** True when there are tickets and no entry of any. */
export async function isUnindexed(db: Db): Promise<boolean> {
  const entry: unknown = await db('similarity_entry').first('ticket');
  if (entry !== undefined) return false;
  return (await db('ticket').first('id')) !== undefined;
}
