import { type OperationContext, service, type WebRequest } from 'tracts';

/** What a query found. */
export interface FoundTickets {
  /** In the order that the query asks for, one page of them. */
  readonly ids: readonly number[];
  /** The conditions in words; `''` for none. */
  readonly description: string;
}

/** Finds tickets for others than the page of lists. */
export interface ITicketQueries {
  /**
   * `parameters` as in an address of /query. What the person may not see is not found, and nothing is found or ordered by what
   * the person may not see of it.
   */
  find(ctx: OperationContext, parameters: WebRequest['query']): Promise<FoundTickets>;
}
export const ITicketQueries = service<ITicketQueries>('ITicketQueries', { doc: 'Finds tickets.' });
