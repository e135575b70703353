/** What the compiler knows of the values of field types: `npm run types` fails where an expected error is none. */
import { expectTypeOf, test } from 'vitest';
import {
  fieldType,
  integer,
  type JsonValue,
  jsonText,
  oneOf,
  stateMachine,
  type ValueOf,
} from '../../src/entries/index.ts';

test('an enumeration and a state machine have their words as the type of their values', () => {
  const mode = oneOf(['client', 'server'], { declaredAs: 'list' });
  const status = stateMachine({ UP: ['DOWN'], DOWN: ['UP', 'GONE'], GONE: [] });
  expectTypeOf<ValueOf<typeof mode>>().toEqualTypeOf<'client' | 'server'>();
  expectTypeOf<ValueOf<typeof status>>().toEqualTypeOf<'UP' | 'DOWN' | 'GONE'>();
});

test('a transition to an unknown state, and a misspelt option, are compile errors', () => {
  // @ts-expect-error DWON is no state
  const unknownState = () => stateMachine({ UP: ['DWON'], DOWN: [] });
  // @ts-expect-error declaredAs is list or tuple
  const wrongKind = () => oneOf(['a'], { declaredAs: 'set' });
  // @ts-expect-error the option is osloName
  const misspelt = () => oneOf(['a'], { osloname: 'Mode' });
  expectTypeOf([unknownState, wrongKind, misspelt]).toBeArray();
});

test('a custom type has the values of its accept, a derived type those of its base', () => {
  const port = fieldType({
    osloName: 'Port',
    expected: 'a port',
    accept: (value) => (typeof value === 'number' ? value : undefined),
    schema: { type: 'integer' },
  });
  const derived = fieldType({ extends: integer(), osloName: 'Port' });
  expectTypeOf<ValueOf<typeof port>>().toEqualTypeOf<number>();
  expectTypeOf<ValueOf<typeof derived>>().toEqualTypeOf<number>();
  // @ts-expect-error a type of its own needs a schema
  const withoutSchema = () => fieldType({ osloName: 'Port', expected: 'a port', accept: () => 1 });
  expectTypeOf(withoutSchema).toBeFunction();
});

test('the value of JSON text is any JSON value', () => {
  const json = jsonText();
  expectTypeOf<ValueOf<typeof json>>().toEqualTypeOf<JsonValue>();
});
