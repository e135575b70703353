/** What the compiler must let through and what it must not: `npm run types` fails where an expected error is none. */
import { expectTypeOf, test } from 'vitest';
import {
  type FieldName,
  type FieldValues,
  field,
  integer,
  listOf,
  type Network,
  objectOf,
  oneOf,
  Subnet,
  SubnetList,
  string,
  type ValueOf,
  VersionedObject,
  VIFBase,
  VIFBridge,
  VIFGeneric,
  type VIFPortProfileBase,
  VIFVHostUser,
  versionedObject,
} from '../../src/entries/index.ts';

test('the values of a constructor are the fields, each optional, and nothing of what every object has', () => {
  type Values = FieldValues<VIFBridge>;
  expectTypeOf<Values['vifName']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Values['address']>().toEqualTypeOf<string | null | undefined>();
  expectTypeOf<Values['portProfile']>().toEqualTypeOf<
    VIFPortProfileBase | FieldValues<VIFPortProfileBase> | undefined
  >();
  expectTypeOf<Values>().not.toHaveProperty('clone');
  expectTypeOf<Values>().not.toHaveProperty('type');
  expectTypeOf<FieldName<Subnet>>().toEqualTypeOf<'cidr' | 'dns' | 'gateway' | 'ips' | 'routes' | 'dhcpServer'>();
});

test('a constructor refuses names and values that are none of the class', () => {
  // @ts-expect-error vifNam is no field
  const misspelt = () => new VIFBridge({ vifNam: 'tap0' });
  // @ts-expect-error vifName is a string
  const mistyped = () => new VIFBridge({ vifName: 5 });
  // @ts-expect-error null is no value of vifName
  const nulled = () => new VIFBridge({ vifName: null });
  // @ts-expect-error mode is client or server
  const misspoken = () => new VIFVHostUser({ mode: 'both' });
  const nullable = () => new VIFBridge({ address: null, network: null });
  expectTypeOf([misspelt, mistyped, nulled, misspoken, nullable]).toBeArray();
});

test('fields may be unset, and so are possibly undefined', () => {
  expectTypeOf<VIFBridge['vifName']>().toEqualTypeOf<string | undefined>();
  const vif = new VIFBridge();
  // @ts-expect-error with exactOptionalPropertyTypes a field is unset by unset(), not by assigning undefined
  const assign = () => (vif.vifName = undefined);
  // @ts-expect-error a list is read-only
  const push = (subnet: Subnet) => subnet.dns?.push('10.0.0.2');
  expectTypeOf([assign, push]).toBeArray();
});

test('require gives definite types of what was asked for, null where null is a value', () => {
  const required = (vif: VIFBridge) => vif.require('vifName', 'network');
  expectTypeOf<ReturnType<typeof required>['vifName']>().toEqualTypeOf<string>();
  expectTypeOf<ReturnType<typeof required>['network']>().toEqualTypeOf<Network | null>();
  // @ts-expect-error bridgeName was not asked for
  const other = (vif: VIFBridge) => required(vif).bridgeName;
  // @ts-expect-error clone is no field
  const method = (vif: VIFBridge) => vif.require('clone');
  expectTypeOf([other, method]).toBeArray();
});

test('names of fields are checked by isSet, unset and resetChanges', () => {
  const vif = new VIFGeneric();
  expectTypeOf(vif.isSet).parameter(0).extract<'vifName' | 'nope'>().toEqualTypeOf<'vifName'>();
  // @ts-expect-error bridgeName is no field of VIFGeneric
  const unset = () => vif.unset('bridgeName');
  // @ts-expect-error nor of this
  const reset = () => vif.resetChanges({ fields: ['bridgeName'] });
  expectTypeOf([unset, reset]).toBeArray();
});

test('what reading gives is of the class that was asked', () => {
  const read = () => VIFBase.fromPrimitive({});
  expectTypeOf<ReturnType<typeof read>>().toEqualTypeOf<VIFBase>();
  expectTypeOf(new VIFBridge().clone()).toEqualTypeOf<VIFBridge>();
  expectTypeOf(new SubnetList().at(0)).toEqualTypeOf<Subnet | undefined>();
  expectTypeOf([...new SubnetList()]).toEqualTypeOf<Subnet[]>();
});

test('a field type says what its values are', () => {
  const modes = oneOf(['client', 'server']);
  const subnets = listOf(objectOf(Subnet));
  const sparse = listOf(integer(), { nullable: true });
  expectTypeOf<ValueOf<typeof modes>>().toEqualTypeOf<'client' | 'server'>();
  expectTypeOf<ValueOf<typeof subnets>>().toEqualTypeOf<readonly Subnet[]>();
  expectTypeOf<ValueOf<typeof sparse>>().toEqualTypeOf<readonly (number | null)[]>();
});

test('a property whose type does not take what its field holds does not compile', () => {
  @versionedObject({ name: 'Typed', namespace: 'acme-types', version: '1.0' })
  class Typed extends VersionedObject {
    @field(string()) right?: string;
    @field(string(), { nullable: true }) nullable?: string | null;
    // @ts-expect-error the field holds strings, the property numbers
    @field(string()) wrong?: number;
    @field(listOf(string())) list?: readonly string[];
    // @ts-expect-error the field holds a list, the property one string
    @field(listOf(string())) single?: string;
    // @ts-expect-error one of two words is no number
    @field(oneOf(['a', 'b'])) word?: number;
    // @ts-expect-error the default of a string is a string
    @field(string(), { default: 5 }) defaulted?: string;
    // @ts-expect-error null is a value of the field, and the property has none
    @field(string(), { nullable: true }) tight?: string;
    // @ts-expect-error a list can't be changed in place
    @field(listOf(string())) mutable?: string[];
  }
  expectTypeOf<FieldName<Typed>>().toExtend<string>();
});
