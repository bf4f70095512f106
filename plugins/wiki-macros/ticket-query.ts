import {
  displayText,
  escapeHtml,
  type Field,
  isClosedStatus,
  mayViewField,
  type OperationContext,
  type TextScope,
  type TicketContext,
  type WikiMacro,
} from 'tracts';
import { queryPath } from 'tracts/wiki-links';
import { countByStatus, type FindNeeds, type Found, findTickets, MOST_COUNTED } from './find.ts';
import { type QueryCall, readQueryCall } from './query-call.ts';

/** What drawing a list takes. */
interface Drawing {
  readonly needs: FindNeeds;
  readonly call: QueryCall;
  readonly scope: TextScope;
  readonly found: Found;
}

const NOTHING = '<span class="query_no_results">No results</span>';
const DEFAULT_COLUMNS = ['id', 'summary', 'status', 'owner', 'type', 'priority', 'milestone'];

const pathOf = ({ query, order, desc }: QueryCall, more = ''): string =>
  queryPath(`${query === '' ? 'status=' : query}&order=${order}${desc ? '&desc=1' : ''}${more}`) ?? '/query';

/** A value as people read it; `''` where the person may not see it. */
function shown({ needs, found, scope }: Drawing, open: TicketContext, name: string): string {
  if (name === 'id') return `#${open.ticket.id}`;
  const field = found.fields.get(name);
  if (field === undefined || !mayViewField(open, name, open.ticket)) return '';
  return scope.hide(displayText(needs.fields.type(field.type), open.ticket.values[name], field, open.timeZone));
}

function anchor(drawing: Drawing, open: TicketContext): string {
  const status = shown(drawing, open, 'status');
  const classes = [status.replace(/[^\p{L}\p{N}_-]+/gu, '-'), isClosedStatus(status) ? 'closed' : ''].filter(Boolean);
  const href = drawing.scope.href(`/ticket/${open.ticket.id}`);
  return `<a class="${escapeHtml([...new Set(classes)].join(' '))}" href="${escapeHtml(href)}" title="${escapeHtml(shown(drawing, open, 'summary'))}">#${open.ticket.id}</a>`;
}

/** Tickets that have one value of the field they are grouped by. */
interface Group {
  readonly value: string;
  readonly tickets: readonly TicketContext[];
}

function groupsOf(drawing: Drawing): readonly Group[] {
  const { call, found } = drawing;
  if (!found.fields.has(call.group)) return [{ value: '', tickets: found.tickets }];
  const groups = new Map<string, TicketContext[]>();
  for (const open of found.tickets) {
    const value = shown(drawing, open, call.group);
    groups.set(value, [...(groups.get(value) ?? []), open]);
  }
  return [...groups].map(([value, tickets]) => ({ value, tickets }));
}

const groupTitle = ({ call, found }: Drawing, { value, tickets }: Group): string => {
  const label = found.fields.get(call.group)?.label ?? '';
  return label === '' ? '' : `${label}: ${value === '' ? 'none' : value} (${tickets.length})`;
};

const withTitle = (tag: string, title: string): string => (title === '' ? '' : `<${tag}>${escapeHtml(title)}</${tag}>`);

function moreLink({ call, found, scope }: Drawing): string {
  return found.more ? `<p class="query-more"><a href="${escapeHtml(scope.href(pathOf(call)))}">All of them</a></p>` : '';
}

function drawList(drawing: Drawing): string {
  const lists = groupsOf(drawing).map((group) => {
    const items = group.tickets.map(
      (open) => `<dt>${anchor(drawing, open)}</dt><dd>${escapeHtml(shown(drawing, open, 'summary'))}</dd>`,
    );
    return `${withTitle('p', groupTitle(drawing, group))}<dl class="wiki compact">${items.join('')}</dl>`;
  });
  return `<div>${lists.join('')}${moreLink(drawing)}</div>`;
}

function drawCompact(drawing: Drawing): string {
  const groups = groupsOf(drawing).map((group) => {
    const title = groupTitle(drawing, group);
    return (title === '' ? '' : `${escapeHtml(title)} `) + group.tickets.map((open) => anchor(drawing, open)).join(', ');
  });
  return `<span>${groups.join('; ')}</span>`;
}

function drawHead({ call, scope }: Drawing, columns: readonly Field[]): string {
  const shownColumns = columns.map(({ name }) => `&col=${name}`).join('');
  const cells = columns.map(({ name, label }) => {
    const current = call.order === name;
    const desc = current && !call.desc;
    const href = scope.href(pathOf({ ...call, order: name, desc }, shownColumns));
    const sort = current ? ` aria-sort="${call.desc ? 'descending' : 'ascending'}"` : '';
    const title = `Sort by ${label} (${desc ? 'descending' : 'ascending'})`;
    return `<th class="${escapeHtml(name)}" scope="col"${sort}><a title="${escapeHtml(title)}" href="${escapeHtml(href)}">${escapeHtml(label)}</a></th>`;
  });
  return `<thead class="trac-query-heading"><tr class="trac-columns">${cells.join('')}</tr></thead>`;
}

