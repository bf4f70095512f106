import { logDiagnosis, MOST_FOUND } from '../kernel/diagnoses.ts';
import type { Diagnosis } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { nearest } from '../kernel/nearest.ts';
import type { Settings } from '../kernel/settings.ts';
import { type FieldOverride, type FieldOverrides, readOverrides } from './attributes.ts';
import { conditionReader } from './conditions.ts';
import type { Predicate } from './predicate.ts';
import type { Field, FieldSpec } from './types.ts';

const SECTION = 'ticket-custom';
const CONDITIONS = [
  ['visibleIf', 'visible_if'],
  ['requiredIf', 'required_if'],
  ['editableIf', 'editable_if'],
] as const;

const hasConditions = (spec: FieldSpec): boolean =>
  spec.visibleIf !== undefined || spec.requiredIf !== undefined || spec.editableIf !== undefined;

/** What trac.ini says of fields, laid over what their providers say; and conditions, read once. Made for one configuration. */
export class FieldOverlay {
  readonly #settings: Settings;
  readonly #overrides: FieldOverrides;
  readonly #read = conditionReader();
  /** Providers give the same objects again while nothing changes. */
  readonly #laid = new WeakMap<FieldSpec, FieldSpec>();
  /** What only the fields themselves tell: found when they are gathered, each once. */
  readonly #found = new Map<string, Diagnosis>();
  #isChecked = false;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#overrides = readOverrides(settings);
  }

  /** The spec as the administrator wants it. */
  lay(spec: FieldSpec): FieldSpec {
    const override = this.#overrides.byName.get(spec.name);
    if (!override) return spec;
    const known = this.#laid.get(spec);
    if (known) return known;
    const laid = mergeSpec(spec, override);
    this.#laid.set(spec, laid);
    return laid;
  }

  /** Gives the fields their conditions; one that cannot be read, or asks about what is no field, counts as absent. */
  attachConditions(specs: readonly FieldSpec[], fields: ReadonlyMap<string, Field>, log: Log): void {
    if (!this.#isChecked) this.#checkTargets(fields, log);
    for (const spec of specs) {
      const field = hasConditions(spec) ? fields.get(spec.name) : undefined;
      if (!field) continue;
      for (const [property, attribute] of CONDITIONS) {
        const text = spec[property];
        if (text !== undefined) field[property] = this.#predicateOf(text, `${spec.name}.${attribute}`, field, fields, log);
      }
    }
  }

  diagnoses(): readonly Diagnosis[] {
    return [...this.#overrides.diagnoses, ...this.#found.values()];
  }

  #predicateOf(
    text: string,
    key: string,
    { source }: Field,
    fields: ReadonlyMap<string, Field>,
    log: Log,
  ): Predicate | undefined {
    const { predicate, names, fault } = this.#read(text);
    const stranger = names.find((name) => !fields.has(name));
    if (predicate && stranger === undefined) return predicate;
    if (this.#found.has(key) || this.#isFull()) return undefined;
    const near = stranger === undefined ? undefined : nearest(stranger, [...fields.keys(), 'action']);
    const reason = fault?.replace(/\.$/, '') ?? `there is no field "${stranger}"`;
    this.#report(
      key,
      `${key}: ${reason}; the condition counts as absent.`,
      near ? `Did you mean ${near}?` : 'Correct the condition.',
      source,
      log,
    );
    return undefined;
  }

  /** Attributes of a field that nobody provides: nothing reads them. */
  #checkTargets(fields: ReadonlyMap<string, Field>, log: Log): void {
    this.#isChecked = true;
    const lost = new Set([...this.#overrides.byName.keys()].filter((name) => !fields.has(name) && !this.#isDefined(name)));
    if (lost.size === 0) return;
    for (const [key] of this.#settings.entries(SECTION)) {
      const name = key.slice(0, Math.max(0, key.indexOf('.')));
      if (!lost.delete(name)) continue;
      if (this.#isFull()) return;
      const near = nearest(name, fields.keys());
      const remedy = near ? `Did you mean ${near}?` : `Define it with ${name} = text, or enable the plugin that provides it.`;
      this.#report(key, `[${SECTION}] ${key}: there is no field "${name}" now.`, remedy, undefined, log);
    }
  }

  #isDefined(name: string): boolean {
    return this.#settings.get(SECTION, name) !== undefined;
  }

  /** One more than a check tells, so that it says that there are more. */
  #isFull(): boolean {
    return this.#found.size > MOST_FOUND;
  }

  #report(key: string, message: string, remedy: string, component: string | undefined, log: Log): void {
    const isOurs = this.#settings.get(SECTION, key) !== undefined;
    const place = isOurs ? this.#settings.place(SECTION, key) : undefined;
    const diagnosis: Diagnosis = { severity: 'warning', message, remedy, place, component: isOurs ? undefined : component };
    this.#found.set(key, diagnosis);
    logDiagnosis(log, diagnosis);
  }
}

function mergeSpec(spec: FieldSpec, override: FieldOverride): FieldSpec {
  const { hidden, ...rest } = override;
  const visible = rest.visible ?? (hidden === undefined ? undefined : !hidden);
  return {
    ...spec,
    ...rest,
    ...(visible === undefined ? {} : { visible }),
    ...(override.attributes ? { attributes: { ...spec.attributes, ...override.attributes } } : {}),
  };
}
