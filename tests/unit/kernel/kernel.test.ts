import { describe, expect, test } from 'vitest';
import { component } from '../../../core/kernel/component.ts';
import { checkRules } from '../../../core/kernel/enablement.ts';
import { Kernel } from '../../../core/kernel/kernel.ts';
import { option } from '../../../core/kernel/option.ts';
import { plainSettings } from '../../../core/kernel/settings.ts';
import { extensionPoint, service } from '../../../core/kernel/tokens.ts';

interface IGreeter {
  greet(): string;
}
const IGreeter = extensionPoint<IGreeter>('IGreeter', { doc: 'Greets.', orderedBy: '[hall] greeters' });
const IPicked = extensionPoint<IGreeter>('IPicked', {
  doc: 'Greets when picked.',
  orderedBy: '[hall] picked',
  selects: true,
  defaultOrder: ['Second'],
});
interface IClock {
  now(): number;
}
const IClock = service<IClock>('IClock', { doc: 'Tells the time.' });

const greeter = (text: string) => component({ implements: [IGreeter], create: () => ({ greet: () => text }) });
const picked = (text: string) => component({ implements: [IPicked], create: () => ({ greet: () => text }) });
const clock = (time: number) => component({ implements: [IClock], create: () => ({ now: () => time }) });

type Sections = Parameters<typeof plainSettings>[0];
function kernelWith(module: object, sections: Sections = {}, enabledByDefault = true): Kernel {
  const kernel = new Kernel(plainSettings(sections));
  kernel.load({ plugin: 'hall', file: 'plugins/hall.ts', enabledByDefault }, module);
  kernel.start();
  return kernel;
}
const greetings = (kernel: Kernel, point = IGreeter) => kernel.all(point).map((one) => one.greet());
const stateOf = (kernel: Kernel, id: string) => kernel.components().find((one) => one.id === id);

describe('enabling', () => {
  test('a component that is on by default is there, one that is off is not', () => {
    expect(greetings(kernelWith({ A: greeter('a') }))).toEqual(['a']);
    expect(greetings(kernelWith({ A: greeter('a') }, {}, false))).toEqual([]);
  });

  test('the most specific line of [components] decides, whatever the order of lines', () => {
    const module = { A: greeter('a'), B: greeter('b') };
    expect(greetings(kernelWith(module, { components: { 'hall.b': 'enabled', 'hall.*': 'disabled' } }))).toEqual(['b']);
    expect(greetings(kernelWith(module, { components: { 'hall.*': 'on', 'hall.a': 'off' } }, false))).toEqual(['b']);
  });

  test('a Trac path counts as the name of the component that stands for it', () => {
    const kernel = new Kernel(plainSettings({ components: { 'tracopt.ticket.deleter.*': 'enabled' } }));
    kernel.load(
      { plugin: 'delete-ticket', file: 'x', enabledByDefault: false },
      { DeleteTicket: greeter('gone'), Other: greeter('no') },
    );
    kernel.start();
    expect(greetings(kernel)).toEqual(['gone']);
  });

  test('what decided is told, with its place', () => {
    const kernel = kernelWith({ A: greeter('a'), B: greeter('b') }, { components: { 'hall.a': 'disabled' } });
    expect(stateOf(kernel, 'hall.A')).toMatchObject({ enabled: false, decidedBy: '[components] hall.a = disabled' });
    expect(stateOf(kernel, 'hall.B')).toMatchObject({ enabled: true, decidedBy: 'default' });
  });
});

