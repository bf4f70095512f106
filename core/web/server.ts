import type { IncomingMessage, ServerResponse } from 'node:http';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import serveStatic from '@fastify/static';
import fastify, {
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
  type HTTPMethods,
} from 'fastify';
import { type Diagnosis, NotFoundError, TracError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { OperationContext } from '../security/context.ts';
import type { IContexts } from '../security/contexts.ts';
import { type Addresses, type AddressOptions, createAddresses } from './addresses.ts';
import type { Chrome } from './chrome.ts';
import { createDispatcher, type Dispatcher } from './dispatch.ts';
import { createEventStreams } from './event-streams.ts';
import type { INavigationContributor, IRequestFilter, IRouteProvider, IUploadReceiver } from './extension-points.ts';
import { parseForm, parseParameters, readJsonText, requireEncodedText } from './input.ts';
import type { MenuPlan } from './menu-plan.ts';
import { createPageRenderer } from './page.ts';
import { type ParsedBody, pathOf } from './requests.ts';
import { type Address, collectRoutes } from './routes.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { removeStaleUploads } from './uploads.ts';
import type { Views } from './views.ts';
import type { SessionFinder } from './visitor.ts';

export interface ServerOptions extends AddressOptions {
  readonly routes: Iterable<IRouteProvider>;
  readonly filters: Iterable<IRequestFilter>;
  readonly navigation: Iterable<INavigationContributor>;
  /** Called when somebody's menu items cannot be had. Default: the log says so. */
  readonly onMenuFailure?: (contributor: INavigationContributor, error: unknown) => void;
  /** What trac.ini makes of the menus; default: nothing. */
  readonly menus?: MenuPlan;
  readonly receivers?: Iterable<IUploadReceiver>;
  /** A folder for files that come with forms, until they are answered; made when it is needed. */
  readonly uploadDir: string;
  readonly views: Views;
  readonly chrome: Chrome;
  readonly contexts: IContexts;
  /** What a page that refuses tells this person beside the refusal. Default: nothing. */
  readonly explainRefusal?: (ctx: OperationContext) => readonly Diagnosis[];
  readonly findSession: SessionFinder;
  readonly log: Log;
  readonly defaultTimeZone: string;
  /** Bytes; a description of full length in a script that takes nine bytes a character fits into the default. */
  readonly bodyLimit?: number;
}

/** The pages of one configuration. It listens nowhere: whoever owns the socket passes requests on and may swap servers. */
export interface WebServer {
  /** Answers one request. */
  handler(request: IncomingMessage, response: ServerResponse): void;
  /** Answers a request that came over no socket, for tests. */
  readonly inject: FastifyInstance['inject'];
  /** Waits for the requests under way, at most ten seconds. */
  close(): Promise<void>;
}

const DEFAULT_BODY_LIMIT = 4 * 1024 * 1024;
const PATIENCE_MS = 10_000;
const OTHER_METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Builds the pages of one configuration. Throws when two routes collide or an address option makes no sense. */
export async function buildServer(options: ServerOptions): Promise<WebServer> {
  const addresses = createAddresses(options);
  const streams = createEventStreams(options.log);
  const dispatcher = createDispatcher({
    contexts: options.contexts,
    findSession: options.findSession,
    explainRefusal: options.explainRefusal ?? (() => []),
    filters: [...options.filters],
    receivers: [...(options.receivers ?? [])],
    uploadDir: options.uploadDir,
    textLimit: options.bodyLimit ?? DEFAULT_BODY_LIMIT,
    renderPage: createPageRenderer({
      ...options,
      onFailure: options.onMenuFailure ?? ((_who, error) => options.log.error('menu items failed', { error: String(error) })),
    }),
    addresses,
    streams,
    log: options.log,
  });
  const app = createApp(options, addresses, dispatcher);
  await app.register(cookie);
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(SECURITY_HEADERS);
    done(faultOf(request));
  });
  await app.register(formbody, { parser: (text) => ({ kind: 'form', values: parseForm(text) }) });
  acceptOtherBodies(app);
  const inParts: FastifyPluginAsync = async (parts) => {
    // In a scope of its own: its hooks cost every request that passes them, and elsewhere forms in parts are refused.
    await parts.register(multipart);
    for (const address of collectRoutes(options.routes)) addRoutes(app, parts, address, dispatcher);
  };
  await app.register(inParts);
  void removeStaleUploads(options.uploadDir, options.log);
  await addChrome(app, options.chrome);
  await app.ready();
  return track(app, () => streams.close());
}

