// Makes tickets, reworded duplicates of some of them, and near misses. README.md beside this file tells the procedure.
import { conditions, domains, NAME_PARTS, NOISE, PLACE_KINDS } from './vocabulary.mjs';

/** A fixed sequence for a seed (mulberry32), so that every run measures the same texts. */
export function randomSource(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    chance: (p) => next() < p,
    below: (n) => Math.floor(next() * n),
    /** Some things come up much more often than others. */
    skewed: (n) => Math.floor(next() ** 1.4 * n),
    pick: (list) => list[Math.floor(next() * list.length)],
  };
}

const DOUBLED = new Set(['log', 'put', 'scan', 'drag', 'run', 'reset', 'set', 'get']);
function gerund(phrase) {
  const [verb, ...rest] = phrase.split(' ');
  const stem = DOUBLED.has(verb) ? verb + verb.at(-1) : /[^eoy]e$/.test(verb) ? verb.slice(0, -1) : verb;
  return [`${stem}ing`, ...rest].join(' ');
}
const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** What a ticket is about: numbers into the vocabulary. No two tickets of the corpus are about the same. */
function drawFacts(random) {
  const domain = random.skewed(domains.length);
  const { subjects, actions, failures, traces } = domains[domain];
  const first = random.below(conditions.length);
  const second = random.chance(0.6) ? (first + 1 + random.below(conditions.length - 1)) % conditions.length : -1;
  return {
    domain,
    subject: random.skewed(subjects.length),
    action: random.below(actions.length),
    failure: random.below(failures.length),
    first,
    second,
    trace: random.chance(0.6) ? random.below(traces.length) : -1,
    thing: random.skewed(NAME_PARTS.things.length),
    kind: random.below(PLACE_KINDS.length),
    names: Array.from({ length: random.below(4) }, () => drawName(random)),
  };
}
/** What an error message names. A quarter of the tickets names nothing. */
function drawName(random) {
  const { things, kinds, verbs, endings } = NAME_PARTS;
  const thing = things[random.skewed(things.length)];
  if (random.chance(0.3)) return `${thing.toLowerCase()}_${random.pick(endings)}`;
  if (random.chance(0.2)) return `error ${1000 + random.skewed(4000)}`;
  return `${thing}${kinds[random.skewed(kinds.length)]}${random.chance(0.5) ? `.${random.pick(verbs)}` : ''}`;
}
const keyOf = (facts) =>
  [facts.domain, facts.subject, facts.action, facts.failure, facts.first, facts.second, facts.thing, facts.kind].join('/');

/** Which way of saying each thing is taken. */
function drawWays(facts, random) {
  const { subjects, actions, failures } = domains[facts.domain];
  return {
    subject: random.below(subjects[facts.subject].length),
    action: random.below(actions[facts.action].length),
    failure: random.below(failures[facts.failure].verbs.length),
    kind: random.below(PLACE_KINDS[facts.kind].length),
    first: random.below(conditions[facts.first].length),
    second: facts.second < 0 ? 0 : random.below(conditions[facts.second].length),
  };
}

/** How often a second person says a thing in other words. Names of what is on the screen stay more often than what goes wrong. */
const SAID_OTHERWISE = { subject: 0.2, kind: 0.25, action: 0.4, failure: 0.45, first: 0.3, second: 0.3 };

/** Says some things in another way: synonyms. Counts how many, to report by difficulty. */
function otherWays(facts, ways, random) {
  const { subjects, actions, failures } = domains[facts.domain];
  const sizes = {
    subject: subjects[facts.subject].length,
    action: actions[facts.action].length,
    failure: failures[facts.failure].verbs.length,
    kind: PLACE_KINDS[facts.kind].length,
    first: conditions[facts.first].length,
    second: facts.second < 0 ? 1 : conditions[facts.second].length,
  };
  const other = { ...ways };
  let changed = 0;
  for (const [slot, size] of Object.entries(sizes))
    if (size > 1 && random.chance(SAID_OTHERWISE[slot])) {
      other[slot] = (ways[slot] + 1 + random.below(size - 1)) % size;
      changed += 1;
    }
  return { other, changed };
}

