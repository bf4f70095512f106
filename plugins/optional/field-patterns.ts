import { createContext, Script } from 'node:vm';
import { component, type Diagnosis, IDiagnostician, ISettings, ITicketManipulator, labelOf } from 'tracts';

const SECTION = 'field-patterns';
const LONGEST = 10_000;
const PATIENCE = 50;

interface Rule {
  readonly pattern: RegExp;
  readonly message: string;
}

const TEST = new Script('pattern.test(text)');
const sandbox = createContext(Object.create(null) as Record<string, unknown>);

/** Undefined: it took too long to tell. A pattern may backtrack for years; inside node:vm it can be stopped. */
function fits(pattern: RegExp, text: string): boolean | undefined {
  try {
    Object.assign(sandbox, { pattern, text });
    return TEST.runInContext(sandbox, { timeout: PATIENCE }) === true;
  } catch {
    return undefined;
  }
}

/** Repeats what repeats itself, `(a+)+`, or refers back, `\1`: the two ways to make a pattern slow for no benefit. */
const SLOW = /\((?:[^()\\]|\\.)*[+*}|](?:[^()\\]|\\.)*\)[+*{]|\\[1-9]|\\k</;

/** Reads `/pattern/` or `/pattern/i`; a text instead of a pattern says what is wrong. */
function readPattern(text: string): RegExp | string {
  const [, source, flags = ''] = /^\/(.+)\/([iu]*)$/s.exec(text.trim()) ?? [];
  if (source === undefined) return 'this is no pattern between two slashes, such as /^\\d+$/.';
  if (SLOW.test(source))
    return 'this pattern repeats a group that repeats or chooses itself, or refers back: it could take for ever.';
  try {
    return new RegExp(source, flags);
  } catch (error) {
    return `${(error as Error).message}.`;
  }
}

/**
 * A field's text must match a pattern, if there is any text. The whole pattern counts as written: `^` and `$` hold it to the
 * ends. Texts above 10,000 characters, and patterns that need more than 50 ms, refuse the value.
 *
 *     [components]
 *     field-patterns.* = enabled
 *     [field-patterns]
 *     version_found = /^\d+\.\d+$/
 *     version_found.message = Write a version such as 1.4.
 */
export const FieldPatterns = component({
  doc: 'Holds fields to the patterns in [field-patterns] of trac.ini.',
  implements: [ITicketManipulator, IDiagnostician],
  uses: { settings: ISettings },
  sections: { [SECTION]: 'Patterns that fields must match: FIELD = /pattern/, FIELD.message = text.' },
  create: ({ settings }) => {
    const rules = new Map<string, Rule>();
    const diagnoses: Diagnosis[] = [];
    for (const [name, text] of settings.entries(SECTION)) {
      if (name.includes('.')) continue;
      const pattern = readPattern(text);
      const message = settings.get(SECTION, `${name}.message`) || `${labelOf(name)} does not have the form that is asked for.`;
      if (pattern instanceof RegExp) rules.set(name, { pattern, message });
      else
        diagnoses.push({
          severity: 'error',
          message: `[${SECTION}] ${name}: ${pattern} The field is not checked.`,
          remedy: 'Correct the pattern. Example: /^[A-Z]{2}-\\d{4}$/',
          place: settings.place(SECTION, name),
        });
    }
    return {
      *validateTicket(_ctx, { after, changed }) {
        for (const [name, { pattern, message }] of rules) {
          const text = String(after[name] ?? '');
          if (!changed.has(name) || text === '') continue;
          const isGood = text.length <= LONGEST && fits(pattern, text);
          if (!isGood) yield { field: `field_${name}`, message };
        }
      },
      diagnose: () => diagnoses,
    };
  },
});
