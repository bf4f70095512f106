/** Grows with every change of what `wordsOf` makes of a text: entries of an older scheme are made anew. */
export const WORD_SCHEME = 1;

/** What is read of a text: a pasted log adds nothing after this many characters. */
const READ_AT_MOST = 6_000;
/** Words kept of one ticket. */
const KEPT_AT_MOST = 300;
const LONGEST_WORD = 40;
/** A name of so many parts is no name. */
const MANY_PARTS = 8;

/** English words that say nothing of what a ticket is about. Other common words are known by how many tickets have them. */
const EMPTY_WORDS = new Set(
  `a about after again all also am an and any are as at be because been before being but by can cannot could did do does doing
  done don for from get gets getting give go goes going got had has have having he her here his how however i if in into is isn
  it its just like ll make makes may me might more most much must my need no nor not now of off on once one only or other our out
  over own please re same she should since so some still such than that the their them then there these they this those through
  to too under until up us use used using ve very was way we were what when where which while who why will with without won
  would yes yet you your`.split(/\s+/),
);

/** Runs of one kind: letters and digits, with scripts that write no spaces apart. */
const RUNS = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}ー]+|[\p{L}\p{N}]+/gu;
const UNSPACED = /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}ー]/u;
/** Between the words of `camelCase` and `HTMLParser`: a name of the code is found whole and by its parts. */
const SEAMS = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;

const ACCENTS = /[\u0300-\u036f]+/g;
const MARKS = /\p{M}+/gu;

/** Endings that fall away, longest first; what is left must keep `least` letters with a vowel among them. */
const ENDINGS: readonly (readonly [ending: string, replacement: string, least: number])[] = [
  ['ations', 'at', 3],
  ['ation', 'at', 3],
  ['ingly', '', 3],
  ['ments', '', 4],
  ['ment', '', 4],
  ['ness', '', 4],
  ['ings', '', 3],
  ['ions', '', 4],
  ['ing', '', 3],
  ['ies', 'y', 2],
  ['ied', 'y', 2],
  ['ion', '', 4],
  ['ers', '', 4],
  ['edly', '', 3],
  ['ely', '', 4],
  ['ed', '', 3],
  ['er', '', 4],
  ['ly', '', 4],
  ['es', '', 3],
  ['s', '', 3],
];
const KEEPS_S = /(?:ss|us|is)$/;
const VOWEL = /[aeiouy]/;

/**
 * The stem of a lower-case English word, roughly: `crashes`, `crashed` and `crashing` become one. What it makes need be no
 * word, only the same for the forms of one.
 */
export function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  const rule = ENDINGS.find(
    ([ending, , least]) =>
      word.endsWith(ending) &&
      word.length - ending.length >= least &&
      VOWEL.test(word.slice(0, -ending.length)) &&
      !(ending === 's' && KEEPS_S.test(word)),
  );
  const cut = rule ? word.slice(0, -rule[0].length) + rule[1] : word;
  const single = /([b-df-hj-np-tv-xz])\1$/.test(cut) && cut.length > 3 ? cut.slice(0, -1) : cut;
  const bare = single.length > 3 && single.endsWith('e') ? single.slice(0, -1) : single;
  return bare.length > 3 && bare.endsWith('y') ? `${bare.slice(0, -1)}i` : bare;
}

/** Two by two: the words of a script without spaces are not known, but its pairs of signs tell texts apart. */
function pairsOf(run: string): string[] {
  const signs = [...run];
  if (signs.length === 1) return signs;
  return signs.slice(1).map((sign, index) => `${signs[index]}${sign}`);
}

function* wordsIn(run: string): Generator<string> {
  if (UNSPACED.test(run)) {
    yield* pairsOf(run);
    return;
  }
  yield run;
  const parts = run.split(SEAMS);
  if (parts.length > 1 && parts.length < MANY_PARTS) yield* parts;
}

const isTelling = (word: string): boolean => word.length > 1 && !EMPTY_WORDS.has(word);

/**
 * The distinct words of a text in the order they come, each with how it was spelt first: lower case, without accents, cut to
 * stems, without those that say nothing. They consist of letters and digits alone, so that no search language finds an
 * operator in them.
 */
function* spelt(text: string): Generator<readonly [word: string, spelling: string]> {
  // Accents fall away; what is composed of signs that are no accents (Kana, Hangul) comes back together.
  const plain = text.slice(0, READ_AT_MOST).normalize('NFKD').replace(ACCENTS, '').normalize('NFC').replace(MARKS, '');
  for (const [run] of plain.matchAll(RUNS))
    for (const part of wordsIn(run)) {
      const word = [...part.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')].slice(0, LONGEST_WORD).join('');
      if (UNSPACED.test(word) || isTelling(word)) yield [stem(word), part.slice(0, LONGEST_WORD)];
    }
}

/** The distinct words of a ticket or a draft, those of the summary first, each with its first spelling. */
export function readWords(summary: string, description: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const text of [summary, description])
    for (const [word, spelling] of spelt(text)) {
      if (found.size >= KEPT_AT_MOST) return found;
      if (!found.has(word)) found.set(word, spelling);
    }
  return found;
}