describe('lines of [components] that nobody answers to', () => {
  const ids = ['delete-ticket.DeleteTicket', 'sla.Breach'];
  const check = (components: Record<string, string>) => checkRules(plainSettings({ components }), ids);

  test('known names, prefixes and Trac paths draw nothing', () => {
    expect(check({ 'delete-ticket.*': 'on', 'sla.breach': 'off', 'tracopt.ticket.deleter.*': 'on' })).toEqual([]);
  });

  test('a misspelt name is told with the nearest, an unknown one with what to do', () => {
    expect(check({ 'delete-tikcet.*': 'on', zzzzzzzzz: 'on' })).toMatchObject([
      { severity: 'warning', remedy: 'Did you mean delete-ticket?' },
      { message: '[components] zzzzzzzzz: no component has this name.' },
    ]);
  });

  test('what only Trac has draws one line for all', () => {
    expect(check({ 'trac.wiki.*': 'off', 'tracopt.versioncontrol.svn.*': 'on' })).toMatchObject([
      { message: expect.stringContaining('2 of Trac') },
    ]);
  });
});

describe('order', () => {
  test('the option names come first, in its order, by short or full name and in any case; the rest follow', () => {
    const module = { A: greeter('a'), B: greeter('b'), C: greeter('c') };
    expect(greetings(kernelWith(module, { hall: { greeters: 'c, hall.B' } }))).toEqual(['c', 'b', 'a']);
  });

  test('a selecting point keeps only what its option names, and its default order until then', () => {
    const module = { First: picked('1'), Second: picked('2') };
    expect(greetings(kernelWith(module), IPicked)).toEqual(['2', '1']);
    expect(greetings(kernelWith(module, { hall: { picked: 'First' } }), IPicked)).toEqual(['1']);
  });

  test('a misspelt name is reported with the nearest one, a name that is switched off with the line to write', () => {
    const kernel = kernelWith(
      { Second: picked('2'), Off: picked('3') },
      { hall: { picked: 'Secnd, Off, Second' }, components: { 'hall.off': 'disabled' } },
    );
    expect(greetings(kernel, IPicked)).toEqual(['2']);
    expect(kernel.diagnoses()).toMatchObject([
      { severity: 'error', remedy: 'Did you mean Second?', place: { section: 'hall', key: 'picked' } },
      { severity: 'error', remedy: 'Write "hall.Off = enabled" into [components].' },
    ]);
  });
});

