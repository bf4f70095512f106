import {
  type Field,
  type FieldType,
  type May,
  type Offer,
  type Problem,
  readInput,
  type TicketContext,
  type Values,
} from 'tracts';
import type { Scenario } from './simulation.ts';

/** What the simulation needs of a site: real or made up, it does not matter. */
export interface SimulationSite {
  /** A context in which the user looks at a ticket with these stored values; without, at one that is being filed. */
  contextOf(user: string, stored: Values | undefined, draft: Values): May<TicketContext>;
  /** What every controller offers, merged and in display order: the actions of the ticket form. */
  offersFor(ctx: TicketContext): Promise<readonly Offer[]>;
  typeOf(name: string): FieldType;
}

/** One input as a browser would draw it; a choice of one is hidden. */
interface SimulatedControl {
  readonly name: string;
  readonly type: 'text' | 'select' | 'hidden';
  readonly options: readonly { readonly value: string; readonly text: string }[];
  /** What the form proposes; null when it leaves the choice open. */
  readonly value: string | null;
}

interface SimulatedAction {
  readonly name: string;
  readonly label: string;
  readonly weight: number;
  readonly controls: readonly SimulatedControl[];
  /** What the action changes, given exactly the scenario's inputs. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** Why these inputs would be refused. */
  readonly problems: readonly Problem[];
}

/** One scenario's outcome: the actions in display order. */
export interface Simulated {
  readonly actions: readonly SimulatedAction[];
}

function drawControl({ control: name, value, options, optionLabels }: Field): SimulatedControl {
  const choices = options.map((option) => ({ value: option, text: optionLabels[option] ?? option }));
  const type = choices.length === 0 ? 'text' : choices.length === 1 ? 'hidden' : 'select';
  return { name, type, options: choices, value: value === undefined || value === null ? null : String(value) };
}

interface Inputs {
  readonly values: Values;
  readonly problems: readonly Problem[];
}

/**
 * What the scenario sends for one action, by input name, as a submission would be read; what cannot be read stays as it was sent.
 * What it does not send stays absent: that is a fault where it is required and the form proposes nothing.
 */
async function readInputs(ctx: TicketContext, offer: Offer, sent: Values, site: SimulationSite): Promise<Inputs> {
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const input of offer.inputs.values()) {
    const isSent = input.control in sent;
    if (!isSent && !input.required) continue;
    const { value, fault } = await readInput(ctx, offer, input, isSent ? sent[input.control] : input.value, site.typeOf);
    if (isSent) values[input.name] = value;
    if (fault) problems.push({ field: input.control, message: fault });
  }
  return { values, problems };
}

/** Two controllers that set one field differently are a problem naming both, as in the ticket form. */
function mergeChanges(offer: Offer, inputs: Values, after: Values): Pick<SimulatedAction, 'changes' | 'problems'> {
  const merged = new Map<string, { readonly value: unknown; readonly source: string }>();
  const problems = offer.specs.flatMap(({ spec }) => [...(spec.problems?.(inputs, after) ?? [])]);
  const made = offer.specs.flatMap(({ source, spec }) =>
    Object.entries(spec.changes?.(inputs, after) ?? {}).map(([name, value]) => ({ name, value, source })),
  );
  for (const { name, value, source } of made.filter((change) => change.value !== undefined)) {
    const rival = merged.get(name);
    if (!rival) merged.set(name, { value, source });
    else if (String(rival.value) !== String(value))
      problems.push({
        field: name,
        message: `${rival.source} and ${source} set ${name} to different values; see [ticket] workflow.`,
      });
  }
  return { changes: Object.fromEntries([...merged].map(([name, { value }]) => [name, value])), problems };
}

async function simulateOne(scenario: Scenario, site: SimulationSite): Promise<Simulated> {
  const { status, owner, resolution, reporter, component } = scenario;
  const after: Values = { status: status ?? '', owner, resolution, reporter, component };
  const stored = status === null ? undefined : { ...after, component: scenario.oldComponent ?? component };
  const ctx = await site.contextOf(scenario.user, stored, after);
  const offers = await site.offersFor(ctx);
  const actions: SimulatedAction[] = [];
  for (const offer of offers) {
    const { name, label, weight } = offer;
    const inputs = await readInputs(ctx, offer, scenario.inputs, site);
    const merged = mergeChanges(offer, inputs.values, after);
    const told = new Set(inputs.problems.map(({ field }) => field));
    const problems = [...inputs.problems, ...merged.problems.filter(({ field }) => field === undefined || !told.has(field))];
    const controls = [...offer.inputs.values()].map(drawControl);
    actions.push({ name, label, weight, controls, changes: merged.changes, problems });
  }
  return { actions };
}

/** Plays each scenario: what is offered to whom in which state, and what it would change. Stores nothing. */
export async function simulateWorkflow(scenarios: readonly Scenario[], site: SimulationSite): Promise<readonly Simulated[]> {
  const outcomes: Simulated[] = [];
  for (const scenario of scenarios) outcomes.push(await simulateOne(scenario, site));
  return outcomes;
}
