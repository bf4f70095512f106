// Reads hostile wiki texts for some minutes and says what is wrong with what came of them: an exception, more than a second of the
// processor, HTML that is not closed in itself, is read otherwise than it was written, or runs something.
// Usage: npx tsx --conditions=source docs/bench/fuzz-wiki.mjs [--minutes 10] [--seed 1]
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: String(Date.now() % 1_000_000_000) } },
});
process.chdir(path.join(path.dirname(fileURLToPath(import.meta.url)), '../..'));
const { hostileText, seeded, tryText } = await import('../../tests/support/wiki-fuzz.ts');

const MOST_FOUND = 20;
const end = Date.now() + Number(values.minutes) * 60_000;
const first = Number(values.seed);
let seed = first;
let found = 0;
let slowest = { milliseconds: 0 };
let characters = 0;

/** Takes pieces away for as long as the fault stays. */
function shrunk(text, strict, options) {
  let least = text;
  for (let size = Math.ceil(text.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < least.length; ) {
      const less = least.slice(0, at) + least.slice(at + size);
      if (tryText(less, strict, options).faults.length > 0) least = less;
      else at += size;
    }
  return least;
}

for (; Date.now() < end && found < MOST_FOUND; seed++) {
  const random = seeded(seed);
  const { text, strict } = hostileText(random);
  const options = { inline: random() < 0.2, breaks: random() < 0.5 };
  characters += text.length;
  try {
    const { milliseconds, faults } = tryText(text, strict, options);
    if (milliseconds > slowest.milliseconds) slowest = { milliseconds, seed, length: text.length };
    if (faults.length === 0 && milliseconds < 1000) continue;
    found += 1;
    const shown = faults.length > 0 && text.length < 20_000 ? shrunk(text, strict, options) : text;
    console.log(`seed ${seed}: ${Math.round(milliseconds)} ms`, options, faults.slice(0, 3), JSON.stringify(shown.slice(0, 300)));
  } catch (error) {
    found += 1;
    console.log(`seed ${seed}: ${error.stack}`, JSON.stringify(text.slice(0, 300)));
  }
}
const { milliseconds, ...which } = slowest;
console.log(
  `${seed - first} texts from seed ${first} on, ${(characters / 1e6).toFixed(0)} million characters: ${found} with faults.`,
);
console.log(`The slowest took ${Math.round(milliseconds)} ms of the processor.`, which);
process.exitCode = found === 0 ? 0 : 1;
