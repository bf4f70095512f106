import type { Readable } from 'node:stream';
import { extensionPoint, service } from '../kernel/tokens.ts';
import type { OperationContext } from '../security/context.ts';

type May<T> = T | Promise<T>;

/** A file that came with a form. It is gone when the request is answered. */
export interface UploadedFile {
  /** Name of the form control. */
  readonly field: string;
  /** As the client calls it: any text at all. */
  readonly name: string;
  /** As the client has it; never to be believed. */
  readonly declaredType: string;
  /** Bytes, those of a file that was not kept too. */
  readonly size: number;
  /** Where it lies; undefined: it was not kept, because of `fault`. */
  readonly path: string | undefined;
  /** Larger than a file may be; more than all may be together; more files than may come at once. */
  readonly fault?: 'size' | 'total' | 'count';
}

/** What one request may bring, in files and bytes. */
export interface UploadLimits {
  readonly files: number;
  readonly fileSize: number;
  readonly totalSize: number;
}

/** One request as a route sees it: no Fastify type. A repeated parameter is a list. */
export interface WebRequest {
  readonly method: string;
  readonly path: string;
  /** Path parameters, as in `/ticket/:id`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Readonly<Record<string, string | readonly string[]>>;
  /** What a client sent as JSON; `body` is empty then. */
  readonly json?: unknown;
  /** Files that came along, on routes with `uploads`. */
  readonly files: readonly UploadedFile[];
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The client's address, for rate limits. */
  readonly ip: string;
  /** The session, when somebody is logged in. */
  readonly sessionId: string | undefined;
  readonly formToken: string;
  /** Scheme and host by which people reach this site: `https://example.org`. */
  readonly origin: string;
  /** The path as the browser must ask for it, prefix included: `href('/ticket/1')`. Takes only paths that begin with one slash. */
  href(path: string): string;
}

/** A page to render. */
export interface View {
  readonly template: string;
  /** What the template gets beside what every page gets; the names of that are taken (templates/README.md). */
  readonly data: Readonly<Record<string, unknown>>;
  readonly status?: number;
}
/** A short message shown on the next page. */
export interface Notice {
  readonly kind: 'notice' | 'warning' | 'error';
  readonly text: string;
}
export interface CookieChange {
  readonly name: string;
  /** undefined removes it. */
  readonly value: string | undefined;
  readonly maxAge?: number;
  readonly httpOnly?: boolean;
}
export interface OutcomeExtras {
  readonly notice?: Notice;
  readonly cookies?: readonly CookieChange[];
  readonly headers?: Readonly<Record<string, string>>;
}
/** One server-sent event. */
export interface ServerEvent {
  /** What a browser that lost the connection says it got last (`Last-Event-ID`). */
  readonly id?: string;
  /** Its kind; default `message`. The server itself sends `bye`: given up for a newer connection of the same person. */
  readonly event?: string;
  /** Sent as JSON. */
  readonly data: unknown;
}
/** A connection that stays open. */
export interface EventConnection {
  /** False when it is over already. */
  send(event: ServerEvent): boolean;
  close(): void;
}
/**
 * Called once the connection stands; what it returns is called when it is over, whoever ended it: the client, `close()`, or a
 * site that closes. The request's context is over by then: open others through `IContexts`, and ask again who may see what
 * before anything is sent. Heartbeats are sent by themselves, and one person may hold only a few connections.
 */
export type EventStart = (connection: EventConnection) => () => void;

/** What a route answers. `redirect` is a path of this site. */
export type Outcome = OutcomeExtras &
  (
    | View
    | { readonly redirect: string }
    | { readonly json: unknown; readonly status?: number }
    | { readonly text: string; readonly type?: string; readonly status?: number }
    /** Sent as it is read, after the context is closed; `type` as in Content-Type. */
    | { readonly stream: Readable; readonly type: string; readonly status?: number }
    | { readonly events: EventStart }
  );

/** One page or address. A route that changes anything is a POST. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Permission needed; undefined: anybody. Fine-grained questions are the handler's. */
  readonly requires?: string;
  /** Of a POST: programs send it, without the form token; what is in the address or the body proves who they are. */
  readonly openPost?: boolean;
  /** `write` (default for POST) opens one transaction around `handle`; a function decides by the request (previews only read). */
  readonly mode?: 'read' | 'write' | ((request: WebRequest) => 'read' | 'write');
  /** Of a POST: takes forms that are sent in parts, with files (see `IUploadReceiver`). Elsewhere these are refused with 415. */
  readonly uploads?: boolean;
  handle(ctx: OperationContext, request: WebRequest): May<Outcome>;
}

