import { readFile } from 'node:fs/promises';
import {
  type Adjunct,
  type AdjunctType,
  BadRequestError,
  type Command,
  type CommandArguments,
  type CommandHost,
  component,
  type Diagnosis,
  IAdjunctService,
  ICommandProvider,
  IPermissionService,
  ITicketActionController,
  ITicketFields,
  ITicketService,
  type OpenSite,
  type OperationContext,
  type Place,
  type Ticket,
  type TicketContext,
  TracError,
  type User,
} from 'tracts';
import { IWorkflowOperation } from './api.ts';
import { checkWorkflow } from './check.ts';
import { type Simulated, simulateWorkflow } from './simulate.ts';
import { readSimulation, type Scenario, type Simulation } from './simulation.ts';

const userNamed = (name: string): User => ({ name, authenticated: name !== 'anonymous' });
const CLERK = { user: userNamed('tracts'), via: 'cli' } as const;

/** Keeps a byte order mark: a trac.ini that begins with one is refused, with its line. */
async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    throw new BadRequestError(`The file ${file} cannot be read. Check its name and its permissions.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BadRequestError(`The file ${file} is not UTF-8 text. Save it as UTF-8.`);
  }
}

async function diagnose(site: OpenSite, knowsPeople: boolean): Promise<Diagnosis[]> {
  const resolutions = await site.contexts.read(CLERK, (ctx) => site.get(IAdjunctService).list(ctx, 'resolution'));
  const directory = knowsPeople ? await site.contexts.read(CLERK, async (ctx) => ctx.directory) : undefined;
  return checkWorkflow(site.settings, {
    operations: site.all(IWorkflowOperation),
    permissions: new Set(site.get(IPermissionService).all().keys()),
    resolutions: resolutions.map(({ name }) => name),
    shared: site.all(ITicketActionController).length > 1,
    directory,
  });
}

const printed = ({ severity, message, remedy, place }: Diagnosis): string =>
  `${place?.line === undefined ? '' : `line ${place.line}: `}${severity}: ${message}${remedy ? ` ${remedy}` : ''}`;

const placeOf = (error: TracError): Place | undefined => ('place' in error ? (error.place as Place) : undefined);

/** A file that is refused as a whole is one finding: what reads findings needs no second form for it. */
async function findAll(host: CommandHost, file: string | undefined): Promise<readonly Diagnosis[]> {
  const ini = file === undefined ? undefined : await readText(file);
  try {
    const site = ini === undefined ? await host.openSite() : await host.memorySite({ ini, ...(file ? { file } : {}) });
    return await diagnose(site, ini === undefined);
  } catch (error) {
    const place = error instanceof TracError ? placeOf(error) : undefined;
    if (!(error instanceof TracError) || place === undefined) throw error;
    return [{ severity: 'error', message: error.message, remedy: 'Nothing of the file is used until this is mended.', place }];
  }
}

async function check(host: CommandHost, { flags }: CommandArguments): Promise<number> {
  const found = await findAll(host, typeof flags['ini'] === 'string' ? flags['ini'] : undefined);
  if (flags['json'])
    host.out(
      JSON.stringify(
        found.map(({ severity, message, remedy = null, place }) => ({ line: place?.line ?? null, severity, message, remedy })),
        null,
        2,
      ),
    );
  else for (const line of found.length > 0 ? found.map(printed) : ['The workflow is sound.']) host.out(line);
  return found.some(({ severity }) => severity === 'error') ? 1 : 0;
}

/** The operation on a ticket that no database holds; permissions asked without a resource are asked about it. */
function onTicket(ctx: OperationContext, ticket: Ticket): TicketContext {
  const resource = { realm: 'ticket', id: ticket.id, object: ticket };
  return { ...ctx, ticket, can: (permission, about = resource) => ctx.can(permission, about) };
}

async function play(site: OpenSite, scenario: Scenario): Promise<Simulated> {
  const tickets = site.get(ITicketService);
  const [outcome] = await site.contexts.read({ user: userNamed(scenario.user), via: 'cli' }, (ctx) =>
    simulateWorkflow([scenario], {
      contextOf: (_user, stored, draft) => {
        const exists = stored !== undefined;
        return onTicket(ctx, { id: exists ? 1 : undefined, exists, values: stored ?? draft, version: exists ? 1 : 0 });
      },
      offersFor: async (ticketCtx) => [...(await tickets.form(ticketCtx)).actions.values()],
      typeOf: site.get(ITicketFields).type,
    }),
  );
  return outcome ?? { actions: [] };
}

function vocabularies({ components, resolutions }: Simulation): ReadonlyMap<AdjunctType, readonly Adjunct[]> {
  const lists = new Map<AdjunctType, readonly Adjunct[]>();
  if (components)
    lists.set(
      'component',
      components.map((each) => ({ ...each, description: '' })),
    );
  if (resolutions)
    lists.set(
      'resolution',
      resolutions.map((name, at) => ({ name, description: '', rank: at + 1 })),
    );
  return lists;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadRequestError(`The file ${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function simulateFile(host: CommandHost, file: string): Promise<readonly Simulated[]> {
  const simulation = readSimulation(parseJson(await readText(file), file));
  const { ini, directory, scenarios } = simulation;
  const site = await host.memorySite({
    ini,
    people: [...directory.people.values()],
    grants: Object.fromEntries([...directory.grants].map(([subject, given]) => [subject, [...given]])),
    adjuncts: vocabularies(simulation),
  });
  const outcomes: Simulated[] = [];
  for (const scenario of scenarios) outcomes.push(await play(site, scenario));
  return outcomes;
}

/** What a person may do with a stored ticket now, as `simulateFile` shows it for a made-up one. */
async function simulateLive(host: CommandHost, id: number, user: string): Promise<readonly Simulated[]> {
  const site = await host.openSite();
  const tickets = site.get(ITicketService);
  return site.contexts.read({ user: userNamed(user), via: 'cli' }, async (ctx) => {
    const ticketCtx = await tickets.open(ctx, id);
    const part = (name: string): string => String(ticketCtx.ticket.values[name] ?? '');
    const scenario: Scenario = {
      status: part('status'),
      owner: part('owner'),
      resolution: part('resolution'),
      reporter: part('reporter'),
      component: part('component'),
      oldComponent: undefined,
      user,
      inputs: {},
    };
    return simulateWorkflow([scenario], {
      contextOf: () => ticketCtx,
      offersFor: async (open) => [...(await tickets.form(open)).actions.values()],
      typeOf: site.get(ITicketFields).type,
    });
  });
}

function refuse(host: CommandHost, error: unknown): number {
  if (!(error instanceof TracError && error.expose)) throw error;
  host.out(JSON.stringify({ error: { message: error.message, line: placeOf(error)?.line ?? null } }));
  return 1;
}

async function simulate(host: CommandHost, { positional, flags }: CommandArguments): Promise<number> {
  const { ticket, user = 'anonymous' } = flags;
  try {
    // A path such as ./file.json reads as DIR on the command line.
    const outcomes =
      ticket === undefined
        ? await simulateFile(host, positional[0] ?? host.dir)
        : await simulateLive(host, Number(ticket), String(user));
    host.out(JSON.stringify(outcomes, null, 2));
    return 0;
  } catch (error) {
    return refuse(host, error);
  }
}

const COMMANDS: readonly Command[] = [
  {
    name: 'workflow check',
    summary: 'Judge the workflow of an environment or of a trac.ini; exit 1 on errors.',
    takesDir: true,
    options: { ini: 'FILE' },
    switches: ['json'],
    run: check,
  },
  {
    name: 'workflow simulate',
    summary: 'Show as JSON what is offered and would change: for the scenarios of FILE.json, or for one person on one ticket.',
    takesDir: true,
    arguments: ['[FILE]'],
    options: { ticket: 'N', user: 'NAME' },
    switches: ['json'],
    run: simulate,
  },
];

/** `tracts workflow check` and `tracts workflow simulate`. */
export const WorkflowCommands = component({
  doc: 'The commands workflow check and workflow simulate.',
  implements: [ICommandProvider],
  create: () => ({ getCommands: () => COMMANDS }),
});
