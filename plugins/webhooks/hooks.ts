import {
  type Cached,
  type Directory,
  evaluatePredicate,
  type IGenerations,
  type ITicketFields,
  mayViewField,
  type OperationContext,
  type Predicate,
  parsePredicate,
  predicateFor,
  storedText,
  type TicketContext,
  type User,
} from 'tracts';
import { loadHooks, type Webhook } from './store.ts';

const HOOKS = 'webhooks';
const ANONYMOUS = 'anonymous';

/** The webhooks there are, kept until somebody changes them. */
export const keptHooks = (generations: IGenerations): Cached<readonly Webhook[]> => generations.cached(HOOKS, loadHooks);
export const hooksChanged = (generations: IGenerations, ctx: OperationContext): Promise<void> => generations.bump(ctx, HOOKS);

/** With whose rights a webhook hears; undefined: nobody may log in by that name any more. */
export function personOf({ runAs }: Webhook, { people }: Directory): User | undefined {
  if (runAs === ANONYMOUS) return { name: ANONYMOUS, authenticated: false };
  const person = people.get(runAs);
  return person && !person.disabled ? { name: runAs, authenticated: true } : undefined;
}

const read = new WeakMap<Webhook, Predicate | undefined>();

/** A filter that cannot be read any more lets nothing through: it was meant to keep things back. */
function predicateOf(hook: Webhook): Predicate | undefined {
  if (read.has(hook)) return read.get(hook);
  let predicate: Predicate | undefined;
  try {
    predicate = parsePredicate(hook.filter);
  } catch {
    predicate = undefined;
  }
  read.set(hook, predicate);
  return predicate;
}

/** Is the ticket one that the webhook wants to hear of? What its person may not see counts as empty. */
export async function filterOf(
  hook: Webhook,
  ctx: OperationContext,
  fields: ITicketFields,
): Promise<(open: TicketContext) => boolean> {
  if (hook.filter === '') return () => true;
  const predicate = predicateOf(hook);
  const person = personOf(hook, ctx.directory);
  if (!predicate || !person) return () => false;
  const own = predicateFor(predicate, person);
  const byName = new Map((await fields.all(ctx)).map((field) => [field.name, field]));
  return (open) =>
    evaluatePredicate(own, {
      textOf: (name) => {
        const field = byName.get(name);
        if (!field || !mayViewField(open, name, open.ticket)) return '';
        return storedText(fields.type(field.type), open.ticket.values[name]);
      },
      isList: (name) => byName.get(name)?.format === 'list',
    });
}
