import { component } from '../kernel/component.ts';
import { ISettings } from '../kernel/configuration.ts';
import { firstFindings } from '../kernel/diagnoses.ts';
import { type Diagnosis, TracError } from '../kernel/errors.ts';
import { type Log, silentLog } from '../kernel/log.ts';
import { IDiagnostician, IRegistry, ISiteHealth } from '../kernel/registry.ts';
import type { Settings } from '../kernel/settings.ts';
import type { OperationContext } from '../security/context.ts';
import { IPermissionService } from '../security/extension-points.ts';
import { findMisspelt, findUnknownPermissions } from './attributes.ts';
import { type FieldType, ITicketFieldProvider, ITicketFields, ITicketFieldTypeProvider } from './extension-points.ts';
import { FieldOverlay } from './field-overlay.ts';
import { mayViewField } from './field-rights.ts';
import { toField } from './form.ts';
import { GoodLists } from './good-lists.ts';
import type { Field, FieldSpec, May, Ticket } from './types.ts';
import { isColumn } from './values.ts';

/** The type of a field whose own type nobody provides: readable, not editable, and no crash. */
const unknownType: FieldType<string> = {
  name: 'unknown',
  template: 'fields/unknown.njk',
  parse: (raw) => String(raw ?? ''),
  serialise: (value) => value,
  deserialise: (stored) => stored,
};

const byOrder = (a: Field, b: Field): number => a.order - b.order || (a.name < b.name ? -1 : 1);

function makeField(spec: FieldSpec, source: string, type: FieldType): Field {
  const field = toField(spec, source, undefined, !isColumn(spec.name));
  if (type.name === 'unknown') field.editable = false;
  return field;
}

/** Field types by name; throws when two bear one name. */
export function gatherTypes(providers: Iterable<ITicketFieldTypeProvider>): ReadonlyMap<string, FieldType> {
  const found = new Map<string, FieldType>();
  for (const type of [...providers].flatMap((provider) => provider.getFieldTypes())) {
    if (found.has(type.name)) throw new TracError('FIELDS', `The field type "${type.name}" exists already.`);
    found.set(type.name, type);
  }
  return found;
}

/** Knows every field and field type that enabled components provide, with what trac.ini says of them. */
export const TicketFields = component({
  doc: 'Gathers the ticket fields of all providers.',
  implements: [ITicketFields, IDiagnostician],
  uses: {
    providers: ITicketFieldProvider,
    typeProviders: ITicketFieldTypeProvider,
    registry: IRegistry,
    health: ISiteHealth,
    settings: ISettings,
    permissions: IPermissionService,
  },
  permissions: {
    TICKET_FIELD_VIEW: 'See a field of a ticket. Everybody may, unless a policy refuses.',
    TICKET_FIELD_EDIT: 'Edit a field of a ticket that the form offers. Everybody may, unless a policy refuses.',
  },
  create: (needs) => new Fields(needs),
});

interface Needs {
  readonly providers: Iterable<ITicketFieldProvider>;
  readonly typeProviders: Iterable<ITicketFieldTypeProvider>;
  readonly registry: IRegistry;
  readonly health: ISiteHealth;
  readonly settings: ISettings;
  readonly permissions: IPermissionService;
}

class Fields implements ITicketFields, IDiagnostician {
  readonly #needs: Needs;
  readonly #overlay: FieldOverlay;
  readonly #good: GoodLists;
  #types: ReadonlyMap<string, FieldType> | undefined;
  #last:
    | { readonly lists: ReadonlyMap<ITicketFieldProvider, readonly FieldSpec[]>; readonly fields: readonly Field[] }
    | undefined;

  constructor(needs: Needs) {
    this.#needs = needs;
    this.#overlay = new FieldOverlay(needs.settings);
    this.#good = new GoodLists(needs.registry, needs.health);
  }

  // A property: callers pass it on by itself.
  readonly type = (name: string): FieldType => {
    this.#types ??= gatherTypes(this.#needs.typeProviders);
    return this.#types.get(name) ?? (unknownType as FieldType);
  };

  /** Shared by everybody until a provider gives another list, hence frozen; a form works on copies (`copyField`). */
  async all(ctx: OperationContext): Promise<readonly Field[]> {
    const lists = new Map<ITicketFieldProvider, readonly FieldSpec[]>();
    for (const provider of this.#needs.providers) {
      const list = this.#good.ask(ctx, provider);
      lists.set(provider, list instanceof Promise ? await list : list);
    }
    const last = this.#last;
    if (last?.lists.size === lists.size && [...lists].every(([provider, list]) => last.lists.get(provider) === list))
      return last.fields;
    const fields = await this.#gather(this.#overlay, ctx.log, (provider) => lists.get(provider) ?? []);
    for (const field of fields) Object.freeze(field);
    this.#last = { lists, fields };
    return fields;
  }

  async draft(ctx: OperationContext, settings: Settings) {
    const overlay = new FieldOverlay(settings);
    const found: Diagnosis[] = [];
    const fields = await this.#gather(overlay, silentLog, (provider) => {
      const drafted = provider.draftTicketFields?.(settings);
      if (!drafted) return provider.getTicketFields(ctx);
      found.push(...drafted.diagnoses);
      return drafted.specs;
    });
    return { fields, diagnoses: [...found, ...this.#judge(settings, overlay)] };
  }

  async #gather(
    overlay: FieldOverlay,
    log: Log,
    specsOf: (provider: ITicketFieldProvider) => May<readonly FieldSpec[]>,
  ): Promise<readonly Field[]> {
    const { providers, registry } = this.#needs;
    const fields = new Map<string, Field>();
    const specs: FieldSpec[] = [];
    for (const provider of providers) {
      const source = registry.idOf(provider);
      for (const provided of await specsOf(provider)) {
        if (fields.has(provided.name)) continue;
        const spec = overlay.lay(provided);
        fields.set(spec.name, makeField(spec, source, this.type(spec.type)));
        specs.push(spec);
      }
    }
    overlay.attachConditions(specs, fields, log);
    return [...fields.values()].sort(byOrder);
  }

  async visible(ctx: OperationContext, ticket?: Ticket): Promise<readonly Field[]> {
    const shown = (await this.all(ctx)).filter(({ internal }) => !internal);
    return this.#needs.permissions.judgesFields() ? shown.filter(({ name }) => mayViewField(ctx, name, ticket)) : shown;
  }

  diagnose(): readonly Diagnosis[] {
    return this.#judge(this.#needs.settings, this.#overlay);
  }

  #judge(settings: Settings, overlay: FieldOverlay): readonly Diagnosis[] {
    const { permissions, typeProviders } = this.#needs;
    this.#types ??= gatherTypes(typeProviders);
    const known = new Set([...this.#types.values()].flatMap(({ attributes = {} }) => Object.keys(attributes)));
    return [
      ...firstFindings(overlay.diagnoses()),
      ...firstFindings(findMisspelt(settings, known)),
      ...firstFindings(findUnknownPermissions(settings, permissions.all())),
    ];
  }
}
