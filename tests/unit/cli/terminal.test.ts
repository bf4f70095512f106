import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { decodeInput, processIo } from '../../../core/cli/terminal.ts';

/** Streams as a process has them, and what was written to them. */
function streams(isTTY: boolean) {
  const made = { stdin: Object.assign(new PassThrough(), { isTTY }), stdout: new PassThrough(), stderr: new PassThrough() };
  const text = (name: 'stdout' | 'stderr'): string => String(made[name].read() ?? '');
  return { ...made, text, asProcess: made as unknown as Parameters<typeof processIo>[0] & object };
}

it('writes lines to standard output and standard error', () => {
  const { asProcess, text } = streams(false);
  const io = processIo(asProcess, {});
  io.out('well');
  io.err('bad');
  expect([text('stdout'), text('stderr')]).toEqual(['well\n', 'bad\n']);
  expect(io).toMatchObject({ interactive: false, debug: false });
});

it('reads all of standard input', async () => {
  const { asProcess, stdin } = streams(false);
  stdin.write('Grü');
  stdin.end('ße\n');
  expect(await processIo(asProcess, { TRACTS_DEBUG: '1' }).readInput()).toBe('Grüße\n');
});

it('refuses input that is not UTF-8 with a sentence', () => {
  expect(() => decodeInput(Uint8Array.of(0x61, 0xff))).toThrow('Standard input is not UTF-8 text.');
});

it('asks for a secret without writing it', async () => {
  const { asProcess, stdin, text } = streams(true);
  const io = processIo(asProcess, {});
  const answer = io.askSecret('Password: ');
  stdin.write('hidden words\r');
  expect(await answer).toBe('hidden words');
  expect(text('stderr')).toBe('Password: \n');
  expect(text('stdout')).toBe('');
  expect(io.interactive).toBe(true);
});

it.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('says so when the person gives up with %s', async (_name, key) => {
  const { asProcess, stdin } = streams(true);
  const answer = processIo(asProcess, {}).askSecret('Password: ');
  stdin.write(key);
  await expect(answer).rejects.toThrow('Stopped');
});

it('is not troubled by a reader that has seen enough, and by nothing else is it quiet', () => {
  const { asProcess, stdout } = streams(false);
  processIo(asProcess, {});
  expect(() => stdout.emit('error', Object.assign(new Error('gone'), { code: 'EPIPE' }))).not.toThrow();
  expect(() => stdout.emit('error', Object.assign(new Error('full'), { code: 'ENOSPC' }))).toThrow('full');
});
