import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that came in. */
export interface HookRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Another program's server on this machine. */
export interface HookServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly requests: HookRequest[];
  /** What the next requests are answered with, in turn; afterwards 200 with `ok`. */
  answer(...answers: readonly ((response: ServerResponse) => void)[]): void;
}

/** Starts one on a free port. */
export async function startHookServer(): Promise<HookServer> {
  const requests: HookRequest[] = [];
  const answers: ((response: ServerResponse) => void)[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = request;
    requests.push({ method, path, headers, body: Buffer.concat(chunks).toString('utf8') });
    const next = answers.shift();
    if (next) next(response);
    else response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    requests,
    answer: (...next) => void answers.push(...next),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An answer with a status, and perhaps headers and a text. */
export const withStatus =
  (status: number, headers: Readonly<Record<string, string>> = {}, text = '') =>
  (response: ServerResponse): void =>
    void response.writeHead(status, headers).end(text);
