/** Objects of Kuryr, Zun and nova, declared as a user declares them, beside the Python classes. */
import { describe } from 'vitest';
import type { ObjectClass } from '../../src/entries/index.ts';
import { replay } from '../conformance/other-projects/replay.ts';
import { rowOf } from '../conformance/other-projects/rows.ts';
import {
  LBaaSPool,
  LBaaSPortSpec,
  LBaaSServiceSpec,
  PodState,
  VIFMacvlanNested,
  VIFVlanNested,
} from './objects/kuryr.ts';
import {
  LibvirtLiveMigrateBDMInfo,
  LibvirtLiveMigrateData,
  LibvirtLiveMigrateNUMAInfo,
  VIFMigrateData,
} from './objects/nova.ts';
import { VIFState } from './objects/zun.ts';

const CLASSES: Record<'kuryr-kubernetes' | 'nova' | 'zun', readonly ObjectClass[]> = {
  'kuryr-kubernetes': [LBaaSPool, LBaaSPortSpec, LBaaSServiceSpec, PodState, VIFMacvlanNested, VIFVlanNested],
  nova: [LibvirtLiveMigrateBDMInfo, LibvirtLiveMigrateData, LibvirtLiveMigrateNUMAInfo, VIFMigrateData],
  zun: [VIFState],
};

describe.each(Object.entries(CLASSES))('%s', (project, classes) => {
  describe.each(classes.map((objectClass) => ({ name: objectClass.objectName, objectClass })))(
    '$name',
    ({ name, objectClass }) => {
      if (project === 'kuryr-kubernetes' || project === 'nova' || project === 'zun')
        replay(rowOf(project, name), () => objectClass);
    },
  );
});