describe('isolation', () => {
  test('a component that throws when it is made is off and reported; the rest runs', () => {
    const Broken = component({
      implements: [IGreeter],
      create: (): IGreeter => {
        throw new Error('no luck');
      },
    });
    const kernel = kernelWith({ Broken, Fine: greeter('fine') });
    expect(greetings(kernel)).toEqual(['fine']);
    expect(stateOf(kernel, 'hall.Broken')).toMatchObject({ enabled: false });
    expect(kernel.diagnoses()[0]?.message).toContain('no luck');
  });

  test('a bad option value costs its component alone and is told with section, key, value and remedy', () => {
    const Picky = component({
      implements: [IGreeter],
      options: { hours: option.int('sla', 'hours', 8, 'Hours.') },
      create: ({ options }) => ({ greet: () => String(options.hours) }),
    });
    const kernel = kernelWith({ Picky, Fine: greeter('fine') }, { sla: { hours: 'soon' } });
    expect(greetings(kernel)).toEqual(['fine']);
    expect(kernel.diagnoses()[0]).toMatchObject({
      message: '[sla] hours = "soon": expected a whole number. Example: 8.',
      remedy: 'Correct the value, or remove the line to use the default (8).',
      component: 'hall.Picky',
    });
  });

  test('a bad value of an option that says what it counts as is told once and costs nothing', () => {
    const asking = () =>
      component({
        implements: [IGreeter],
        options: { wide: option.bool('sla', 'wide', true, 'Wide.', { otherwise: false }) },
        create: ({ options }) => ({ greet: () => String(options.wide) }),
      });
    const kernel = kernelWith({ A: asking(), B: asking() }, { sla: { wide: 'y' } });
    expect(greetings(kernel)).toEqual(['false', 'false']);
    expect(kernel.diagnoses()).toMatchObject([
      { severity: 'error', message: '[sla] wide = "y": expected yes or no.', component: 'hall.A' },
    ]);
  });

  test('a secret is not printed even when it is wrong', () => {
    const Picky = component({
      implements: [IGreeter],
      options: { pin: option.int('sla', 'pin', 0, 'A pin.', { secret: true }) },
      create: () => ({ greet: () => '' }),
    });
    const text = JSON.stringify(kernelWith({ Picky }, { sla: { pin: 'hunter2' } }).diagnoses());
    expect(text).toContain('(secret)');
    expect(text).not.toContain('hunter2');
  });

  test('of two components that declare one permission the second is off', () => {
    const asking = (name: string) =>
      component({ implements: [IGreeter], permissions: { [name]: 'Help.' }, create: () => ({ greet: () => name }) });
    const kernel = kernelWith({ A: asking('TICKET_X'), B: asking('TICKET_X'), C: asking('lower') });
    expect(greetings(kernel)).toEqual(['TICKET_X']);
    expect(kernel.permissions().get('TICKET_X')).toMatchObject({ help: 'Help.', component: 'hall.A' });
    expect(kernel.diagnoses().map(({ component: id }) => id)).toEqual(['hall.B', 'hall.C']);
  });

  test('of two components that provide one service the second is off and the line that changes it is named', () => {
    const kernel = kernelWith({ A: clock(1), B: clock(2) });
    expect(kernel.get(IClock).now()).toBe(1);
    expect(kernel.diagnoses()[0]?.remedy).toContain('"hall.A = disabled"');
  });

  test('what needs a service that nobody provides is off, and so is what needs that', () => {
    const IOther = service<IGreeter>('IOther', { doc: 'Other.' });
    const Needs = component({ implements: [IOther], uses: { time: IClock }, create: () => ({ greet: () => 'x' }) });
    const NeedsThat = component({ implements: [IGreeter], uses: { other: IOther }, create: () => ({ greet: () => 'y' }) });
    const kernel = kernelWith({ NeedsThat, Needs, Fine: greeter('fine') });
    expect(greetings(kernel)).toEqual(['fine']);
    expect(kernel.diagnoses()).toHaveLength(2);
    expect(greetings(kernelWith({ NeedsThat, Needs, Clock: clock(1) }))).toEqual(['y']);
  });

  test('a mistake in the core stops the site with the same sentence', () => {
    const Core = component({
      implements: [IGreeter],
      options: { n: option.int('core', 'n', 1, 'N.') },
      create: () => ({ greet: () => '' }),
    });
    const kernel = new Kernel(plainSettings({ core: { n: 'x' }, components: { 'core.*': 'disabled' } }));
    kernel.load({ plugin: 'core', file: 'core', enabledByDefault: true, required: true }, { Core });
    expect(() => kernel.start()).toThrow('[core] n = "x": expected a whole number');
  });
});