/** Adds pages. Called: when a configuration is loaded. Combined: all; of two with one method and path the later component is left out. */
export interface IRouteProvider {
  getRoutes(): readonly Route[];
}
export const IRouteProvider = extensionPoint<IRouteProvider>('IRouteProvider', { doc: 'Adds pages.' });

/**
 * Knows which addresses there are. A component may be disabled and its pages with it: whoever leads to the page of another asks
 * here first. An answer stays the same for as long as the configuration is in force. Ask when something is shown, not in `create`,
 * when not every component is made yet.
 */
export interface IPages {
  /** Is there such a route? `/query`, `/ticket/:id`: the address as it is declared, whatever its parameters are called. */
  has(path: string, method?: Route['method']): boolean;
}
export const IPages = service<IPages>('IPages', { doc: 'Knows which addresses there are.' });

/**
 * Takes the files that come with forms.
 *
 * Called: `getUploadLimits` before a form in parts is read, with what the person may do; `receiveUploads` when it is read and
 * there are files, outside any transaction, so that it may take its time. Combined: of limits the greatest count; what
 * `receiveUploads` gives is added to the form's fields. Ordered by: nothing. If it throws: the request fails.
 */
export interface IUploadReceiver {
  /** undefined: takes none from this person. */
  getUploadLimits(ctx: OperationContext): UploadLimits | undefined;
  receiveUploads(ctx: OperationContext, request: WebRequest): Promise<Readonly<Record<string, readonly string[]>>>;
}
export const IUploadReceiver = extensionPoint<IUploadReceiver>('IUploadReceiver', {
  doc: 'Takes the files that come with forms.',
});

/** Sees every request before (may answer it) and after (may change the answer, in reverse order). */
export interface IRequestFilter {
  preProcessRequest?(ctx: OperationContext, request: WebRequest): May<Outcome | undefined>;
  postProcessRequest?(ctx: OperationContext, request: WebRequest, outcome: Outcome): May<Outcome>;
}
export const IRequestFilter = extensionPoint<IRequestFilter>('IRequestFilter', {
  doc: 'Looks at every request and answer.',
  orderedBy: '[trac] request_filters',
});

export interface NavigationItem {
  readonly menu: 'main' | 'meta';
  readonly name: string;
  readonly label: string;
  readonly href: string;
  /** Trac's numbers: in the main menu wiki 1, timeline 2, roadmap 3, browser 4, tickets 5, newticket 6; login 1 to about 5. Default 0. */
  readonly order?: number;
  /** `post`: a button that posts, e.g. log out. */
  readonly method?: 'get' | 'post';
}
/**
 * Adds menu items, which [mainnav] and [metanav] of trac.ini may rename, move, reorder or hide by their names.
 *
 * Called: for each page; and when a configuration is loaded, as somebody who may do everything and without a database, to learn
 * which names there are. Combined: all, by `order`, then by name. If it throws: the page lacks these items, and administrators are told.
 */
export interface INavigationContributor {
  getNavigationItems(ctx: OperationContext): readonly NavigationItem[];
}
export const INavigationContributor = extensionPoint<INavigationContributor>('INavigationContributor', {
  doc: 'Adds menu items.',
});

/** One page under /admin: `/admin/<category>/<page>`, or `/admin/<category>` where `page` is empty. */
export interface AdminPanel {
  readonly category: string;
  readonly page: string;
  readonly label: string;
  /** Permission needed; any one of several. */
  readonly requires: string | readonly string[];
  show(ctx: OperationContext, request: WebRequest): May<View>;
  /**
   * `write` (default): `submit` runs in one transaction, and what it wrote before it answered with problems is kept. `read`:
   * it opens its own by `IContexts.write`, so that whatever throws there undoes all of it and the form can still be shown.
   */
  readonly mode?: 'read' | 'write';
  submit?(ctx: OperationContext, request: WebRequest): May<Outcome>;
}
export interface IAdminPanelProvider {
  getAdminPanels(): readonly AdminPanel[];
}
export const IAdminPanelProvider = extensionPoint<IAdminPanelProvider>('IAdminPanelProvider', {
  doc: 'Adds pages under /admin.',
});

/** Adds template folders (searched before the core's) and folders of static files, served under `/chrome/<name>/`. */
export interface ITemplateProvider {
  getTemplateDirs?(): readonly string[];
  getStaticDirs?(): Readonly<Record<string, string>>;
}
export const ITemplateProvider = extensionPoint<ITemplateProvider>('ITemplateProvider', {
  doc: 'Adds templates and static files.',
});

/** Renders templates outside a request too. Templates get plain data only. */
export interface IViews {
  render(template: string, data: Readonly<Record<string, unknown>>): string;
}
export const IViews = service<IViews>('IViews', { doc: 'Renders templates.' });