function drawRow(drawing: Drawing, open: TicketContext, columns: readonly Field[]): string {
  const { scope } = drawing;
  const href = escapeHtml(scope.href(`/ticket/${open.ticket.id}`));
  const closed = isClosedStatus(shown(drawing, open, 'status')) ? ' class="closed"' : '';
  const cells = columns.map(({ name }) => {
    const text = escapeHtml(shown(drawing, open, name));
    const isLink = name === 'id' || name === 'summary';
    return `<td class="${escapeHtml(name)}">${isLink ? `<a href="${href}"${name === 'id' ? closed : ''}>${text}</a>` : text}</td>`;
  });
  const isHere = scope.resource?.realm === 'ticket' && String(scope.resource.id) === String(open.ticket.id);
  const note = `<tr class="fullrow"><td class="trac-colspan" colspan="${columns.length}"><p class="meta"><em>(this ticket)</em></p></td></tr>`;
  return `<tr>${cells.join('')}</tr>${isHere ? note : ''}`;
}

function drawTable(drawing: Drawing): string {
  const { call, found } = drawing;
  const number = { name: 'id', label: 'Ticket' } as Field;
  const names = call.columns.length > 0 ? call.columns : DEFAULT_COLUMNS.filter((name) => name !== call.group);
  const columns = [...new Set(names)].flatMap((name) => (name === 'id' ? number : (found.fields.get(name) ?? []))).slice(0, 30);
  const head = drawHead(drawing, columns);
  const tables = groupsOf(drawing).map((group) => {
    const rows = group.tickets.map((open) => drawRow(drawing, open, columns)).join('');
    const caption = `<caption class="trac-group">${escapeHtml(groupTitle(drawing, group))}</caption>`;
    return `<table class="listing tickets">${caption}${head}<tbody class="trac-query-results">${rows}</tbody></table>`;
  });
  return `<div>${tables.join('')}${moreLink(drawing)}</div>`;
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, one) => all + one, 0);
const written = (count: number): string => (count >= MOST_COUNTED ? `more than ${MOST_COUNTED - 1}` : String(count));

function drawCount(call: QueryCall, counts: ReadonlyMap<string, number>, scope: TextScope): string {
  const count = written(sum(counts.values()));
  if (call.format === 'rawcount') return `<span class="query_count">${count}</span>`;
  return `<a class="query_count" href="${escapeHtml(scope.href(pathOf(call)))}" title="Tickets: ${escapeHtml(call.query === '' ? 'all' : call.query)}">${count}</a>`;
}

function drawProgress(call: QueryCall, counts: ReadonlyMap<string, number>, scope: TextScope): string {
  const total = sum(counts.values());
  const closed = sum([...counts].filter(([status]) => isClosedStatus(status)).map(([, count]) => count));
  const percent = total === 0 ? 0 : Math.floor((100 * closed) / total);
  const label = `${written(closed)} of ${written(total)} closed`;
  const link = `<a href="${escapeHtml(scope.href(pathOf(call)))}">${label}</a>`;
  return `<div class="ticket-progress"><progress max="${Math.max(total, 1)}" value="${closed}" aria-label="${label}">${percent} %</progress> <span class="percent">${percent} %</span> <span class="legend">${link}</span></div>`;
}

async function run(needs: FindNeeds, ctx: OperationContext, call: QueryCall, scope: TextScope): Promise<string> {
  if (call.format === 'count' || call.format === 'rawcount') return drawCount(call, await countByStatus(needs, ctx, call), scope);
  if (call.format === 'progress') return drawProgress(call, await countByStatus(needs, ctx, call), scope);
  const drawing = { needs, call, scope, found: await findTickets(needs, ctx, call) };
  if (drawing.found.tickets.length === 0) return NOTHING;
  if (call.format === 'table') return drawTable(drawing);
  return call.format === 'compact' ? drawCompact(drawing) : drawList(drawing);
}

/** `[[TicketQuery(status=new&owner=joe, format=table)]]`. */
export const ticketQuery = (needs: FindNeeds): WikiMacro => ({
  name: 'TicketQuery',
  help: 'Tickets that a query finds: [[TicketQuery(status=new&owner=$USER, format=table, col=id|summary)]]. Formats: list, compact, count, rawcount, table, progress.',
  render: (ctx, { args }, scope) => run(needs, ctx, readQueryCall(args), scope),
});

/** `[[ProgressMeter(milestone=1.0)]]`. */
export const progressMeter = (needs: FindNeeds): WikiMacro => ({
  name: 'ProgressMeter',
  help: 'How much of what a query finds is closed: [[ProgressMeter(milestone=1.0)]].',
  render: (ctx, { args }, scope) => run(needs, ctx, { ...readQueryCall(args), format: 'progress' }, scope),
});
