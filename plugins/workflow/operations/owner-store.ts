import { isClosedStatus, type OperationContext, statusesInUse } from 'tracts';

type Db = OperationContext['db'];

/** How far back a turn is looked for: a component that nobody used for so long begins anew. */
const REMEMBERED = 2_000;

/** Who of its owners got the newest ticket of each component. */
export async function lastOwners(db: Db, shared: ReadonlyMap<string, readonly string[]>): Promise<ReadonlyMap<string, string>> {
  const newest = (await db('ticket').max({ id: 'id' }).first()) as { id: number | null } | undefined;
  const since = (newest?.id ?? 0) - REMEMBERED;
  const found = new Map<string, string>();
  for (const [component, owners] of shared) {
    const tickets = db('ticket').where('id', '>', since).where({ component }).whereIn('owner', owners);
    const row = (await tickets.orderBy('id', 'desc').first('owner')) as { owner: string } | undefined;
    if (row) found.set(component, row.owner);
  }
  return found;
}

/** How many open tickets each of these people has. */
export async function openTickets(db: Db, owners: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const open = (await statusesInUse(db)).filter((status) => !isClosedStatus(status));
  const rows = (await db('ticket')
    .whereIn('status', open)
    .whereIn('owner', [...owners])
    .groupBy('owner')
    .select('owner')
    .count({ tickets: '*' })) as { owner: string; tickets: number }[];
  return new Map(rows.map(({ owner, tickets }) => [owner, Number(tickets)]));
}
