import { type Diagnosis, describePlace } from '../kernel/errors.ts';
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
    if (this.#found.has(key)) return undefined;
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
    for (const name of this.#overrides.byName.keys()) {
      if (fields.has(name) || this.#settings.get(SECTION, name) !== undefined) continue;
      const near = nearest(name, [...fields.keys()]);
      const [key = name] = this.#settings.entries(SECTION).find(([one]) => one.startsWith(`${name}.`)) ?? [];
      const remedy = near ? `Did you mean ${near}?` : `Define it with ${name} = text, or enable the plugin that provides it.`;
      this.#report(key, `[${SECTION}] ${key}: there is no field "${name}" now.`, remedy, undefined, log);
    }
  }

  #report(key: string, message: string, remedy: string, component: string | undefined, log: Log): void {
    const isOurs = this.#settings.get(SECTION, key) !== undefined;
    const place = isOurs ? this.#settings.place(SECTION, key) : undefined;
    this.#found.set(key, { severity: 'warning', message, remedy, place, component: isOurs ? undefined : component });
    log.warn('a field is not as it was meant', { message, remedy, ...(place ? { place: describePlace(place) } : {}) });
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
