import type { IAdjunctService, OperationContext } from 'tracts';

/** Both spellings stand for “whoever owns the component” (Trac). */
const DEFAULT_OWNER = ['< default >', '<default>'];

/** Owner of a component: `''` when it has none, undefined when there is no such component. */
export type OwnerOfComponent = (component: unknown) => string | undefined;

/** Reads the components' owners once, so that changes can be computed without waiting. */
export async function readComponentOwners(ctx: OperationContext, adjuncts: IAdjunctService): Promise<OwnerOfComponent> {
  const components = await adjuncts.list(ctx, 'component');
  const owners = new Map(components.map(({ name, owner }) => [name, owner ?? '']));
  return (component) => (component === undefined || component === '' ? '' : owners.get(String(component)));
}

/** Replaces `< default >` by the owner of the ticket's component; every other name stays. */
export const resolveOwner = (owner: unknown, component: unknown, ownerOf: OwnerOfComponent): string => {
  const name = String(owner ?? '');
  return DEFAULT_OWNER.includes(name) ? (ownerOf(component) ?? '') : name;
};
