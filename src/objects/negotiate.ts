/** Selects versions of a VIF that a host supports. */

import { requireArgument } from '../errors/argument.ts';
import { NegotiationError } from '../errors/negotiation.ts';
import { objectWith } from '../errors/value-kinds.ts';
import { listed, shortened } from '../text/bounds.ts';
import { DATA, type Primitive } from '../versioned/codec/primitive.ts';
import { accepted, type LossOptions, requireLossOptions } from '../versioned/history/dropped-fields.ts';
import { compareVersions, isVersion, withoutPatch } from '../versioned/history/version.ts';
import type { HostInfo, HostPluginInfo, HostVIFInfo } from './host-info.ts';
import type { VIFBase } from './vif.ts';

/**
 * Writes a VIF in the newest versions of its class and of its port profile that a host supports. Set fields that
 * these versions do not have are left out. `onLoss` reports or refuses this loss:
 *
 *     negotiate(vif, hostInfo, { onLoss: 'refuse' });
 *     negotiate(vif, hostInfo, { onLoss: (dropped) => log.warn({ dropped }) });
 *
 * Use the negotiated VIF for other conversions too, such as to libvirt XML. A host with a HostVIFInfo older than 1.1
 * lists no port profiles; the profile is then written in version 1.0. Python's plugins describe older versions than
 * they can read. `backportFor` keeps more fields for such a host.
 *
 * The time is linear in the size of the VIF and the host info, at least up to 1 MiB of JSON.
 *
 * @param hostInfo the result of `OsVif.hostInfo()`, or of Python's `os_vif.host_info()`, on that host
 * @throws NegotiationError with the plugin, class, port profile or version that the host does not support
 * @throws NegotiationLossError with `onLoss: 'refuse'`, if set fields would be left out
 * @throws UnsetFieldError if the VIF has no plugin, or the host info is incomplete
 */
export function negotiate(vif: VIFBase, hostInfo: HostInfo, options: LossOptions = {}): Primitive {
  requireArgument('negotiate', vif, VIF);
  requireArgument('negotiate', hostInfo, HOST_INFO);
  requireLossOptions('negotiate', options);
  return accepted(vif, negotiated(vif, hostInfo), options);
}

const VIF = objectWith('a VIF such as VIFBridge', 'require', 'toPrimitive');
const HOST_INFO = objectWith('the HostInfo of a host', 'require', 'hasPlugin');

function negotiated(vif: VIFBase, hostInfo: HostInfo): Primitive {
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

/** The versions that a host supports, both ends included. */
interface VersionRange {
  readonly minVersion: string;
  readonly maxVersion: string;
}

/** The range for hosts that list no port profiles. */
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

/**
 * The newest version of the range in which the object can be written.
 * A patch component does not matter for reading.
 */
function newestVersion(name: string, have: string, { minVersion, maxVersion }: VersionRange): string {
  const isKnown = isVersion(minVersion) && isVersion(maxVersion);
  const newest = isKnown && compareVersions(withoutPatch(maxVersion), have) < 0 ? withoutPatch(maxVersion) : have;
  const isTaken =
    isKnown && compareVersions(withoutPatch(minVersion), newest) <= 0 && majorOf(newest) === majorOf(have);
  if (isTaken) return newest;
  throw new NegotiationError(
    `the host takes ${name} from ${shortened(minVersion)} to ${shortened(maxVersion)}, but this object has version ${have}`,
  );
}

function majorOf(version: string): string | undefined {
  return version.split('.', 1)[0];
}

function namesOf<T>(items: readonly T[], nameOf: (item: T) => string | undefined): string {
  return listed(items.map((item) => shortened(nameOf(item) ?? ''))) || 'none';
}
