const CODES =
  /^(?:ECONN(?:REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|E(?:HOST|NET)UNREACH|ETIMEDOUT|EPIPE|08\w{3}|57P0[123]|53300)$/;
/** What bears no code. Knex writes the query before it. */
const WORDS =
  /(?:^| - )(?:Connection terminated|Client has encountered a connection error|Knex: Timeout acquiring a connection|timeout expired)/;

/** True for what the network, PostgreSQL and their drivers say while a server does not answer. It may do so again in a moment. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof Error && (CODES.test(String((error as { code?: unknown }).code)) || WORDS.test(error.message));
