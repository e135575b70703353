import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  field,
  integer,
  listOf,
  type ObjectClass,
  objectOf,
  string,
  VersionedObject,
  VersionedObjectList,
  versionedObject,
} from '../../src/entries/index.ts';
import { checkVersions } from '../../src/testing/check-versions.ts';
import '../versioned/own-classes.ts';

const fingerprints: Record<string, string> = JSON.parse(
  readFileSync(new URL('../conformance/os-vif/fingerprints.json', import.meta.url), 'utf8'),
);

describe("of os-vif's own objects", () => {
  test('nothing is said where every fingerprint is as Python has it: histories add up, and every version can be written', () => {
    expect(checkVersions(fingerprints, 'os_vif')).toEqual([]);
  });

  test('what changed, is new or is gone is named, with what to do', () => {
    const { VIFBridge, ...others } = fingerprints;
    expect(checkVersions({ ...others, FixedIP: '1.0-0', Old: '1.0-0', Route: '1.7-0', Subnet: 'x' }, 'os_vif')).toEqual(
      [
        `FixedIP: its fields changed, but its version did not, expected 1.0-0, is ${fingerprints.FixedIP}: raise the version, add \`since\` to each new field, and expect the new fingerprint`,
        'Old: missing, but peers may still send it: declare it again, or remove its fingerprint',
        'Route: its version decreased from 1.7 to 1.0, but peers have the newer one: raise it again',
        `Subnet: "x" is not a fingerprint, expect ${fingerprints.Subnet}`,
        `VIFBridge: new, expect ${VIFBridge}`,
      ],
    );
  });
});

test('objects of a namespace of its own, one of which holds its own kind, have nothing wrong but that they are new', () => {
  expect(checkVersions({}, 'acme').filter((line) => !/^\w+: new, expect /.test(line))).toEqual([]);
});

describe('a new version', () => {
  @versionedObject({ name: 'Port', namespace: 'new-version', version: '1.0' })
  class FirstPort extends VersionedObject {
    @field(string()) name?: string;
  }
  const first = FirstPort.fingerprint();

  @versionedObject({ name: 'Port', namespace: 'new-version', version: '1.1' })
  class Port extends VersionedObject {
    @field(string()) name?: string;
    @field(integer(), { since: '1.1' }) speed?: number;
  }

  test('whose history tells the old one right needs just a new line', () => {
    expect(checkVersions({ Port: first }, 'new-version')).toEqual([
      `Port: 1.1 is new since 1.0, expect ${Port.fingerprint()}`,
    ]);
    expect(checkVersions({ Port: Port.fingerprint() }, 'new-version')).toEqual([]);
    expect(checkVersions({ Port: [first, Port.fingerprint()] }, 'new-version')).toEqual([]);
  });

  test('that changes what the old one was is told, also later', () => {
    const other = '1.0-00000000000000000000000000000000';
    const line = `Port: the history gives ${first} for 1.0, expected ${other}: a later field lacks \`since\`, or a field was changed or removed`;
    expect(checkVersions({ Port: other }, 'new-version')).toContain(line);
    expect(checkVersions({ Port: [other, Port.fingerprint()] }, 'new-version')).toEqual([line]);
  });
});

describe('a history that does not add up is told:', () => {
  test('a field without `since` in a new version', () => {
    @versionedObject({ name: 'Port', namespace: 'no-since', version: '1.1' })
    class Port extends VersionedObject {
      @field(string()) name?: string;
      @field(integer()) speed?: number;
    }
    expect(checked('no-since', Port)).toEqual([
      "Port 1.1: no field and no child version is new in this version: add `since: '1.1'` to the new field, or add the new child version to childVersions",
    ]);
  });

  test('a child that was raised without its parent', () => {
    @versionedObject({ name: 'Lane', namespace: 'child', version: '1.1' })
    class Lane extends VersionedObject {
      @field(integer(), { since: '1.1' }) speed?: number;
    }
    @versionedObject({ name: 'LaneList', namespace: 'child', version: '1.0' })
    class LaneList extends VersionedObjectList<Lane> {
      @field(listOf(objectOf(Lane)), { childVersions: { '1.0': '1.0' } }) declare objects?: readonly Lane[];
    }
    expect(checked('child', Lane, LaneList)).toEqual([
      'LaneList.objects: Lane has version 1.1, but childVersions end with 1.0: raise the version of LaneList, and add it to childVersions with 1.1',
    ]);
  });

  test('children in versions that never were, which no peer could read', () => {
    @versionedObject({ name: 'Lane', namespace: 'no-child', version: '1.0' })
    class Lane extends VersionedObject {}
    @versionedObject({ name: 'Road', namespace: 'no-child', version: '1.1' })
    class Road extends VersionedObject {
      @field(objectOf(Lane), { childVersions: { '1.0': '2.0', '1.1': '1.0' } }) lane?: Lane;
    }
    expect(checked('no-child', Lane, Road)).toEqual([
      'Road.lane: childVersions contain Lane 2.0, which does not exist: the newest version is 1.0',
      'Road.lane: childVersions must ascend, but 1.1: 1.0 follows 1.0: 2.0',
      expect.stringMatching(
        /^Road 1\.0: the backport for a peer of this version cannot be read: Lane "2\.0" cannot be read here/,
      ),
    ]);
  });

  test('child versions of a version that there is not', () => {
    @versionedObject({ name: 'Lane', namespace: 'too-far', version: '1.0' })
    class Lane extends VersionedObject {}
    @versionedObject({ name: 'Road', namespace: 'too-far', version: '1.0' })
    class Road extends VersionedObject {
      @field(objectOf(Lane), { childVersions: { '1.0': '1.0', '1.1': '1.0' } }) lane?: Lane;
    }
    expect(checked('too-far', Lane, Road)).toEqual([
      'Road.lane: childVersions contain Road 1.1, which does not exist: raise the version, or correct childVersions',
    ]);
  });

  test('a base that was raised without the classes that stand on it', () => {
    @versionedObject({ name: 'Base', namespace: 'base', version: '1.1' })
    class Base extends VersionedObject {
      @field(string(), { since: '1.1' }) label?: string;
    }
    @versionedObject({ name: 'Same', version: '1.0' })
    class Same extends Base {}
    @versionedObject({ name: 'Told', version: '1.0', baseVersions: { '1.0': '1.0' } })
    class Told extends Base {}
    expect(checked('base', Base, Same, Told)).toEqual([
      'Same.label: Base has this field since 1.1, but Same 1.0 has an older version as its base: raise the version of Same, and list the base of each version in baseVersions',
      'Told: its base Base has version 1.1, but its baseVersions end with 1.0: raise the version, and add it to baseVersions with 1.1',
    ]);
  });
});

/** What is wrong with classes besides their fingerprints. */
function checked(namespace: string, ...classes: ObjectClass[]): string[] {
  return checkVersions(Object.fromEntries(classes.map((one) => [one.objectName, one.fingerprint()])), namespace);
}
