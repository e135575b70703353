/** Which versions of a VIF a host can take. */

import { NegotiationError } from '../errors/negotiation.ts';
import { listed, shortened } from '../text/bounds.ts';
import { DATA, type Primitive } from '../versioned/codec/primitive.ts';
import { compareVersions, isVersion, withoutPatch } from '../versioned/version.ts';
import type { HostInfo, HostPluginInfo, HostVIFInfo } from './host-info.ts';
import type { VIFBase } from './vif.ts';

/**
 * The primitive of a VIF in the newest versions that a host takes, of the VIF and of its port profile. What these versions lack is left
 * out, as in every backport, so make what else is made of the VIF, such as libvirt's XML, of what was negotiated. A host from before
 * HostVIFInfo 1.1 does not tell which profiles it takes; it is given the first version.
 *
 * The time is linear in the size of the VIF and the host info, up to 1 MiB of JSON at least.
 *
 * @param hostInfo what `OsVif.hostInfo()` describes on that host, or Python's `os_vif.host_info()`
 * @throws NegotiationError that names what the host lacks: the plugin, the VIF class, the port profile, or a version of one
 * @throws UnsetFieldError where the VIF has no plugin, or the host info is incomplete
 */
export function negotiate(vif: VIFBase, hostInfo: HostInfo): Primitive {
  const { plugin: pluginName } = vif.require('plugin');
  const { pluginInfo: plugins } = hostInfo.require('pluginInfo');
  const plugin = plugins.find((info) => info.pluginName === pluginName);
  if (plugin === undefined) {
    throw new NegotiationError(
      `the host has no plugin ${shortened(pluginName)}; it has ${namesOf(plugins, (info) => info.pluginName)}`,
    );
  }
  const taken = vifInfoOf(vif, pluginName, plugin);
  const primitive = vif.toPrimitive({
    targetVersion: newestVersion(vif.type, vif.version, taken.require('minVersion', 'maxVersion')),
  });
  const { portProfile } = vif;
  if (portProfile === undefined) return primitive;
  const targetVersion = newestVersion(
    portProfile.type,
    portProfile.version,
    profileRange(vif, portProfile.type, taken),
  );
  return { ...primitive, [DATA]: { ...primitive[DATA], port_profile: portProfile.toPrimitive({ targetVersion }) } };
}

/** The versions that a host takes, both ends included. */
interface VersionRange {
  readonly minVersion: string;
  readonly maxVersion: string;
}

/** Nobody who doesn't say can be told more. */
const FIRST: VersionRange = { minVersion: '1.0', maxVersion: '1.0' };

function vifInfoOf(vif: VIFBase, pluginName: string, plugin: HostPluginInfo): HostVIFInfo {
  const { vifInfo } = plugin.require('vifInfo');
  const taken = vifInfo.find(({ vifObjectName }) => vifObjectName === vif.type);
  if (taken !== undefined) return taken;
  const known = namesOf(vifInfo, ({ vifObjectName }) => vifObjectName);
  throw new NegotiationError(`the host's plugin ${shortened(pluginName)} takes no ${vif.type}; it takes ${known}`);
}

function profileRange(vif: VIFBase, profile: string, { supportedPortProfiles: profiles }: HostVIFInfo): VersionRange {
  if (profiles === undefined) return FIRST;
  const taken = profiles.find(({ profileObjectName }) => profileObjectName === profile);
  if (taken !== undefined) return taken.require('minVersion', 'maxVersion');
  const known = namesOf(profiles, ({ profileObjectName }) => profileObjectName);
  throw new NegotiationError(
    `the host's plugin ${shortened(vif.plugin ?? '')} takes no ${vif.type} with a ${profile}; port profiles that it takes: ${known}`,
  );
}

/** The newest version that an object can be written in and that is taken. A third part of a version changes nothing that is read. */
function newestVersion(name: string, have: string, { minVersion, maxVersion }: VersionRange): string {
  const isKnown = isVersion(minVersion) && isVersion(maxVersion);
  const newest = isKnown && compareVersions(withoutPatch(maxVersion), have) < 0 ? withoutPatch(maxVersion) : have;
  const isTaken =
    isKnown && compareVersions(withoutPatch(minVersion), newest) <= 0 && majorOf(newest) === majorOf(have);
  if (isTaken) return newest;
  throw new NegotiationError(
    `the host takes ${name} from ${shortened(minVersion)} to ${shortened(maxVersion)}, and this is ${have}`,
  );
}

function majorOf(version: string): string | undefined {
  return version.split('.', 1)[0];
}

function namesOf<T>(items: readonly T[], nameOf: (item: T) => string | undefined): string {
  return listed(items.map((item) => shortened(nameOf(item) ?? ''))) || 'none';
}