describe('wiring', () => {
  test('services arrive ready, points as lazy lists, options parsed; an instance is made once', () => {
    let made = 0;
    const Uses = component({
      implements: [IGreeter],
      uses: { time: IClock, others: IPicked },
      options: { loud: option.bool('hall', 'loud', false, 'Loud?') },
      create: ({ time, others, options }) => {
        made += 1;
        return { greet: () => `${time.now()} ${[...others].length} ${options.loud}` };
      },
    });
    const kernel = kernelWith({ Uses, Clock: clock(7), P: picked('p') }, { hall: { loud: 'yes' } });
    expect(greetings(kernel)).toEqual(['7 1 true']);
    expect(kernel.all(IGreeter)[0]).toBe(kernel.all(IGreeter)[0]);
    expect(made).toBe(1);
    expect(kernel.idOf(kernel.all(IGreeter)[0] as object)).toBe('hall.Uses');
    expect(kernel.idOf({})).toBe('?');
  });

  test('services that need each other in a circle are named and isolated', () => {
    const IA = service<IClock>('IA', { doc: 'A.' });
    const IB = service<IClock>('IB', { doc: 'B.' });
    const One = component({ implements: [IA], uses: { b: IB }, create: () => ({ now: () => 1 }) });
    const Two = component({ implements: [IB], uses: { a: IA }, create: () => ({ now: () => 2 }) });
    expect(kernelWith({ One, Two }).diagnoses()[0]?.message).toContain('in a circle: hall.One -> hall.Two -> hall.One');
  });

  test('a service that nobody provides is named when it is asked for', () => {
    expect(() => kernelWith({}).get(IClock)).toThrow('Nothing provides IClock (Tells the time.)');
  });

  test('meta permissions add up over components', () => {
    const one = component({
      implements: [IGreeter],
      permissions: { ADMIN: 'All.' },
      includes: { ADMIN: ['B'] },
      create: () => ({ greet: () => '' }),
    });
    const two = component({ implements: [IGreeter], includes: { ADMIN: ['A'] }, create: () => ({ greet: () => '' }) });
    expect(kernelWith({ one, two }).permissions().get('ADMIN')).toEqual({
      help: 'All.',
      component: 'hall.one',
      includes: ['A', 'B'],
    });
  });

  test('disposes last made first', async () => {
    const seen: string[] = [];
    const closing = (name: string) =>
      component({ implements: [IGreeter], create: () => ({ greet: () => name, dispose: () => void seen.push(name) }) });
    const kernel = kernelWith({ A: closing('a'), B: closing('b') });
    await kernel.dispose();
    expect(seen).toEqual(['b', 'a']);
  });

  test('disposes the others when one fails, and says which did', async () => {
    const seen: string[] = [];
    const closing = (name: string, error?: Error) =>
      component({
        implements: [IGreeter],
        create: () => ({
          greet: () => name,
          dispose() {
            seen.push(name);
            if (error) throw error;
          },
        }),
      });
    const error = new Error('no');
    const kernel = kernelWith({ A: closing('a'), B: closing('b', error), C: closing('c') });
    expect(await kernel.dispose()).toEqual([{ component: 'hall.B', error }]);
    expect(seen).toEqual(['c', 'b', 'a']);
  });

  test.each([
    ['a promise', async () => Promise.reject(new Error('nobody waits')), 'gave a promise'],
    ['nothing', () => null, 'gave no object'],
    [
      'what cannot be shown',
      () => {
        throw { toString: null };
      },
      'something that cannot be shown',
    ],
  ])('leaves out a component whose create() gives %s', (_what, create, reason) => {
    const kernel = kernelWith({ Bad: component({ implements: [IGreeter], create: create as never }) });
    expect(kernel.all(IGreeter)).toEqual([]);
    expect(kernel.diagnoses()[0]?.message).toContain(reason);
  });

  test('lists a component whose declaration cannot be read', () => {
    const hostile = Object.defineProperty({ kind: 'component', spec: { implements: [], create: () => ({}) } }, 'spec', {
      get() {
        throw new Error('not today');
      },
    });
    const kernel = kernelWith({ hostile });
    expect(kernel.components()).toMatchObject([{ id: 'hall.hostile', enabled: false }]);
    expect(kernel.diagnoses()[0]?.message).toContain('cannot be read: not today');
  });

  test('options of components that are off are listed too', () => {
    const Off = component({
      implements: [IGreeter],
      options: { n: option.int('hall', 'n', 1, 'N.') },
      create: () => ({ greet: () => '' }),
    });
    expect(
      kernelWith({ Off }, {}, false)
        .options()
        .map(({ component: id }) => id),
    ).toContain('hall.Off');
  });

  test('options that order components are options, too, each once', () => {
    const one = greeter('one');
    const both = component({ implements: [IGreeter, IPicked], create: () => ({ greet: () => '' }) });
    const listed = kernelWith({ one, both }).options();
    expect(listed.map(({ option: { section, name }, component: id }) => [section, name, id])).toEqual([
      ['hall', 'greeters', 'IGreeter'],
      ['hall', 'picked', 'IPicked'],
    ]);
    expect(listed[1]?.option.doc).toContain('one that it does not name is not used; until then all are, Second first.');
  });
});
