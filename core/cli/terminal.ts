import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { BadRequestError } from '../kernel/errors.ts';
import type { Lines } from './output.ts';

/** The process around a command line. */
export interface CommandIo extends Lines {
  /** All of standard input. Throws a sentence when it is not UTF-8. */
  readInput(): Promise<string>;
  /** Standard input is a terminal. */
  readonly interactive: boolean;
  /** Asks at the terminal, without echo. */
  askSecret(question: string): Promise<string>;
  /** Print stacks of unexpected errors. */
  readonly debug: boolean;
}

type Streams = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr'>;

/** The bytes as text; throws a sentence when they are not UTF-8. */
export function decodeInput(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new BadRequestError('Standard input is not UTF-8 text.');
  }
}

async function readAll(stdin: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return decodeInput(Buffer.concat(chunks));
}

/** Readline echoes what it is given to its output: here that is nobody. */
async function askWithoutEcho({ stdin, stderr }: Streams, question: string): Promise<string> {
  stderr.write(question);
  const reader = createInterface({
    input: stdin,
    output: new Writable({ write: (_chunk, _encoding, done) => done() }),
    terminal: true,
  });
  try {
    // Ctrl-C rejects the question; the end of input closes the reader without an answer.
    const answer = await Promise.race([reader.question(''), once(reader, 'close')]).catch(() => undefined);
    if (typeof answer === 'string') return answer;
    throw new BadRequestError('Stopped: no password was given.');
  } finally {
    reader.close();
    stderr.write('\n');
  }
}

/** The terminal, or the pipes, that this process was started on. */
export function processIo(streams: Streams = process, env: NodeJS.ProcessEnv = process.env): CommandIo {
  // A reader that has seen enough, such as `head`, closes the pipe: no mistake of ours or anybody's.
  streams.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    out: (line) => void streams.stdout.write(`${line}\n`),
    err: (line) => void streams.stderr.write(`${line}\n`),
    readInput: () => readAll(streams.stdin),
    interactive: streams.stdin.isTTY === true,
    askSecret: (question) => askWithoutEcho(streams, question),
    debug: env['TRACTS_DEBUG'] === '1',
  };
}
