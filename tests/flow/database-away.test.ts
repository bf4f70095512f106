import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { createTestDatabase } from '../support/databases.ts';
import { enter, PASSWORD, visit } from '../support/visitor.ts';

/** Stands before the database, and goes away with all its connections. */
class Gate {
  readonly #sockets = new Set<Socket>();
  readonly #target: { readonly port: number; readonly host: string };
  #server: Server | undefined;
  port = 0;

  constructor({ port, hostname }: URL) {
    this.#target = { port: Number(port), host: hostname };
  }

  async open(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(this.#target);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  close(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

let drop: (() => Promise<void>) | undefined;
afterEach(() => drop?.());

test('while PostgreSQL is away every page says so with 503 and when to come back, and afterwards all is well', async () => {
  const database = await createTestDatabase('postgres');
  drop = () => database.drop();
  const url = new URL(database.url);
  const door = new Gate(url);
  await door.open();
  url.port = String(door.port);
  await using site: TestSite = await testSite({
    database: { ...database, url: url.href },
    grants: { anonymous: ['TICKET_VIEW'] },
  });
  const [ann, stranger] = [await enter(site, 'ann'), visit(site)];
  await stranger.get('/login');
  door.close();
  // What was read less than a quarter of a second ago is not asked again: a page that needs nothing else still comes.
  await sleep(300);
  const answers = [
    await ann.get('/query'),
    await ann.get('/'),
    await ann.get('/login'),
    await stranger.get('/login'),
    await stranger.post('/login', { user: 'ann', password: PASSWORD }),
    await ann.post('/newticket', { field_summary: 'Lost?', submit: 'x' }),
  ];
  for (const { statusCode, headers, body } of answers) {
    expect([statusCode, headers['retry-after']]).toEqual([503, '30']);
    expect(body).toMatch(/<h1>Not available now<\/h1>\s*<p class="error-message">The site cannot do this at the moment/);
    expect(body).not.toContain(String(door.port));
  }
  await door.open();
  expect((await ann.get('/query')).statusCode).toBe(200);
});
