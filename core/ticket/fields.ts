import { component } from '../kernel/component.ts';
import { TracError } from '../kernel/errors.ts';
import { IRegistry } from '../kernel/registry.ts';
import type { OperationContext } from '../security/context.ts';
import { type FieldType, ITicketFieldProvider, ITicketFields, ITicketFieldTypeProvider } from './extension-points.ts';
import { toField } from './form.ts';
import type { Field, FieldSpec } from './types.ts';
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

/** Knows every field and field type that enabled components provide. */
export const TicketFields = component({
  doc: 'Gathers the ticket fields of all providers.',
  implements: [ITicketFields],
  uses: { providers: ITicketFieldProvider, typeProviders: ITicketFieldTypeProvider, registry: IRegistry },
  create: ({ providers, typeProviders, registry }) => {
    let types: ReadonlyMap<string, FieldType> | undefined;
    const typeOf = (name: string): FieldType => {
      types ??= gatherTypes(typeProviders);
      return types.get(name) ?? (unknownType as FieldType);
    };
    return {
      type: typeOf,
      async all(ctx: OperationContext): Promise<readonly Field[]> {
        const fields = new Map<string, Field>();
        for (const provider of providers) {
          const source = registry.idOf(provider);
          const specs = await provider.getTicketFields(ctx);
          for (const spec of specs.filter(({ name }) => !fields.has(name)))
            fields.set(spec.name, makeField(spec, source, typeOf(spec.type)));
        }
        return [...fields.values()].sort(byOrder);
      },
    };
  },
});
