import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeStray, strayFrom } from '../../core/stray-errors.ts';

const DIR = path.resolve('/srv/tracker');

function failing(...frames: readonly string[]): Error {
  const error = new Error('sorry');
  error.stack = ['Error: sorry', ...frames.map((frame) => `    at ${frame}`)].join('\n');
  return error;
}

describe('an error that nobody caught', () => {
  it.each([
    [`Timeout._onTimeout (${DIR}/plugins/later.ts:3:9)`, 'later', `${DIR}/plugins/later.ts`],
    [`async ${DIR}/plugins/later/index.js:3:9`, 'later', `${DIR}/plugins/later/index.js`],
    [`run (file://${DIR}/plugins/later/deep/part.mjs:3:9)`, 'later', `${DIR}/plugins/later/deep/part.mjs`],
    [`run (${DIR}/node_modules/@acme/chat/dist/main.js:3:9)`, '@acme/chat', `${DIR}/node_modules/@acme/chat/dist/main.js`],
  ])('is known to be a plugin’s by %s', (frame, plugin, file) => {
    const stray = strayFrom('rejection', failing('new Promise (<anonymous>)', frame), [DIR]);
    expect(stray.culprit).toEqual({ plugin, file });
    expect(describeStray(stray)).toBe(`the plugin ${plugin} (${file}) failed while nobody waited for it: Error: sorry`);
  });

  it('is nobody’s when no plugin is in its stack', () => {
    const stray = strayFrom('rejection', failing('run (/opt/tracts/dist/core/site.js:3:9)'), [DIR]);
    expect(stray.culprit).toBeUndefined();
    expect(describeStray(stray)).toBe('something failed while nobody waited for it: Error: sorry');
  });

  it('may be anything, even what cannot be looked at', () => {
    expect(strayFrom('rejection', 'text', [DIR]).stack).toBe('text');
    expect(strayFrom('rejection', undefined, [DIR]).stack).toBe('undefined');
    const hostile = Object.defineProperty(new Error('x'), 'stack', {
      get() {
        throw new Error('no');
      },
    });
    expect(strayFrom('exception', hostile, [DIR])).toMatchObject({ stack: 'x', isContained: false });
  });
});

describe('the process goes on', () => {
  const theirs = `Timeout._onTimeout (${DIR}/plugins/later.ts:3:9)`;
  const timers = 'listOnTimeout (node:internal/timers:573:17)';

  it('after every rejected promise', () => {
    expect(strayFrom('rejection', new Error('any'), [DIR]).isContained).toBe(true);
  });

  it('after an exception whose calls were all of plugins', () => {
    expect(strayFrom('exception', failing(theirs, timers), [DIR]).isContained).toBe(true);
  });

  it.each([
    ['something of ours was called through', failing(theirs, 'emit (/opt/tracts/dist/core/web/server.js:3:9)', timers)],
    ['it is nobody’s', failing(timers)],
    ['it has no stack', 'text'],
  ])('but not after an exception when %s', (_why, error) => {
    expect(strayFrom('exception', error, [DIR]).isContained).toBe(false);
  });
});
