import { randomBytes } from 'node:crypto';
import { isUnreachable } from '../db/unreachable.ts';
import { TracError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';

/** What a person is told of an error. */
export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Names the log entry, where there is one. */
  readonly id: string | undefined;
}

/** Our sentences for what the HTTP server itself refuses. */
const REFUSALS: Readonly<Record<string, { readonly status: number; readonly message: string }>> = {
  FST_ERR_BAD_URL: {
    status: 400,
    message: 'The address is not properly encoded. Check it, or follow a link instead of typing it.',
  },
  FST_ERR_MAX_PARAM_LENGTH: { status: 404, message: 'There is no page with so long a name.' },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    message: 'That is more than this site takes at once. Shorten the text and send it again.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { status: 400, message: 'The request was cut off on its way. Send it again.' },
  FST_PARTS_LIMIT: {
    status: 413,
    message: 'The form has more parts than this site takes at once: fields and files together. Send fewer.',
  },
  FST_MP_PREMATURE_CLOSE: { status: 400, message: 'The request was cut off on its way. Send it again.' },
  FST_PROTO_VIOLATION: { status: 400, message: 'The form has a field of a name that cannot be.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { status: 400, message: 'The request says it is JSON, but it is empty.' },
  FST_ERR_CTP_INVALID_JSON_BODY: { status: 400, message: 'The request says it is JSON, but it cannot be read as such.' },
};

const UNEXPECTED =
  'Something went wrong here, and nothing was saved. Try again; if it happens again, tell the administrator the number below.';

const UNAVAILABLE =
  'The site cannot do this at the moment, and nothing was saved. Try again in a minute; if it stays so, tell the administrator the number below.';

/** Seconds after which it may be worth asking again, where the answer is 503. */
export const RETRY_SECONDS = 30;

/** Turns whatever was thrown into what a person may read. Causes of trouble here are logged with the id that the page shows. */
export function describeFailure(error: unknown, log: Log, about: Readonly<Record<string, unknown>>): Failure {
  const code = codeOf(error);
  const refusal = REFUSALS[code];
  if (refusal) return { ...refusal, code, id: undefined };
  if (error instanceof TracError && error.expose && error.status < 500) {
    return { status: error.status, code, message: error.message, id: undefined };
  }
  const status = refusedStatus(error);
  if (status !== undefined) return { status, code, message: 'The request cannot be understood.', id: undefined };
  const id = randomBytes(4).toString('hex');
  log.error('request failed', { id, ...about, error: error instanceof Error ? error.stack : String(error) });
  if (isUnreachable(error)) return { status: 503, code: 'UNAVAILABLE', message: UNAVAILABLE, id };
  if (!(error instanceof TracError)) return { status: 500, code: 'UNEXPECTED', message: UNEXPECTED, id };
  const message = isForAll(error) ? error.message : error.status === 503 ? UNAVAILABLE : UNEXPECTED;
  return { status: error.status, code, message, id };
}

/** What is wrong with the site itself, and with its database above all, names files and hosts: those are nobody else's business. */
const isForAll = ({ expose, status, code }: TracError): boolean => expose && status !== 500 && !code.startsWith('DATABASE');

/** What administrators read beside the sentence for all; `''`: there is no more to say than the log does. */
export const innerMessage = (error: unknown): string =>
  error instanceof TracError && error.expose && error.status >= 500 && !isForAll(error) ? error.message : '';

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : 'UNEXPECTED';
};

/** The status of other refusals of the HTTP server. */
function refusedStatus(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null | undefined)?.statusCode;
  return codeOf(error).startsWith('FST_') && typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

/** Shown when not even the error page can be rendered. */
export function plainPage({ status, message, id }: Failure): string {
  return `${status}: ${message}${id === undefined ? '' : ` (${id})`}\n`;
}
