/** The types of the messages on the tracing channels. */
import { expect, expectTypeOf, test } from 'vitest';
import {
  DIAGNOSTICS_CHANNELS,
  type DiagnosticsChannel,
  type DiagnosticsMessages,
  type EndedOperation,
  type FailedOperation,
  type Operation,
  type OperationSubscribers,
  subscribeOperations,
} from '../../src/entries/host.ts';

test('each channel has its own message', () => {
  expectTypeOf<DiagnosticsMessages['os-vif:plug']['plugin']>().toEqualTypeOf<string>();
  expectTypeOf<DiagnosticsMessages['os-vif:ensure']['vif']>().toEqualTypeOf<string>();
  expectTypeOf<DiagnosticsMessages['os-vif:netlink']['vif']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<DiagnosticsMessages['os-vif:netlink']>().not.toHaveProperty('element');
  expectTypeOf<Operation<'os-vif:gc'>>().toEqualTypeOf<DiagnosticsMessages['os-vif:gc']>();
});

test('every message names its channel', () => {
  expectTypeOf<{ [C in DiagnosticsChannel]: DiagnosticsMessages[C]['channel'] }>().toEqualTypeOf<{
    [C in DiagnosticsChannel]: C;
  }>();
});

test('the channel tells the messages of several channels apart', () => {
  const textOf = (operation: Operation): string | number | boolean => {
    switch (operation.channel) {
      case 'os-vif:gc':
        return operation.validVifs;
      case 'os-vif:netlink':
        return operation.changes;
      case 'os-vif:connect':
        return operation.address;
      default:
        // @ts-expect-error not every channel has this field
        return operation.element;
    }
  };
  expectTypeOf(textOf).returns.toEqualTypeOf<string | number | boolean>();
});

test('an operation has a parent of any channel', () => {
  expectTypeOf<Operation<'os-vif:netlink'>['parent']>().toEqualTypeOf<Operation | undefined>();
  expectTypeOf<Operation<'os-vif:netlink'>['otherParents']>().toEqualTypeOf<readonly Operation[] | undefined>();
});

test('the duration is known when an operation has ended, and the error when it has failed', () => {
  expectTypeOf<Operation['duration']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<EndedOperation['duration']>().toEqualTypeOf<number>();
  expectTypeOf<FailedOperation['duration']>().toEqualTypeOf<number>();
  expectTypeOf<OperationSubscribers<'os-vif:plug'>>().toHaveProperty('error');
});

test('subscribers get the messages of their channels', () => {
  subscribeOperations(['os-vif:ensure', 'os-vif:remove'], {
    start: (operation) => {
      expectTypeOf(operation).toEqualTypeOf<Operation<'os-vif:ensure' | 'os-vif:remove'>>();
      expectTypeOf(operation.element).toEqualTypeOf<string>();
      expectTypeOf(operation.duration).toEqualTypeOf<number | undefined>();
    },
    asyncEnd: ({ duration }) => expectTypeOf(duration).toEqualTypeOf<number>(),
    error: ({ error }) => expectTypeOf(error).toEqualTypeOf<unknown>(),
  })();
  subscribeOperations(DIAGNOSTICS_CHANNELS, {
    start: (operation) => expectTypeOf(operation).toEqualTypeOf<Operation>(),
  })();
  // @ts-expect-error no channel has this name
  expect(() => subscribeOperations(['os-vif:plugs'], {})).toThrow('there is no channel');
});

test('a message cannot be changed', () => {
  const change = (operation: Operation): void => {
    // @ts-expect-error all fields are read-only
    operation.duration = 0;
  };
  expectTypeOf(change).toBeFunction();
});