function createApp(options: ServerOptions, addresses: Addresses, dispatcher: Dispatcher): FastifyInstance {
  const app = fastify({
    bodyLimit: options.bodyLimit ?? DEFAULT_BODY_LIMIT,
    trustProxy: (address: string) => addresses.isTrusted(address),
    rewriteUrl: (request) => addresses.inner(request as IncomingMessage),
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: 500,
      // Must not throw: the router calls it where nobody catches. `faultOf` has the last word on such addresses.
      querystringParser: (text: string) => parseParameters(text) as Record<string, string>,
    },
    frameworkErrors: (error, request, reply) => {
      // No hook has run for such a request.
      const answer = reply as unknown as FastifyReply;
      void dispatcher.fail(error, request as unknown as FastifyRequest, answer.headers(SECURITY_HEADERS));
    },
  });
  app.setErrorHandler((error, request, reply) => dispatcher.fail(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const error = new NotFoundError(`There is no page ${pathOf(request)} here. Check the address, or start from the menu.`);
    return dispatcher.fail(error, request, reply);
  });
  return app;
}

function faultOf(request: FastifyRequest): Error | undefined {
  try {
    requireEncodedText(request.url, 'the address');
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** JSON for client scripts; anything else is taken in and refused later, once it is known to come from our own pages. */
function acceptOtherBodies(app: FastifyInstance): void {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    const read = readJsonText(bytes as Buffer);
    if (read instanceof Error) {
      done(read);
      return;
    }
    void parseJson(request, read, (error, value) => {
      const body: ParsedBody = { kind: 'json', value };
      done(error, body);
    });
  });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _bytes, done) => {
    const body: ParsedBody = { kind: 'unreadable' };
    done(null, body);
  });
}

/** `parts`: the scope that takes forms in parts. */
function addRoutes(app: FastifyInstance, parts: FastifyInstance, { path, routes }: Address, dispatcher: Dispatcher): void {
  const answered = new Set<HTTPMethods>();
  for (const route of routes) {
    answered.add(route.method);
    if (route.method === 'GET') answered.add('HEAD');
    const scope = route.uploads ? parts : app;
    scope.route({ method: route.method, url: route.path, handler: (request, reply) => dispatcher.answer(route, request, reply) });
  }
  const allow = [...answered].join(', ');
  const refuse = (request: FastifyRequest, reply: FastifyReply) => {
    const error = new TracError('METHOD', `This address answers ${allow}, not ${request.method}.`, 405);
    return dispatcher.fail(error, request, reply.header('allow', allow));
  };
  app.route({ method: OTHER_METHODS.filter((method) => !answered.has(method)), url: path, handler: refuse });
}

/** Static files: kept for ever by browsers when asked for with their current hash, otherwise asked about each time. */
async function addChrome(app: FastifyInstance, chrome: Chrome): Promise<void> {
  for (const [name, root] of chrome.dirs) {
    const prefix = `/chrome/${name}/`;
    const plugin: FastifyPluginAsync = async (scope) => {
      scope.addHook('onSend', async (request, reply) => {
        const { v } = request.query as { v?: unknown };
        const kept = reply.statusCode < 400 && chrome.isCurrent(pathOf(request).slice('/chrome/'.length), v);
        reply.header('cache-control', kept ? 'public, max-age=31536000, immutable' : 'no-cache');
      });
      await scope.register(serveStatic, {
        root,
        prefix,
        decorateReply: false,
        cacheControl: false,
        dotfiles: 'ignore',
        index: false,
      });
    };
    await app.register(plugin);
  }
}

/** `endStreams`: connections that would stay open of themselves are not waited for. */
function track(app: FastifyInstance, endStreams: () => void): WebServer {
  let underWay = 0;
  let whenIdle: (() => void) | undefined;
  return {
    handler: (request, response) => {
      underWay += 1;
      response.once('close', () => {
        underWay -= 1;
        if (underWay === 0) whenIdle?.();
      });
      app.routing(request, response);
    },
    inject: app.inject.bind(app) as FastifyInstance['inject'],
    close: async () => {
      endStreams();
      await new Promise<void>((resolve) => {
        if (underWay === 0) {
          resolve();
          return;
        }
        whenIdle = resolve;
        setTimeout(resolve, PATIENCE_MS).unref();
      });
      await app.close();
    },
  };
}
