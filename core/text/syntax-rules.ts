import type { Log } from '../kernel/log.ts';
import type { CompiledText, IWikiSyntaxProvider, SyntaxRule } from './extension-points.ts';

/** A piece of a line that a rule knows. */
export interface FoundSyntax {
  readonly at: number;
  /** Behind its last character. */
  readonly end: number;
  readonly parts: CompiledText['parts'];
}

/** The rules while one text is read. */
export interface RuleScan {
  /** The first piece at or after `from`; of two that begin together, that of the earlier rule. Ask with growing `from`. */
  find(line: string, from: number): FoundSyntax | undefined;
}

/** The rules of others, as a format uses them: `forText()` for each text that it compiles. */
export interface SyntaxRules {
  forText(): RuleScan;
}

/** Milliseconds that a rule may take in one text, all its lines together. */
const BUDGET = 50;
/** Longer lines are not shown to rules: most patterns that cost too much do so by the line's length. */
const LONGEST_LINE = 10_000;
const NO_RULES: RuleScan = { find: () => undefined };

interface Lane {
  readonly rule: SyntaxRule;
  readonly pattern: RegExp;
  spent: number;
  off: boolean;
  /** What it found next in `line`; null: nothing more there. */
  next: RegExpExecArray | null | undefined;
  line: string | undefined;
}

const global = ({ pattern }: SyntaxRule): RegExp =>
  new RegExp(pattern.source, [...new Set(`${pattern.flags.replace('y', '')}g`)].join(''));

/**
 * Watches over rules that others wrote. Reading a text cannot be interrupted: a rule is measured while it works, and once it
 * has spent its share it is off for the rest of that text, as is one that throws or matches nothing; the log says so. A pattern
 * that alone takes exponential time can still hold up the process: rules are code, and whoever installs them trusts them.
 */
export function syntaxRules(providers: Iterable<IWikiSyntaxProvider>, log: Log): SyntaxRules {
  let rules: readonly { readonly rule: SyntaxRule; readonly pattern: RegExp }[] | undefined;
  const getRules = () => {
    rules ??= [...providers].flatMap((one) => one.getWikiSyntax?.() ?? []).map((rule) => ({ rule, pattern: global(rule) }));
    return rules;
  };
  return {
    forText: () => {
      const known = getRules();
      if (known.length === 0) return NO_RULES;
      const lanes = known.map(
        ({ rule, pattern }): Lane => ({ rule, pattern, spent: 0, off: false, next: undefined, line: undefined }),
      );
      return { find: (line, from) => (line.length > LONGEST_LINE ? undefined : findFirst(lanes, line, from, log)) };
    },
  };
}

function switchOff(lane: Lane, why: string, log: Log): void {
  lane.off = true;
  log.warn(`The syntax rule ${lane.rule.name} ${why}; it is off for the rest of this text.`);
}

/** Runs a step of a rule, on its account. */
function measured<T>(lane: Lane, log: Log, work: () => T): T | undefined {
  const start = performance.now();
  try {
    return work();
  } catch (error) {
    switchOff(lane, `failed (${error instanceof Error ? error.message : String(error)})`, log);
    return undefined;
  } finally {
    lane.spent += performance.now() - start;
    if (lane.spent > BUDGET && !lane.off) switchOff(lane, `took more than ${BUDGET} ms`, log);
  }
}

function nextOf(lane: Lane, line: string, from: number, log: Log): RegExpExecArray | null {
  if (lane.line !== line) {
    lane.line = line;
    lane.next = undefined;
  }
  if (lane.next === null) return null;
  if (lane.next === undefined || lane.next.index < from)
    lane.next =
      measured(lane, log, () => {
        lane.pattern.lastIndex = from;
        return lane.pattern.exec(line);
      }) ?? null;
  return lane.next;
}

function findFirst(lanes: readonly Lane[], line: string, from: number, log: Log): FoundSyntax | undefined {
  let best: { readonly lane: Lane; readonly match: RegExpExecArray } | undefined;
  for (const lane of lanes) {
    const match = lane.off ? null : nextOf(lane, line, from, log);
    if (match === null || (best !== undefined && match.index >= best.match.index)) continue;
    if (match[0] === '') switchOff(lane, 'matched nothing', log);
    else best = { lane, match };
  }
  if (best === undefined) return undefined;
  const { lane, match } = best;
  const parts = measured(lane, log, () => lane.rule.toParts(match));
  return parts === undefined ? findFirst(lanes, line, from, log) : { at: match.index, end: match.index + match[0].length, parts };
}
