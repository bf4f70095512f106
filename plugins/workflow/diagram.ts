import { escapeHtml } from 'tracts';
import type { WorkflowRule } from './parse.ts';

/** One line of a diagram: everything that leads from one state to another. */
interface Edge {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** Beyond these a drawing helps nobody; the table is there. */
const MOST_STATES = 24;
const MOST_EDGES = 80;
const LONGEST_LABEL = 28;

const BOX = { width: 150, height: 30, step: 64 } as const;
/** About the width of a character, in the same units. */
const CHARACTER = 7;
const BEGINNING = '(new ticket)';
const ANY = '(any)';

const nameOf = (state: string | null): string => (state === null ? BEGINNING : state === '*' ? ANY : state);

/** `from`, `to` and label of every way from one state to another. */
function waysOf(rules: readonly WorkflowRule[]): readonly (readonly [from: string, to: string, label: string])[] {
  return rules
    .filter(({ usable }) => usable)
    .flatMap((rule) =>
      rule.oldStates.map((state) => [nameOf(state), rule.newState === '*' ? nameOf(state) : rule.newState, rule.label] as const),
    );
}

/** States in the order in which a ticket meets them. */
function orderStates(ways: ReturnType<typeof waysOf>): readonly string[] {
  const next = new Map<string, string[]>();
  for (const [from, to] of ways) {
    const known = next.get(from) ?? [];
    known.push(to);
    next.set(from, known);
    if (!next.has(to)) next.set(to, []);
  }
  const found = new Set<string>();
  const order: string[] = [];
  const visit = (state: string): void => {
    if (!found.has(state)) order.push(state);
    found.add(state);
  };
  let at = 0;
  for (const start of [...(next.has(BEGINNING) ? [BEGINNING] : []), ...next.keys()]) {
    visit(start);
    for (; at < order.length; at++) next.get(order[at] ?? '')?.forEach(visit);
  }
  return order;
}

function edgesOf(ways: ReturnType<typeof waysOf>, states: readonly string[]): readonly Edge[] {
  const places = new Map(states.map((state, index) => [state, index]));
  const found = new Map<string, Omit<Edge, 'label'> & { readonly names: string[] }>();
  for (const [start, end, label] of ways) {
    const [from, to] = [places.get(start) ?? 0, places.get(end) ?? 0];
    const edge = found.get(`${from} ${to}`) ?? { from, to, names: [] };
    edge.names.push(label);
    found.set(`${from} ${to}`, edge);
  }
  return [...found.values()].map(({ from, to, names }) => {
    const label = names.join(', ');
    return { from, to, label: label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label };
  });
}

const rangeOf = ({ from, to }: Edge): readonly [number, number] => [Math.min(from, to), Math.max(from, to)];
const overlaps = (a: Edge, b: Edge): boolean => {
  const [[low, high], [start, end]] = [rangeOf(a), rangeOf(b)];
  return low < end && start < high;
};

/** Lines beside each other, the short ones inside. */
function lanesOf(edges: readonly Edge[]): readonly (readonly Edge[])[] {
  const lanes: Edge[][] = [];
  const length = ({ from, to }: Edge): number => Math.abs(from - to);
  for (const edge of [...edges].sort((a, b) => length(a) - length(b))) {
    const lane = lanes.find((others) => others.every((other) => !overlaps(edge, other)));
    if (lane === undefined) lanes.push([edge]);
    else lane.push(edge);
  }
  return lanes;
}

const middleOf = (state: number): number => 20 + BOX.height / 2 + state * BOX.step;
const widthOf = (lane: readonly Edge[]): number => 26 + CHARACTER * Math.max(...lane.map(({ label }) => label.length));

/** Lines on one side of the column: `side` 1 for the right, where tickets move on, -1 for the left, where they go back. */
function drawSide(edges: readonly Edge[], centre: number, side: 1 | -1): string {
  let offset = BOX.width / 2 + 14;
  let svg = '';
  for (const lane of lanesOf(edges)) {
    const x = centre + side * offset;
    const edge = centre + (side * BOX.width) / 2;
    for (const { from, to, label } of lane) {
      const [start, end] = [middleOf(from) + 7, middleOf(to) - 7];
      svg += `<path d="M${edge} ${start}H${x}V${end}H${edge}" fill="none" stroke="currentColor" marker-end="url(#workflow-arrow)"/>`;
      svg += drawLabel(x + side * 5, (start + end) / 2 + 4, side === 1 ? 'start' : 'end', label);
    }
    offset += widthOf(lane);
  }
  return svg;
}

const drawLabel = (x: number, y: number, anchor: string, label: string): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="12" fill="currentColor">${escapeHtml(label)}</text>`;

const sideWidth = (edges: readonly Edge[]): number =>
  BOX.width / 2 + 20 + lanesOf(edges).reduce((all, lane) => all + widthOf(lane), 0);

/** Straight down to the next state. */
function drawStep({ from, to, label }: Edge, centre: number): string {
  const [start, end] = [middleOf(from) + BOX.height / 2, middleOf(to) - BOX.height / 2];
  return `<path d="M${centre} ${start}V${end}" fill="none" stroke="currentColor" marker-end="url(#workflow-arrow)"/>${drawLabel(centre + 6, (start + end) / 2 + 4, 'start', label)}`;
}

function drawState(state: string, index: number, centre: number, stays: string): string {
  const y = middleOf(index) - BOX.height / 2;
  const note = stays === '' ? '' : `<title>${escapeHtml(`${state}; it stays: ${stays}`)}</title>`;
  const name = state.length > 20 ? `${state.slice(0, 19)}…` : state;
  return `<g>${note}<rect x="${centre - BOX.width / 2}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6" fill="none" stroke="currentColor"/><text x="${centre}" y="${y + 20}" text-anchor="middle" font-size="14" fill="currentColor">${escapeHtml(name)}</text></g>`;
}

const ARROW =
  '<defs><marker id="workflow-arrow" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="currentColor"/></marker></defs>';

function drawPicture(states: readonly string[], edges: readonly Edge[]): string {
  const steps = edges.filter(({ from, to }) => to === from + 1);
  const onward = edges.filter(({ from, to }) => to > from + 1);
  const back = edges.filter(({ from, to }) => to < from);
  const left = sideWidth(back);
  const right = Math.max(sideWidth(onward), BOX.width);
  const height = 40 + BOX.height + (states.length - 1) * BOX.step;
  const stays = (index: number): string => edges.find(({ from, to }) => from === index && to === index)?.label ?? '';
  const parts = [
    ARROW,
    ...steps.map((edge) => drawStep(edge, left)),
    drawSide(onward, left, 1),
    drawSide(back, left, -1),
    ...states.map((state, index) => drawState(state, index, left, stays(index))),
  ];
  return `<svg class="workflow-picture" role="img" aria-label="Diagram of the workflow; the table below says the same" viewBox="0 0 ${left + right} ${height}" width="${left + right}" height="${height}">${parts.join('')}</svg>`;
}

function drawTable(rules: readonly WorkflowRule[]): string {
  const rows = rules
    .filter(({ usable, oldStates }) => usable && oldStates.length > 0)
    .map((rule) => {
      const to = rule.newState === '*' ? 'as it is' : rule.newState;
      return `<tr><th scope="row">${escapeHtml(rule.label)}</th><td>${escapeHtml(rule.oldStates.map(nameOf).join(', '))}</td><td>${escapeHtml(to)}</td></tr>`;
    });
  return `<table class="wiki"><thead><tr><th scope="col">Action</th><th scope="col">From</th><th scope="col">To</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

/** A workflow for people: a picture while it is small enough to be read, and always a table. */
export function drawWorkflow(rules: readonly WorkflowRule[]): string {
  const ways = waysOf(rules);
  const states = orderStates(ways);
  const edges = states.length <= MOST_STATES ? edgesOf(ways, states) : [];
  const table = drawTable(rules);
  const isLegible = edges.length > 0 && edges.length <= MOST_EDGES;
  const inside = isLegible ? `${drawPicture(states, edges)}<details><summary>As a table</summary>${table}</details>` : table;
  return `<div class="trac-workflow-graph">${inside}</div>`;
}
