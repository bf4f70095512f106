import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  type ActionSpec,
  component,
  extensionPoint,
  IAdjunctService,
  type ITicketActionController,
  ITicketActionController as ITicketActionControllerToken,
  ITicketChangeListener,
  ITicketFieldProvider,
  ITicketManipulator,
  ITicketService,
  option,
  service,
} from '../../core/index.ts';

const actions = (list: readonly ActionSpec[]): readonly ActionSpec[] => list;

/**
 * Each `@ts-expect-error` is a mistake a plugin author can make; the compiler must find it, or this file does not compile
 * (`npm run check`). The functions are never called.
 */
describe('the compiler refuses', () => {
  test('components that do not do what they say', () => {
    const mistakes = [
      // @ts-expect-error a field provider has getTicketFields
      () => component({ implements: [ITicketFieldProvider], create: () => ({}) }),
      // @ts-expect-error the method is misspelt
      () => component({ implements: [ITicketActionControllerToken], create: () => ({ getActions: () => [] }) }),
      () =>
        component({
          implements: [ITicketFieldProvider, ITicketActionControllerToken],
          // @ts-expect-error of two interfaces both count
          create: () => ({ getTicketFields: () => [] }),
        }),
      // @ts-expect-error fields have a name and a type
      () => component({ implements: [ITicketFieldProvider], create: () => ({ getTicketFields: () => [{ name: 'x' }] }) }),
      // @ts-expect-error an action's changes are values, not a promise: previews ask for them, too
      () => actions([{ name: 'x', changes: async () => ({}) }]),
      // @ts-expect-error an outcome is stay, gone or a redirect
      () => actions([{ name: 'x', outcome: 'delete' }]),
      // @ts-expect-error without create there is nothing
      () => component({ implements: [ITicketManipulator] }),
      // @ts-expect-error a service has all of its methods
      () => component({ implements: [ITicketService], create: () => ({ open: () => Promise.reject(new Error('no')) }) }),
    ];
    expect(mistakes).toHaveLength(8);
  });

  test('declarations of another kind than the slot', () => {
    const mistakes = [
      // @ts-expect-error a token, not its name
      () => component({ implements: ['ITicketManipulator'], create: () => ({}) }),
      // @ts-expect-error a token, not its name
      () => component({ implements: [ITicketManipulator], uses: { tickets: 'ITicketService' }, create: () => ({}) }),
      // @ts-expect-error options are made with option.*
      () => component({ implements: [ITicketManipulator], options: { hours: 8 }, create: () => ({}) }),
      // @ts-expect-error a permission has a line of help
      () => component({ implements: [ITicketManipulator], permissions: { TICKET_PING: true }, create: () => ({}) }),
      // @ts-expect-error a list of permissions
      () => component({ implements: [ITicketManipulator], includes: { TICKET_ADMIN: 'TICKET_PING' }, create: () => ({}) }),
      // @ts-expect-error the default of a whole number is a number
      () => option.int('sla', 'hours', '8', 'Hours.'),
      // @ts-expect-error the default is one of the choices
      () => option.choice('sla', 'mode', ['calm', 'strict'], 'loud', 'Mode.'),
      // @ts-expect-error an option has help
      () => option.text('sla', 'mode', 'calm'),
      // @ts-expect-error a point has a line of documentation
      () => extensionPoint<object>('IThing', {}),
    ];
    expect(mistakes).toHaveLength(9);
  });

  test('what was not asked for in uses and options', () => {
    const mistakes = [
      // @ts-expect-error tickets is not in uses
      () => component({ implements: [ITicketManipulator], create: ({ tickets }) => ({ prepareTicket: () => void tickets }) }),
      () =>
        component({
          implements: [ITicketManipulator],
          uses: { tickets: ITicketService },
          // @ts-expect-error the service has no such method
          create: ({ tickets }) => ({ prepareTicket: () => tickets.save() }),
        }),
      () =>
        component({
          implements: [ITicketManipulator],
          uses: { listeners: ITicketChangeListener },
          // @ts-expect-error an extension point gives a list, not one
          create: ({ listeners }) => ({ prepareTicket: () => listeners.ticketDeleted() }),
        }),
      () =>
        component({
          implements: [ITicketManipulator],
          options: { hours: option.int('sla', 'hours', 8, 'Hours.') },
          // @ts-expect-error an int option is a number
          create: ({ options }) => ({ prepareTicket: () => void options.hours.toUpperCase() }),
        }),
    ];
    expect(mistakes).toHaveLength(4);
  });
});

test('create is told the types of what it asked for', () => {
  interface IClock {
    now(): Date;
  }
  const IClock = service<IClock>('IClock', { doc: 'Tells the time.' });
  component({
    implements: [ITicketManipulator],
    uses: { clock: IClock, adjuncts: IAdjunctService, controllers: ITicketActionControllerToken },
    options: {
      hours: option.int('sla', 'hours', 8, 'Hours.'),
      calm: option.bool('sla', 'calm', true, 'Calm.'),
      names: option.list('sla', 'names', [], 'Names.'),
      mode: option.choice('sla', 'mode', ['calm', 'strict'], 'calm', 'Mode.'),
    },
    create: ({ clock, adjuncts, controllers, options }) => {
      expectTypeOf(clock).toEqualTypeOf<IClock>();
      expectTypeOf(adjuncts).toEqualTypeOf<IAdjunctService>();
      expectTypeOf(controllers).toEqualTypeOf<Iterable<ITicketActionController>>();
      expectTypeOf(options).toEqualTypeOf<{
        readonly hours: number;
        readonly calm: boolean;
        readonly names: readonly string[];
        readonly mode: 'calm' | 'strict';
      }>();
      return {};
    },
  });
  expect(IClock.name).toBe('IClock');
});

test('a component may do more than its interfaces ask for', () => {
  const made = component({
    implements: [ITicketFieldProvider],
    create: () => ({ getTicketFields: () => [{ name: 'x', type: 'text' }], dispose: () => undefined, own: 1 }),
  });
  expect(made.kind).toBe('component');
});
