/** The types of the JSON of a class. */
import { expectTypeOf, test } from 'vitest';
import {
  dateTime,
  defineObject,
  listOf,
  type Network,
  type PlainForm,
  type PlainOf,
  type PrimitiveForm,
  type PrimitiveOf,
  type Subnet,
  setOf,
  string,
  VIFBridge,
} from '../../src/entries/index.ts';

const DATA = 'versioned_object.data';
type BridgeData = NonNullable<PrimitiveOf<typeof VIFBridge>[typeof DATA]>;

test('the wire form has the names and types of the wire', () => {
  expectTypeOf<BridgeData['vif_name']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<BridgeData['address']>().toEqualTypeOf<string | null | undefined>();
  expectTypeOf<BridgeData['network']>().toEqualTypeOf<PrimitiveForm<Network> | null | undefined>();
  expectTypeOf(new VIFBridge().toPrimitive()).toEqualTypeOf<PrimitiveOf<typeof VIFBridge>>();
  expectTypeOf<PrimitiveOf<typeof VIFBridge>['versioned_object.name']>().toEqualTypeOf<string>();
});

test('the plain form has lists in place of list objects', () => {
  expectTypeOf<PlainOf<typeof VIFBridge>['vif_name']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<NonNullable<PlainForm<Network>['subnets']>>().toEqualTypeOf<PlainForm<Subnet>[]>();
  expectTypeOf(new VIFBridge().toPlain()).toEqualTypeOf<PlainOf<typeof VIFBridge>>();
});

test('a class of defineObject has typed JSON', () => {
  const Lease = defineObject({
    name: 'Lease',
    namespace: 'acme-json-types',
    version: '1.0',
    fields: { startedAt: dateTime(), dnsNames: listOf(string()), tags: { type: setOf(string()), nullable: true } },
  });
  const plain = new Lease().toPlain();
  expectTypeOf(plain.started_at).toEqualTypeOf<string | undefined>();
  expectTypeOf(plain.dns_names).toEqualTypeOf<string[] | undefined>();
  expectTypeOf(plain.tags).toEqualTypeOf<string[] | null | undefined>();
});

test('a misspelt or wrong value of JSON does not compile', () => {
  // @ts-expect-error vifName is vif_name in JSON
  const misspelt: PlainOf<typeof VIFBridge> = { type: 'VIFBridge', vifName: 'tap0' };
  // @ts-expect-error vif_name is a string
  const mistyped: PlainOf<typeof VIFBridge> = { type: 'VIFBridge', vif_name: 5 };
  expectTypeOf([misspelt, mistyped]).toBeArray();
});
