import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ISessionService } from '../../core/security/extension-points.ts';
import { type TestSite, type TestSiteOptions, testSite } from '../../core/testing/index.ts';
import { addAccount } from './visitor.ts';

/** One server-sent event as a browser would give it. */
export interface ReceivedEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

/** A connection for server-sent events. */
export interface EventClient {
  readonly response: Response;
  /** The next event; undefined when the connection has ended. Throws when none comes in time. */
  next(patience?: number): Promise<ReceivedEvent | undefined>;
  leave(): void;
}

function parseEvent(block: string): ReceivedEvent | undefined {
  const lines = block.split('\n').filter((line) => line !== '' && !line.startsWith(':') && !line.startsWith('retry:'));
  if (lines.length === 0) return undefined;
  const fields = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
  const { id, event = 'message', data = 'null' } = fields;
  return { ...(id === undefined ? {} : { id }), event, data: JSON.parse(data) as unknown };
}

/** Opens a connection for events. */
export async function listenTo(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventClient> {
  const abort = new AbortController();
  const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal: abort.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const readChunk = async (): Promise<boolean> => {
    const chunk = await reader?.read();
    if (!chunk || chunk.done) return false;
    text += chunk.value;
    return true;
  };
  const read = async (): Promise<ReceivedEvent | undefined> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end < 0) {
        if (!(await readChunk())) return undefined;
        continue;
      }
      const found = parseEvent(text.slice(0, end));
      text = text.slice(end + 2);
      if (found) return found;
    }
  };
  return {
    response,
    next: async (patience = 5000) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`no event within ${patience} ms; so far: ${JSON.stringify(text)}`)), patience);
      });
      try {
        return await Promise.race([read(), late]);
      } finally {
        clearTimeout(timer);
      }
    },
    leave: () => abort.abort(),
  };
}

/** A test site behind a real socket. */
export interface SocketSite extends AsyncDisposable {
  readonly url: string;
  readonly site: TestSite;
  cookieOf(name: string): Promise<string>;
  listen(path: string, headers?: Readonly<Record<string, string>>): Promise<EventClient>;
  close(): Promise<void>;
}

/** Serves a test site on a port of its own; its clients leave when it closes. */
export async function serveTestSite(options: TestSiteOptions): Promise<SocketSite> {
  const site = await testSite(options);
  const web = await site.site.web();
  const server = createServer((request, response) => web.handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: EventClient[] = [];
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    server.close();
    await web.close();
    await site[Symbol.asyncDispose]();
  };
  return {
    url,
    site,
    cookieOf: async (name) => {
      await addAccount(site, name);
      const open = await site.as(name).run((ctx) => site.site.get(ISessionService).open(ctx, name, 'a test'));
      return `trac_auth=${open.token}; trac_form_token=${open.session.formToken}`;
    },
    listen: async (path, headers) => {
      const client = await listenTo(url + path, headers);
      clients.push(client);
      return client;
    },
    close: () => {
      closing ??= close();
      return closing;
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.leave();
      closing ??= close();
      await closing;
    },
  };
}

/** The same with one plugin. */
export const serveModule = (module: object): Promise<SocketSite> => serveTestSite({ plugins: [module] });
