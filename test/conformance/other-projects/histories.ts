/** The history of classes that Python has in code, and the rows that come from other code of the project. */
import { compareVersions } from '../../../src/entries/index.ts';
import { isRecord } from '../../../src/text/is-record.ts';
import type { Histories } from './declare-class.ts';

/** `obj_make_compatible` of classes, by project and class. */
export const HISTORIES: Histories = {
  'cinder.Volume': { since: { use_quota: '1.9' } },
  'nova.NUMACell': { since: { socket: '1.5' } },
  'nova.Destination': { since: { forbidden_aggregates: '1.4' } },
  'nova.CellMapping': { since: { disabled: '1.1' } },
  // nova, InstanceGroup: 1.11 has one policy, earlier versions have a list.
  'nova.InstanceGroup': {
    makeCompatible(data, targetVersion) {
      if (compareVersions(targetVersion, '1.11') >= 0) return;
      data.policies = typeof data.policy === 'string' ? [data.policy] : [];
    },
  },
  // nova, PciDevice: before 1.4, the address of the physical function is in `extra_info`.
  'nova.PciDevice': {
    makeCompatible(data, targetVersion) {
      if (compareVersions(targetVersion, '1.4') >= 0 || typeof data.parent_addr !== 'string') return;
      const extra = isRecord(data.extra_info) ? data.extra_info : {};
      data.extra_info = { ...extra, phys_function: data.parent_addr };
    },
  },
  // neutron, Port: 1.0 has one distributed binding, later versions have a list.
  'neutron.Port': {
    makeCompatible(data, targetVersion) {
      if (compareVersions(targetVersion, '1.1') >= 0) return;
      const [first = null] = Array.isArray(data.distributed_bindings) ? data.distributed_bindings : [];
      data.distributed_binding = first;
    },
  },
};

/** Rows that differ because of further code of the project. */
export const EXCEPT: Readonly<Record<string, readonly string[]>> = {
  // cinder sets Volume.use_quota when it reads a volume.
  'cinder.VolumeAttachment': ['all fields', 'some fields', 'backport of row 1'],
  // nova compares extra_specs and projects of a Flavor with copies to find changes.
  'nova.Flavor': ['after obj_reset_changes'],
  // The data leaves out nova's Instance.
  'nova.BlockDeviceMapping': ['manifest'],
  // Lists of designate fail in Python for an unknown change.
  'designate.ZoneList': ['unknown field and unknown change'],
  // designate's own enumeration refuses null although the field is nullable.
  'designate.FloatingIP': ['null in the first six fields'],
};
