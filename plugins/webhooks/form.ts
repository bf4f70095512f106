import { randomBytes } from 'node:crypto';
import {
  formText,
  type ITicketFields,
  nearest,
  type OperationContext,
  parsePredicate,
  predicateFields,
  TracError,
  type WebRequest,
} from 'tracts';
import { parseTarget } from './addresses.ts';
import { EVENT_NAMES, type Webhook, type WebhookSettings } from './store.ts';

/** What a form was sent with. */
export interface TypedHook {
  readonly name: string;
  readonly url: string;
  readonly secret: string;
  readonly events: readonly string[];
  readonly filter: string;
  readonly run_as: string;
  readonly enabled: boolean;
}
/** Something to put right; `field` names the control. */
export interface HookProblem {
  readonly field: string;
  readonly message: string;
}

/** What the form of a new webhook begins with. */
export const NEW_HOOK: TypedHook = {
  name: '',
  url: '',
  secret: '',
  events: ['ticket.created', 'ticket.changed', 'ticket.deleted'],
  filter: '',
  run_as: 'anonymous',
  enabled: true,
};

/** The form as it was filled in. */
export function typedIn(request: WebRequest): TypedHook {
  const { body } = request;
  const text = (name: string): string => formText(request, name).trim();
  return {
    name: text('name'),
    url: text('url'),
    secret: text('secret'),
    events: EVENT_NAMES.filter((name) => [body['events'] ?? []].flat().includes(name)),
    filter: text('filter').replace(/^\?/, ''),
    run_as: text('run_as') || 'anonymous',
    enabled: text('enabled') !== '',
  };
}

/** A stored webhook as the form shows it; its secret never comes out again. */
export const typedOf = (hook: Webhook): TypedHook => ({ ...hook, secret: '', run_as: hook.runAs });

async function filterProblem(ctx: OperationContext, fields: ITicketFields, filter: string): Promise<string | undefined> {
  if (filter === '') return undefined;
  try {
    const known = (await fields.visible(ctx)).map(({ name }) => name);
    const strange = [...predicateFields(parsePredicate(filter))].find((name) => !known.includes(name));
    if (strange === undefined) return undefined;
    const near = nearest(strange, known);
    return `There is no field “${strange}”.${near ? ` Did you mean ${near}?` : ''}`;
  } catch (error) {
    if (error instanceof TracError) return error.message;
    throw error;
  }
}

/** Nobody sends out what others may see and they may not: that would be a way to read it. */
function personProblem(ctx: OperationContext, name: string, before: string | undefined): string | undefined {
  if (name === 'anonymous' || name === ctx.user.name || name === before) return undefined;
  if (!ctx.can('TRAC_ADMIN')) return 'Only holders of TRAC_ADMIN may choose somebody else than themselves or anonymous.';
  const person = ctx.directory.people.get(name);
  return person && !person.disabled ? undefined : `There is no account “${name}” that may log in.`;
}

const LEAST_SECRET = 16;
const LONGEST = 2000;

/** What is wrong with it, field by field. */
export async function hookProblems(
  ctx: OperationContext,
  fields: ITicketFields,
  typed: TypedHook,
  before?: Webhook,
): Promise<readonly HookProblem[]> {
  const target = parseTarget(typed.url);
  const { secret } = typed;
  const found: readonly (readonly [string, string | undefined])[] = [
    ['name', typed.name === '' ? 'Give it a name.' : undefined],
    ['name', typed.name.length > 200 ? 'This name is too long; 200 characters at most.' : undefined],
    ['url', typeof target === 'string' ? target : undefined],
    ['url', typed.url.length > LONGEST ? `This address is too long; ${LONGEST} characters at most.` : undefined],
    [
      'secret',
      secret !== '' && secret.length < LEAST_SECRET
        ? `A secret has at least ${LEAST_SECRET} characters. Leave it empty to get one made.`
        : undefined,
    ],
    ['events', typed.events.length === 0 ? 'Choose what it is to hear of.' : undefined],
    ['filter', await filterProblem(ctx, fields, typed.filter)],
    ['run_as', personProblem(ctx, typed.run_as, before?.runAs)],
  ];
  return found.flatMap(([field, message]) => (message === undefined ? [] : [{ field, message }]));
}

/** A secret that nobody guesses. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** What is stored of a form without problems; an empty secret stays as it is, or is made. */
export function settingsOf(typed: TypedHook, before?: Webhook): WebhookSettings {
  const target = parseTarget(typed.url);
  return {
    name: typed.name,
    url: typeof target === 'string' ? typed.url : target.href,
    secret: typed.secret || before?.secret || newSecret(),
    events: EVENT_NAMES.filter((name) => typed.events.includes(name)),
    filter: typed.filter,
    runAs: typed.run_as,
    enabled: typed.enabled,
  };
}
