/** Values of the field types of oslo, against what oslo makes of the same values. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type FieldType,
  FieldValueError,
  field,
  flexibleBoolean,
  ipv4AndV6Address,
  ipv4Network,
  ipv6Network,
  sensitiveString,
  stateMachine,
  VersionedObject,
  versionedObject,
  versionPredicate,
} from '../../src/entries/index.ts';
import { PEER_MISSING, Peer } from './peer.ts';

const VALUES: Readonly<Record<string, readonly [FieldType<unknown>, readonly unknown[]]>> = {
  FlexibleBoolean: [
    flexibleBoolean(),
    [true, false, 0, 1, ...['0', '1', 't', 'F', 'True', 'FALSE', 'on', 'oFf', 'y', 'N', ' yes ', 'no\n']],
  ],
  VersionPredicate: [
    versionPredicate(),
    [
      ...['>=1.0', '!=2.0', '>1.0,<2.0', ' == 1.2.3 ,<= 3333.3a1', '<1.2b15', '', '1.0', '>=1', '>=1.0,'],
      ...['>=1.0 <2.0', '=>1.0', '~=1.0', '>=1.0.0.0', '>=1.0rc1', '>=1.0)', '>=1.0) (', '>=01.02'],
    ],
  ],
  IPV4AndV6Address: [
    ipv4AndV6Address(),
    ['10.0.0.1', '::1', '2001:DB8:0::1', '::ffff:10.0.0.1', '10.0.0.256', '10.0.0.0/8', 'x', 'fe80::1%eth0'],
  ],
  IPV4Network: [
    ipv4Network(),
    ['10.0.0.0/24', '10.0.0.5/24', '10.0.0.1', '10.0.0.0/255.255.0.0', '10.0.0.0/0.0.0.255', '10.0.0.0/33', 'x', '::1'],
  ],
  IPV6Network: [ipv6Network(), ['2001:DB8::5/64', '::1', '::/0', '::/129', '10.0.0.0/24', '10.0.0.1', 'x']],
  SensitiveString: [sensitiveString(), ['', 'secret', 'password=x']],
};

const MACHINE = `
class States(fields.StateMachine):
    ALLOWED_TRANSITIONS = {"A": {"B", "C"}, "B": {"A"}, "C": {"C"}, "D": {}}
    def __init__(self, **kwargs):
        super().__init__(("A", "B", "C", "D"), **kwargs)
class Sample(base.VersionedObject):
    fields = {"value": States(nullable=True)}
`;

describe.skipIf(PEER_MISSING)(`field types of oslo.versionedobjects${PEER_MISSING ? ` (${PEER_MISSING})` : ''}`, () => {
  let peer: Peer;
  beforeAll(() => {
    peer = Peer.start();
  });
  afterAll(() => peer.stop());

  test.each(Object.entries(VALUES))(
    '%s takes and refuses what oslo takes and refuses',
    async (name, [type, values]) => {
      const theirs = await peer.ask<(string | null)[]>('coerce', { field: name, values });
      const ours = values.map((value) => outcomeOf(type, value));
      expect(ours.map((outcome, i) => [values[i], outcome])).toEqual(
        theirs.map((outcome, i) => [
          values[i],
          outcome === 'True' || outcome === 'False' ? outcome.toLowerCase() : outcome,
        ]),
      );
    },
  );

  const states = stateMachine({ A: ['B', 'C'], B: ['A'], C: ['C'], D: [] });

  test('a state machine has the fingerprint of oslo', async () => {
    expect(sampleClass().fingerprint()).toBe(await peer.ask('fingerprint', { source: MACHINE }));
  });

  test.each([
    [['A', 'B', 'A', 'C', 'C', 'A']],
    [['A', 'A']],
    [['B', 'D', 'A']],
    [['D', 'A', 'D']],
    [['A', null, 'B']],
    [['X', 'A']],
    [[null]],
  ])('a state machine takes %j as oslo does', async (values) => {
    const Sample = sampleClass();
    const sample = new Sample();
    const ours = values.map((value) => isAssigned(sample, value));
    expect(ours).toEqual(await peer.ask('assign', { source: MACHINE, values }));
  });

  function sampleClass() {
    class Sample extends VersionedObject {}
    Reflect.apply(field<unknown>(states, { nullable: true }), undefined, [Sample.prototype, 'value']);
    versionedObject({ name: 'Sample', namespace: `states ${samples++}`, version: '1.0' })(Sample);
    return Sample;
  }
});

let samples = 0;

function outcomeOf(type: FieldType<unknown>, value: unknown): string | null {
  try {
    return String(type.coerce(value));
  } catch (error) {
    if (error instanceof FieldValueError) return null;
    throw error;
  }
}

function isAssigned(object: object, value: unknown): boolean {
  try {
    return Reflect.set(object, 'value', value);
  } catch (error) {
    if (error instanceof FieldValueError) return false;
    throw error;
  }
}
