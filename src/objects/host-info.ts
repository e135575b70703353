/**
 * The plugins of a host, with the classes and versions of VIFs and port profiles that each plugin supports.
 */

import { requireArgument } from '../errors/argument.ts';
import { IncompatibleVersionError, UnsupportedObjectError } from '../errors/model.ts';
import { arrayOf, TEXT } from '../errors/value-kinds.ts';
import { shortened } from '../text/bounds.ts';
import { field } from '../versioned/field.ts';
import { listOf } from '../versioned/fields/collections.ts';
import { objectOf } from '../versioned/fields/object-of.ts';
import { string } from '../versioned/fields/scalars.ts';
import { isVersion, isWithin } from '../versioned/history/version.ts';
import { objectClasses } from '../versioned/object-class.ts';
import { type FieldValues, VersionedObject } from '../versioned/versioned-object.ts';
import { osVifObject } from './os-vif-object.ts';

/** A class of port profiles, and the versions that a plugin supports. */
@osVifObject({ name: 'HostPortProfileInfo', version: '1.0' })
export class HostPortProfileInfo extends VersionedObject {
  /** The object name of the port profile class. */
  @field(string()) profileObjectName?: string;
  /** The oldest supported version. */
  @field(string()) minVersion?: string;
  /** The newest supported version. */
  @field(string()) maxVersion?: string;

  constructor(values: FieldValues<HostPortProfileInfo> = {}) {
    super(values);
  }

  /**
   * The newest version of the profile that this process and the host support.
   * Throws as {@link HostVIFInfo.getCommonVersion}.
   */
  getCommonVersion(this: HostPortProfileInfo): string {
    const { profileObjectName, minVersion, maxVersion } = this.require('profileObjectName', 'minVersion', 'maxVersion');
    return commonVersion(profileObjectName, minVersion, maxVersion);
  }
}

/** A class of VIFs, with its versions and port profiles that a plugin supports. */
@osVifObject({ name: 'HostVIFInfo', version: '1.1' })
export class HostVIFInfo extends VersionedObject {
  /** The object name of the VIF class. */
  @field(string()) vifObjectName?: string;
  /** The oldest supported version. */
  @field(string()) minVersion?: string;
  /** The newest supported version. */
  @field(string()) maxVersion?: string;
  /** The supported port profiles. */
  @field(listOf(objectOf(HostPortProfileInfo)), { since: '1.1' })
  supportedPortProfiles?: readonly HostPortProfileInfo[];

  constructor(values: FieldValues<HostVIFInfo> = {}) {
    super(values);
  }

  /**
   * The newest version of the VIF class that this process and the host support.
   *
   * @throws UnsupportedObjectError if this process does not have the class
   * @throws IncompatibleVersionError if there is no common version
   */
  getCommonVersion(this: HostVIFInfo): string {
    const { vifObjectName, minVersion, maxVersion } = this.require('vifObjectName', 'minVersion', 'maxVersion');
    return commonVersion(vifObjectName, minVersion, maxVersion);
  }
}

/** A plugin, and the VIF classes that it supports. */
@osVifObject({ name: 'HostPluginInfo', version: '1.0' })
export class HostPluginInfo extends VersionedObject {
  /** The name of the plugin. `vif.plugin` refers to it. */
  @field(string()) pluginName?: string;
  /** What it takes. */
  @field(listOf(objectOf(HostVIFInfo))) vifInfo?: readonly HostVIFInfo[];

  constructor(values: FieldValues<HostPluginInfo> = {}) {
    super(values);
  }

  /** Whether the plugin supports a VIF class. */
  hasVif(name: string): boolean {
    return this.vifInfo?.some(({ vifObjectName }) => vifObjectName === name) ?? false;
  }

  /**
   * The entry of a VIF class. Throws {@link UnsupportedObjectError} if the plugin does not support the class.
   */
  getVif(name: string): HostVIFInfo {
    requireArgument('getVif', name, TEXT);
    const found = this.vifInfo?.find(({ vifObjectName }) => vifObjectName === name);
    if (found) return found;
    throw new UnsupportedObjectError(
      name,
      `plugin ${shortened(this.pluginName ?? 'without a name')} takes no ${shortened(name)}`,
    );
  }

  /** Removes all VIF classes except these. */
  filterVifTypes(permitted: readonly string[]): void {
    requireArgument('filterVifTypes', permitted, NAMES);
    const taken = new Set(permitted);
    this.vifInfo = (this.vifInfo ?? []).filter(({ vifObjectName = '' }) => taken.has(vifObjectName));
  }
}

/** A host and its plugins. */
@osVifObject({ name: 'HostInfo', version: '1.0' })
export class HostInfo extends VersionedObject {
  /** The plugins. */
  @field(listOf(objectOf(HostPluginInfo))) pluginInfo?: readonly HostPluginInfo[];

  constructor(values: FieldValues<HostInfo> = {}) {
    super(values);
  }

  /** Whether the host has a plugin. */
  hasPlugin(name: string): boolean {
    return this.pluginInfo?.some(({ pluginName }) => pluginName === name) ?? false;
  }

  /** The entry of a plugin. Throws {@link UnsupportedObjectError} if the host does not have the plugin. */
  getPlugin(name: string): HostPluginInfo {
    requireArgument('getPlugin', name, TEXT);
    const found = this.pluginInfo?.find(({ pluginName }) => pluginName === name);
    if (found) return found;
    throw new UnsupportedObjectError(name, `the host has no plugin ${shortened(name)}`);
  }

  /** Removes all VIF classes except these, and all plugins without a remaining class. */
  filterVifTypes(permitted: readonly string[]): void {
    requireArgument('filterVifTypes', permitted, NAMES);
    const plugins = this.pluginInfo ?? [];
    for (const plugin of plugins) plugin.filterVifTypes(permitted);
    this.pluginInfo = plugins.filter(({ vifInfo = [] }) => vifInfo.length > 0);
  }
}

const NAMES = arrayOf(TEXT, 'names of VIF classes');

function commonVersion(name: string, min: string, max: string): string {
  const known = objectClasses('os_vif')
    .get(name)
    ?.map(({ version }) => version);
  if (known === undefined) throw new UnsupportedObjectError(name, `no object ${shortened(name)} is declared here`);
  const common = isVersion(min) && isVersion(max) ? known.find((version) => isWithin(version, min, max)) : undefined;
  if (common !== undefined) return common;
  throw new IncompatibleVersionError(name, `${min} to ${max}`, known);
}
