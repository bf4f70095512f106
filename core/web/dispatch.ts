import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Diagnosis, describePlace, PermissionError, TracError } from '../kernel/errors.ts';
import type { OperationContext } from '../security/context.ts';
import type { Asker } from '../security/contexts.ts';
import type { Addresses } from './addresses.ts';
import type { EventStreams, StreamClient } from './event-streams.ts';
import type { IRequestFilter, Outcome, Route, View, WebRequest } from './extension-points.ts';
import { describeFailure, type Failure, innerMessage, plainPage, RETRY_SECONDS } from './failures.ts';
import type { PageRenderer } from './page.ts';
import { handOver, type PartsOptions, receiveParts } from './receive-parts.ts';
import { isView, noticesFor, type Rendered, sendOutcome } from './replies.ts';
import { anonymousToken, checkProof, cookiesOf, hrefOf, type ParsedBody, pathOf, toWebRequest, wantsJson } from './requests.ts';
import { Turns } from './turns.ts';
import { ANONYMOUS, anonymousVisitor, SESSION_COOKIE, type SessionFinder, type Visitor } from './visitor.ts';

export interface DispatchOptions extends PartsOptions {
  readonly findSession: SessionFinder;
  readonly explainRefusal: (ctx: OperationContext) => readonly Diagnosis[];
  readonly filters: readonly IRequestFilter[];
  readonly renderPage: PageRenderer;
  readonly streams: EventStreams;
}