function phrases(facts, ways) {
  const { subjects, actions, failures, traces } = domains[facts.domain];
  const failure = failures[facts.failure];
  return {
    subject: subjects[facts.subject][ways.subject],
    action: actions[facts.action][ways.action],
    place: `${NAME_PARTS.things[facts.thing].toLowerCase()} ${PLACE_KINDS[facts.kind][ways.kind]}`,
    fails: failure.verbs[ways.failure],
    failure: failure.noun,
    first: conditions[facts.first][ways.first],
    second: facts.second < 0 ? '' : conditions[facts.second][ways.second],
    trace: facts.trace < 0 ? '' : traces[facts.trace],
    names: facts.names,
  };
}

const SUMMARIES = [
  (p) => `${capital(p.subject)} ${p.fails} ${p.first}`,
  (p) => `${capital(p.subject)} in ${p.place} ${p.fails}`,
  (p) => `${capital(p.place)}: ${p.subject} ${p.fails} ${p.first}`,
  (p) => `${capital(p.subject)} of the ${p.place} ${p.fails} when ${gerund(p.action)}`,
  (p) => `${capital(p.failure)} in ${p.subject} (${p.place})`,
  (p) => `${capital(gerund(p.action))} in the ${p.place} ${p.first}: ${p.subject} ${p.fails}`,
  (p) => `Cannot ${p.action} ${p.first}, ${p.subject} ${p.fails}`,
  (p) => `${capital(p.first)} ${p.subject} on the ${p.place} ${p.fails}`,
];
const OPENINGS = [
  (p) => `I was on the ${p.place} and tried to ${p.action} ${p.first}. The ${p.subject} ${p.fails}.`,
  (p) => `In the ${p.place} the ${p.subject} ${p.fails} as soon as I ${p.action} ${p.first}.`,
  (p) => `${capital(p.first)}, ${gerund(p.action)} in the ${p.place} does not work: the ${p.subject} ${p.fails}.`,
  (p) => `Steps: 1. open the ${p.place} 2. ${p.action} ${p.first}. Result: ${p.failure}; the ${p.subject} ${p.fails}.`,
];
const TRACES = [(p) => `The log mentions ${p.trace}.`, (p) => `Probably to do with ${p.trace}.`, (p) => `Error: ${p.trace}`];
const NAMED = [
  (name) => `The stack trace begins at ${name}.`,
  (name) => `Seems to come from ${name}.`,
  (name) => `The message says: ${name} failed.`,
  (name) => `See ${name}.`,
];
const PLATFORMS = [
  'Firefox 121',
  'Chrome 120',
  'Safari 17',
  'Edge 119',
  'Windows 10',
  'Ubuntu 22.04',
  'macOS 14',
  'Debian 12',
  'Python 3.11',
  'Node 20',
];

