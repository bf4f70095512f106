import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { TracError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { EventConnection, ServerEvent } from './extension-points.ts';

/** Who holds a connection, and how many such a client may hold at once. */
export interface StreamClient {
  readonly key: string;
  readonly most: number;
}

/** The connections that stay open for server-sent events. */
export interface EventStreams {
  /** Takes the connection over, or throws when there are too many. The client's oldest one gives way to a new one. */
  open(reply: FastifyReply, client: StreamClient, start: (connection: EventConnection) => () => void): FastifyReply;
  /** Ends all of them; browsers ask again by themselves, and find whoever serves then. */
  close(): void;
}

/** Each costs a socket and some kilobytes. */
const MOST_STREAMS = 2000;
/** Shorter than the patience of usual proxies. */
const HEARTBEAT_MS = 20_000;
/** A client that takes nothing any more must not fill the memory. */
const MOST_UNSENT = 256 * 1024;
const RETRY_MS = 1000;

/** Data may hold any character; JSON has no line break, which would end it. */
const encode = ({ id, event, data }: ServerEvent): string =>
  `${id === undefined ? '' : `id: ${oneLine(id)}\n`}${event === undefined ? '' : `event: ${oneLine(event)}\n`}data: ${JSON.stringify(data) ?? 'null'}\n\n`;
const oneLine = (text: string): string => text.replace(/[\r\n\0]/g, '');

interface Stream {
  readonly client: string;
  readonly response: ServerResponse;
  end(last?: ServerEvent): void;
}

/** One per server. */
export function createEventStreams(log: Log): EventStreams {
  const streams = new Set<Stream>();
  let heartbeat: NodeJS.Timeout | undefined;
  let isClosed = false;

  const write = ({ response, end }: Stream, text: string): boolean => {
    if (response.writableEnded || response.destroyed) return false;
    if (response.writableLength > MOST_UNSENT) {
      end();
      response.destroy();
      return false;
    }
    response.write(text);
    return true;
  };
  const forget = (stream: Stream): void => {
    streams.delete(stream);
    if (streams.size > 0) return;
    clearInterval(heartbeat);
    heartbeat = undefined;
  };
  const makeRoom = ({ key, most }: StreamClient): void => {
    const own = [...streams].filter(({ client }) => client === key);
    for (const stream of own.slice(0, Math.max(0, own.length - most + 1))) stream.end({ event: 'bye', data: null });
    if (streams.size >= MOST_STREAMS)
      throw new TracError('STREAMS', 'Too many pages wait for news at this moment. Load this one again to see what is new.', 429);
  };

  const take = (response: ServerResponse, client: string, start: (connection: EventConnection) => () => void): void => {
    let stop: (() => void) | undefined;
    let isOver = false;
    const stream: Stream = {
      client,
      response,
      end: (last) => {
        if (isOver) return;
        isOver = true;
        forget(stream);
        if (last) response.write(encode(last));
        response.end();
        stop?.();
      },
    };
    streams.add(stream);
    response.once('close', () => stream.end());
    response.on('error', () => stream.end());
    heartbeat ??= setInterval(() => {
      for (const one of streams) write(one, ':\n\n');
    }, HEARTBEAT_MS).unref();
    // Apart from each other, so that not everybody comes back at once after a restart.
    write(stream, `retry: ${RETRY_MS + Math.floor(Math.random() * RETRY_MS)}\n\n`);
    try {
      stop = start({ send: (event) => !isOver && write(stream, encode(event)), close: () => stream.end() });
      if (isOver) stop();
    } catch (error) {
      log.error('a stream of events failed', { error: String(error) });
      stream.end();
    }
  };

  return {
    open(reply, client, start) {
      const type = 'text/event-stream; charset=utf-8';
      if (reply.request.method === 'HEAD') return reply.type(type).send('');
      makeRoom(client);
      // `no-transform` and the third header keep proxies from collecting events; a closed connection is not to be used again.
      reply.header('content-type', type).header('cache-control', 'no-store, no-transform').header('x-accel-buffering', 'no');
      reply.header('connection', 'close');
      reply.hijack();
      reply.raw.writeHead(200, reply.getHeaders() as Record<string, string>);
      if (isClosed) reply.raw.end();
      else take(reply.raw, client.key, start);
      return reply;
    },
    close() {
      isClosed = true;
      for (const stream of [...streams]) stream.end();
    },
  };
}