/** Answers requests: who asks, may they, what happens, what to send. */
export interface Dispatcher {
  answer(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
  /** Answers with an error page, or JSON where that was asked for. */
  fail(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** One per server; holds nothing of a request. */
export function createDispatcher(options: DispatchOptions): Dispatcher {
  const { contexts, addresses, streams, log } = options;
  const visitors = new WeakMap<FastifyRequest, Visitor>();
  const turns = new Turns();

  const visitorOf = async (request: FastifyRequest): Promise<Visitor> => {
    const known = visitors.get(request);
    if (known) return known;
    const visitor = await findVisitor(options, request);
    visitors.set(request, visitor);
    return visitor;
  };

  return {
    answer: async (route, request, reply) => {
      await turns.enter();
      let received: Awaited<ReturnType<typeof receiveParts>> | undefined;
      try {
        const visitor = await visitorOf(request);
        received = route.uploads ? await receiveParts(options, request, visitor) : undefined;
        if (!SAFE_METHODS.has(request.method) && !route.openPost) checkChange(request, visitor, addresses);
        if (received && received.files.length > 0) await handOver(options, request, visitor, received);
        const webRequest = toWebRequest(request, visitor, addresses);
        const asker: Asker = { user: visitor.user, via: 'web' };
        const rendered = await contexts[modeOf(route, webRequest)](asker, async (ctx) => {
          const outcome = await runRoute(options.filters, route, ctx, webRequest);
          return render(options, outcome, request, visitor, ctx);
        });
        if ('events' in rendered.outcome)
          return streams.open(
            reply.headers(rendered.outcome.headers ?? {}),
            streamClient(visitor, request),
            rendered.outcome.events,
          );
        return sendOutcome(rendered, request, reply, addresses, visitor.formToken);
      } finally {
        turns.leave();
        await received?.discard();
      }
    },

    fail: async (error, request, reply) => {
      const about = { method: request.method, path: loggedPathOf(request) };
      const failure = describeFailure(error, log, about);
      if (failure.status === 503) reply.header('retry-after', RETRY_SECONDS);
      if (wantsJson(request)) return reply.code(failure.status).send({ error: failure });
      try {
        const visitor = await visitorOf(request);
        const rendered = await contexts.read({ user: visitor.user, via: 'web' }, async (ctx) =>
          render(options, errorView(failure, visitor, request, reasonsFor(options, failure, error, ctx)), request, visitor, ctx),
        );
        return sendOutcome(rendered, request, reply, addresses, visitor.formToken);
      } catch (second) {
        return failAlone(options, { failure, second, about }, request, reply);
      }
    },
  };
}

/** The error page of nobody in particular, where not even the person can be found out: without a database, say. */
function failAlone(
  options: DispatchOptions,
  { failure, second, about }: { readonly failure: Failure; readonly second: unknown; readonly about: object },
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { log, addresses } = options;
  // Of a site that does not answer at all the log has the first error: the second is the same.
  if (failure.status !== 503)
    log.error('error page failed', { ...about, error: second instanceof Error ? second.stack : String(second) });
  try {
    const visitor = anonymousVisitor(anonymousToken(request));
    const rendered = render(options, errorView(failure, visitor, request, []), request, visitor, undefined);
    return sendOutcome(rendered, request, reply, addresses, visitor.formToken);
  } catch {
    return reply.code(failure.status).type('text/plain; charset=utf-8').send(plainPage(failure));
  }
}

/** A browser opens six connections to one site: some must be left for its pages. Many strangers may share an address. */
const streamClient = ({ sessionId }: Visitor, { ip }: FastifyRequest): StreamClient =>
  sessionId === undefined ? { key: `address ${ip}`, most: 40 } : { key: `session ${sessionId}`, most: 4 };

async function findVisitor({ contexts, findSession }: DispatchOptions, request: FastifyRequest): Promise<Visitor> {
  const token = cookiesOf(request)[SESSION_COOKIE];
  const found = token ? await contexts.read({ user: ANONYMOUS, via: 'web' }, (ctx) => findSession(ctx, token)) : undefined;
  return found ?? anonymousVisitor(anonymousToken(request));
}

/** The proof comes first: what another site sends is refused whatever its content type. */
function checkChange(request: FastifyRequest, visitor: Visitor, addresses: Addresses): void {
  checkProof(request, visitor, addresses);
  if ((request.body as ParsedBody | undefined)?.kind === 'unreadable') {
    throw new TracError('CONTENT_TYPE', 'Send a form (application/x-www-form-urlencoded) or JSON.', 415);
  }
}

/** The path for the log; what a route calls its token is worth a login and stays out. */
function loggedPathOf(request: FastifyRequest): string {
  const { token } = (request.params ?? {}) as { token?: string };
  return token ? pathOf(request).replace(token, '…') : pathOf(request);
}

function modeOf(route: Route, request: WebRequest): 'read' | 'write' {
  if (route.method === 'GET') return 'read';
  return (typeof route.mode === 'function' ? route.mode(request) : route.mode) ?? 'write';
}

async function runRoute(
  filters: readonly IRequestFilter[],
  route: Route,
  ctx: OperationContext,
  request: WebRequest,
): Promise<Outcome> {
  let outcome = await firstAnswer(filters, ctx, request);
  if (outcome === undefined) {
    if (route.requires !== undefined && !ctx.can(route.requires)) throw new PermissionError(route.requires, 'see this page');
    outcome = await route.handle(ctx, request);
  }
  for (const filter of filters.toReversed()) {
    if (!filter.postProcessRequest) continue;
    const processed = filter.postProcessRequest(ctx, request, outcome);
    outcome = processed instanceof Promise ? await processed : processed;
  }
  return outcome;
}

async function firstAnswer(
  filters: readonly IRequestFilter[],
  ctx: OperationContext,
  request: WebRequest,
): Promise<Outcome | undefined> {
  for (const filter of filters) {
    const answer = filter.preProcessRequest?.(ctx, request);
    const outcome = answer instanceof Promise ? await answer : answer;
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}

function render(
  { renderPage, addresses }: DispatchOptions,
  outcome: Outcome,
  request: FastifyRequest,
  visitor: Visitor,
  ctx: OperationContext | undefined,
): Rendered {
  if (!isView(outcome)) return { outcome, html: undefined };
  const html = renderPage(outcome, {
    visitor,
    ctx,
    path: pathOf(request),
    now: ctx?.now ?? new Date(),
    notices: noticesFor(request, outcome),
    href: hrefOf(request, addresses),
  });
  return { outcome, html };
}

/** A problem as the page that refuses shows it. */
interface Reason {
  readonly message: string;
  readonly remedy: string;
}

function reasonsFor(
  { explainRefusal }: DispatchOptions,
  { status }: Failure,
  error: unknown,
  ctx: OperationContext,
): readonly Reason[] {
  if (status !== 403) {
    const message = innerMessage(error);
    return message !== '' && ctx.can('TRAC_ADMIN') ? [{ message, remedy: '' }] : [];
  }
  return explainRefusal(ctx).map(({ message, remedy = '', place }) => ({
    message:
      place?.line === undefined || message.includes(`line ${place.line}`) ? message : `${describePlace(place)}: ${message}`,
    remedy,
  }));
}

function errorView(failure: Failure, visitor: Visitor, request: FastifyRequest, reasons: readonly Reason[]): View {
  const title = TITLES[failure.status] ?? (failure.status < 500 ? 'Not possible' : 'Something went wrong');
  return {
    template: 'error.njk',
    status: failure.status,
    data: {
      title,
      error: { ...failure, id: failure.id ?? '' },
      reasons,
      offerLogin: failure.status === 403 && !visitor.user.authenticated,
      // What was posted cannot be asked for again.
      here: SAFE_METHODS.has(request.method) ? request.url : pathOf(request),
    },
  };
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Not understood',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Not possible here',
  413: 'Too large',
  415: 'Not understood',
  429: 'Too many attempts',
  503: 'Not available now',
};
