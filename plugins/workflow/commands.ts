import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
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
  IRegistry,
  ITicketActionController,
  ITicketFields,
  ITicketService,
  type OpenSite,
  type OperationContext,
  type Place,
  readTicketNumber,
  type Ticket,
  type TicketContext,
  TracError,
  UsageError,
  type User,
  usageOf,
} from 'tracts';
import { IWorkflowOperation, type WorkflowSite } from './api.ts';
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

/** What a database knows; of a file alone the resolutions of a new environment are known, of one whose database is away nothing. */
type Known = Pick<WorkflowSite, 'resolutions' | 'directory'>;

const resolutionsOf = async (site: OpenSite): Promise<readonly string[]> =>
  (await site.contexts.read(CLERK, (ctx) => site.get(IAdjunctService).list(ctx, 'resolution'))).map(({ name }) => name);

const knownOf = async (site: OpenSite): Promise<Known> => ({
  resolutions: await resolutionsOf(site),
  directory: await site.contexts.read(CLERK, async ({ directory }) => directory),
});

/** Of [ticket]: which controllers there are, and whom they offer as owners. */
const WORKFLOW_OPTIONS: readonly string[] = ['workflow', 'restrict_owner'];

function diagnose(site: OpenSite, known: Known): Diagnosis[] {
  const controllers = site.all(ITicketActionController);
  const found = checkWorkflow(site.settings, {
    operations: site.all(IWorkflowOperation),
    permissions: new Set(site.get(IPermissionService).all().keys()),
    shared: controllers.length > 1,
    ...known,
  });
  const others = site.get(IRegistry).diagnoses();
  return [...others.filter(({ place }) => place?.section === 'ticket' && WORKFLOW_OPTIONS.includes(place.key ?? '')), ...found];
}

const printed = ({ severity, message, remedy, place }: Diagnosis): string =>
  `${place?.line === undefined ? '' : `line ${place.line}: `}${severity}: ${message}${remedy ? ` ${remedy}` : ''}`;

const placeOf = (error: TracError): Place | undefined => ('place' in error ? (error.place as Place) : undefined);

/** The environment's workflow. Without its database, the file is judged all the same: that is where people mend it. */
async function findInEnvironment(host: CommandHost): Promise<readonly Diagnosis[]> {
  let site: OpenSite;
  try {
    site = await host.openSite();
  } catch (error) {
    const file = path.join(host.dir, 'conf', 'trac.ini');
    if (!(error instanceof TracError) || error.code === 'ENVIRONMENT' || placeOf(error)) throw error;
    const unopened: Diagnosis = {
      severity: 'error',
      message: error.message,
      remedy: 'Until then the file alone is judged, without the people, the resolutions and the plugins of the environment.',
    };
    return [unopened, ...diagnose(await host.memorySite({ ini: await readText(file), file }), {})];
  }
  return diagnose(site, await knownOf(site));
}

async function findInFile(host: CommandHost, file: string): Promise<readonly Diagnosis[]> {
  const site = await host.memorySite({ ini: await readText(file), file });
  return diagnose(site, { resolutions: await resolutionsOf(site) });
}

/** A file that is refused as a whole is one finding: what reads findings needs no second form for it. */
async function findAll(host: CommandHost, file: string | undefined): Promise<readonly Diagnosis[]> {
  try {
    return await (file === undefined ? findInEnvironment(host) : findInFile(host, file));
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

const isFolder = (name: string): boolean => statSync(name, { throwIfNoEntry: false })?.isDirectory() === true;

/** The file to play. A path such as ./file.json reads as DIR on the command line, which is `env` where nothing is named. */
function fileOf(host: CommandHost, [file]: readonly string[]): string {
  if (file !== undefined) return file;
  if (host.dir !== 'env' && !isFolder(host.dir)) return host.dir;
  throw new UsageError('FILE is missing, or --ticket N --user NAME.', usageOf(SIMULATE));
}

async function simulate(host: CommandHost, { positional, flags }: CommandArguments): Promise<number> {
  const { ticket, user = 'anonymous' } = flags;
  const file = ticket === undefined ? fileOf(host, positional) : '';
  try {
    const outcomes =
      ticket === undefined
        ? await simulateFile(host, file)
        : await simulateLive(host, readTicketNumber(String(ticket)), String(user));
    host.out(JSON.stringify(outcomes, null, 2));
    return 0;
  } catch (error) {
    return refuse(host, error);
  }
}

const SIMULATE: Command = {
  name: 'workflow simulate',
  summary: 'Show as JSON what is offered and would change: for the scenarios of FILE.json, or for one person on one ticket.',
  takesDir: true,
  arguments: ['[FILE]'],
  options: { ticket: 'N', user: 'NAME' },
  switches: ['json'],
  run: simulate,
};

const COMMANDS: readonly Command[] = [
  {
    name: 'workflow check',
    summary: 'Judge the workflow of an environment or of a trac.ini; exit 1 on errors.',
    takesDir: true,
    options: { ini: 'FILE' },
    switches: ['json'],
    run: check,
  },
  SIMULATE,
];

/** `tracts workflow check` and `tracts workflow simulate`. */
export const WorkflowCommands = component({
  doc: 'The commands workflow check and workflow simulate.',
  implements: [ICommandProvider],
  create: () => ({ getCommands: () => COMMANDS }),
});