/** `terse`: a summary says it all, as people do who are in a hurry. */
function write(p, random, terse) {
  const summary = random.pick(SUMMARIES)(p) + (p.names[0] && random.chance(0.2) ? ` (${p.names[0]})` : '');
  if (terse) return { summary, description: random.chance(0.5) ? '' : random.pick(NOISE) };
  const sentences = [random.pick(OPENINGS)(p)];
  if (p.second) sentences.push(`It happens ${p.second}.`);
  if (p.trace) sentences.push(random.pick(TRACES)(p));
  for (const name of p.names) sentences.push(random.pick(NAMED)(name));
  if (random.chance(0.4)) sentences.push(`I use ${random.pick(PLATFORMS)} and ${random.pick(PLATFORMS)}.`);
  for (let n = random.below(4); n > 0; n--) sentences.splice(random.below(sentences.length + 1), 0, random.pick(NOISE));
  return { summary, description: sentences.join(' ') };
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
/** One slip of the finger: two letters swapped, one dropped, doubled or wrong. */
function slip(word, random) {
  const at = 1 + random.below(word.length - 2);
  const [before, letter, after] = [word.slice(0, at), word[at], word.slice(at + 1)];
  return random.pick([
    before + after[0] + letter + after.slice(1),
    before + after,
    before + letter + letter + after,
    before + random.pick(LETTERS) + after,
  ]);
}
/** Another form of the word, right or not: people write `crashing` where somebody else wrote `crashes`. */
function inflect(word, random) {
  if (/[^s]s$/.test(word)) return random.pick([word.slice(0, -1), `${word.slice(0, -1)}ing`]);
  if (/ing$/.test(word)) return random.pick([word.slice(0, -3), `${word.slice(0, -3)}s`]);
  return /[a-rt-z]$/.test(word) ? random.pick([`${word}s`, `${word}ing`]) : word;
}
const ADDED = [
  'again',
  'suddenly',
  'sometimes',
  'always',
  'urgent:',
  'bug:',
  'problem:',
  'strange:',
  'please fix',
  'in our installation',
  'for me',
  'since today',
];

/** Word by word: some fall away, some change their form, some get a typing error. */
function blur(text, random, { drop, form, typo }) {
  const words = text.split(' ').flatMap((word) => {
    if (!/^[A-Za-z]{4,}$/.test(word)) return [word];
    if (random.chance(drop)) return [];
    const said = random.chance(form) ? inflect(word, random) : word;
    return [said.length > 4 && random.chance(typo) ? slip(said, random) : said];
  });
  return words.join(' ');
}

/** A duplicate as another person writes it: things said otherwise, other templates, details left out, words blurred. */
function reword({ facts, ways }, random) {
  const { other, changed } = otherWays(facts, ways, random);
  const kept = { ...facts, names: facts.names.filter(() => random.chance(0.5)) };
  if (random.chance(0.5)) kept.trace = -1;
  if (random.chance(0.4)) kept.second = -1;
  const text = write(phrases(kept, other), random, random.chance(0.15));
  const summary = blur(text.summary, random, { drop: 0.06, form: 0.12, typo: 0.06 });
  const added = random.chance(0.3)
    ? random.chance(0.5)
      ? `${random.pick(ADDED)} ${summary}`
      : `${summary} ${random.pick(ADDED)}`
    : summary;
  const shared = kept.names.length > 0;
  return { shared, summary: added, description: blur(text.description, random, { drop: 0.06, form: 0.1, typo: 0.03 }), changed };
}

/** Shares nearly all with the original and is about something else: another subject, failure, action or condition. */
function nearMiss({ facts, ways }, random) {
  const near = { ...facts, ways: { ...ways } };
  const { subjects, actions, failures } = domains[facts.domain];
  const turn = (now, size) => (now + 1 + random.below(size - 1)) % size;
  const slot = random.pick(['subject', 'failure', 'first', 'action', 'thing']);
  near[slot] = turn(
    facts[slot],
    {
      subject: subjects.length,
      failure: failures.length,
      first: conditions.length,
      action: actions.length,
      thing: NAME_PARTS.things.length,
    }[slot],
  );
  if (slot !== 'first') near.second = facts.second < 0 ? random.below(conditions.length) : facts.second;
  // Another ticket of the same corner of the code mentions some of the same names.
  near.names = facts.names.map((name) => (random.chance(0.3) ? name : drawName(random)));
  return near;
}

/** Up to three near misses, in the words of the original wherever the thing is the same. */
function nearMissesOf(told, random, taken) {
  const found = [];
  for (let n = 0; n < 3; n++) {
    const { ways, ...facts } = nearMiss(told, random);
    if (taken.has(keyOf(facts))) continue;
    taken.add(keyOf(facts));
    const own = drawWays(facts, random);
    for (const slot of Object.keys(own)) if (facts[slot] === told.facts[slot]) own[slot] = ways[slot];
    found.push({ facts, ways: own });
  }
  return found;
}

function shuffle(list, random) {
  for (let at = list.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [list[at], list[other]] = [list[other], list[at]];
  }
}

/**
 * `count` tickets, and `pairs` drafts that are each a reworded duplicate of one of them; `lonely` drafts duplicate nothing.
 * Drafts with an even number are for tuning, those with an odd one for the report.
 */
export function makeCorpus({ count, pairs, lonely = 200, seed = 2026 }) {
  const random = randomSource(seed);
  const taken = new Set();
  const fresh = () => {
    let facts = drawFacts(random);
    while (taken.has(keyOf(facts))) facts = drawFacts(random);
    taken.add(keyOf(facts));
    return { facts, ways: drawWays(facts, random) };
  };
  const originals = Array.from({ length: pairs }, fresh);
  const outsiders = Array.from({ length: lonely }, fresh);
  const stored = originals.map((told, index) => ({ ...told, original: index }));
  for (const told of originals) stored.push(...nearMissesOf(told, random, taken));
  while (stored.length < count) stored.push(fresh());
  shuffle(stored, random);
  const drafts = [];
  const tickets = stored.map(({ facts, ways, original }, index) => {
    const id = index + 1;
    if (original !== undefined) drafts[original] = { ...reword({ facts, ways }, random), duplicateOf: id };
    return { id, ...write(phrases(facts, ways), random, random.chance(0.1)) };
  });
  const alone = outsiders.map((told) => reword(told, random));
  return { tickets, drafts, alone };
}
