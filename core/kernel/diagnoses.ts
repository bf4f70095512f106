import { type Diagnosis, describePlace } from './errors.ts';
import type { Log } from './log.ts';

/** Nobody reads more findings of one check, and each is logged and listed. */
export const MOST_FOUND = 100;

/**
 * The first hundred findings of a check, and a word where there are more. Give it a generator: what is not asked for need not be
 * worked out, such as the nearest name of each of ten thousand misspelt ones.
 */
export function firstFindings(found: Iterable<Diagnosis>): Diagnosis[] {
  const first: Diagnosis[] = [];
  for (const one of found) {
    if (first.length === MOST_FOUND) {
      const remedy = `Only the first ${MOST_FOUND} are told. Put them right to see the others.`;
      return [...first, { severity: one.severity, message: 'There is more of this kind.', remedy, place: one.place }];
    }
    first.push(one);
  }
  return first;
}

/** Values are quoted in messages, and may be long. */
const LONGEST = 600;

const shorten = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/**
 * What was found, with its place in front as far as the message does not say it itself: `trac.ini, line 12, [ticket] workflow: ...`.
 * The file stands without its folder, so that the text may be shown.
 */
export function describeDiagnosis({ message, place = {} }: Pick<Diagnosis, 'message' | 'place'>): string {
  const { line, section, key } = place;
  const text = shorten(message);
  if (line === undefined || new RegExp(`\\bline ${line}\\b`).test(text)) return text;
  const file = place.file?.replace(/^.*[\\/]/, '');
  const isNamed = text.includes(describePlace({ section, key }));
  return `${describePlace({ file, line, ...(isNamed ? {} : { section, key }) })}: ${text}`;
}

/** Writes what was found into the log, with everything that is known of its place. */
export function logDiagnosis(log: Log, diagnosis: Diagnosis): void {
  const { severity, remedy, place = {}, component } = diagnosis;
  const known = Object.entries({ remedy, ...place, component }).filter(([, value]) => value !== undefined);
  log[severity === 'error' ? 'error' : 'warn'](describeDiagnosis(diagnosis), Object.fromEntries(known));
}
