import { HIDDEN } from '../config/declared.ts';
import { type Diagnosis, reasonOf } from '../kernel/errors.ts';
import type { ComponentFailure } from '../kernel/registry.ts';
import type { OperationContext } from './context.ts';

/** Whose task it was that failed after all was stored. */
export type Doer = Pick<OperationContext, 'user' | 'via' | 'writable'>;

/**
 * The latest failures that people were not told of: of tasks that were to run after a commit, and of components that a page went on
 * without. Whoever looks after the site is told.
 *
 * In memory and of this process alone: a restart forgets them, the log does not.
 */
export interface LateFailures {
  /** `what` names the task, as far as known. */
  note(doer: Doer, what: string | undefined, error: unknown): void;
  noteComponent(failure: ComponentFailure): void;
  /** An error that nobody caught, of this plugin if that is known. */
  noteStray(culprit: { readonly plugin: string; readonly file: string } | undefined, error: unknown): void;
  /** The failures of the last day, the latest first; equal ones are one. */
  diagnoses(): readonly Diagnosis[];
}

interface Kept extends Pick<Diagnosis, 'component' | 'remedy' | 'refusesAll'> {
  readonly text: string;
  /** Of the latest time. */
  readonly about: string;
  readonly at: Date;
  readonly times: number;
}

const MOST_KEPT = 20;
const KEPT_MS = 24 * 60 * 60_000;
const REMEDY =
  'What was stored stays, but what was to follow it, such as telling others, did not happen. The log has the whole error. This note goes after a day.';

/** Makes an empty list. `clock`: for tests. */
export function createLateFailures(clock: () => Date = () => new Date()): LateFailures {
  const kept = new Map<string, Kept>();
  const keep = (one: Omit<Kept, 'at' | 'times'>): void => {
    const times = (kept.get(one.text)?.times ?? 0) + 1;
    kept.delete(one.text);
    kept.set(one.text, { ...one, at: clock(), times });
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  };
  return {
    note({ user, via, writable }, what, error) {
      const text = `${writable ? 'After a change was stored' : 'After something was read'}, ${what ?? 'a task'} failed: ${plainReason(error)}`;
      keep({ text, about: `${user.name}, ${via}`, remedy: REMEDY });
    },
    noteComponent({ component, task, error, about = {}, refusesAll }) {
      const told = Object.entries(about).flatMap(([name, value]) => (value === undefined ? [] : `${name} ${value}`));
      keep({
        text: `The component ${component} ${task}: ${plainReason(error)}`,
        about: told.join(', '),
        component,
        refusesAll,
        remedy: `Correct it, or write "${component} = disabled" into [components] of trac.ini. The log has the whole error. This note goes after a day.`,
      });
    },
    noteStray(culprit, error) {
      const who = culprit ? `The plugin ${culprit.plugin} failed` : 'Something failed';
      const remedy = culprit
        ? `Correct ${culprit.file}: what a timer or a promise throws must be caught there. Then restart Tracts, or it may go on failing.`
        : 'The log has the whole error and where it happened.';
      keep({ text: `${who} while nobody waited for it: ${plainReason(error)}`, about: '', remedy, component: culprit?.plugin });
    },
    diagnoses() {
      const since = clock().getTime() - KEPT_MS;
      return [...kept.values()]
        .filter(({ at }) => at.getTime() > since)
        .reverse()
        .map(describe);
    },
  };
}

function describe({ text, about, at, times, remedy, component, refusesAll }: Kept): Diagnosis {
  const when = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const count = times === 1 ? '' : `${times} times, last `;
  const where = about === '' ? '' : `; ${about}`;
  return { severity: 'error', message: `${text} (${count}${when}${where}).`, remedy, component, refusesAll };
}

const MOST_READ = 1000;
const LONGEST = 200;

/** A query that failed is quoted in front of the reason, with what was to be stored. */
const QUERY = /^\s*(?:select|insert|update|delete|with|begin|commit|rollback|savepoint|release|pragma|alter|create|drop)\b/i;
/** What stands for a person or a right: in addresses, in headers, behind a telling name, or simply long and random. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\/\/[^/@\s]+@/g, `//${HIDDEN}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, `$1 ${HIDDEN}`],
  [
    /\b([\w-]{0,40}(?:passw(?:or)?d|secret|token|apikey|api[_-]key))["']?\s*[=:]\s*(?:"[^"]*"|'[^']*'|[^\s,;&]+)/gi,
    `$1=${HIDDEN}`,
  ],
  [/[\w-]{32,}/g, HIDDEN],
];

/**
 * The reason in an error as people may read it: one line, without the query and the values in it, without what looks like a secret.
 * It cannot know every secret; the page that shows it is for administrators all the same.
 */
export function plainReason(error: unknown): string {
  const full = reasonOf(error).trim();
  const parting = QUERY.test(full) ? full.lastIndexOf(' - ') : -3;
  const [line = ''] = parting === -1 ? ['a query failed'] : full.slice(parting + 3).split('\n', 1);
  const clean = SECRETS.reduce((text, [secret, instead]) => text.replace(secret, instead), line.slice(0, MOST_READ)).trim();
  if (clean === '') return 'no reason was given';
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean;
}
