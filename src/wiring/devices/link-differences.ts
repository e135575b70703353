/** Compares the state of a device with the desired state. */

import type { Link, LinkSettings, NewLink } from '../../host-contract/links.ts';
import { isRecord } from '../../text/is-record.ts';

/**
 * A property whose value is not the desired value. `bridge.stp` is the property `stp` of the setting
 * `bridge`.
 */
export interface Difference {
  readonly property: string;
  readonly want: unknown;
  readonly have: unknown;
}

/** The settings that can be changed on an existing device. */
const SETTINGS = ['mac', 'mtu', 'up', 'promiscuous', 'alias', 'group', 'master', 'bridge', 'macvtap', 'port'] as const;
/** The settings that a device gets at its creation and that cannot be changed. */
const FIXED = ['tap', 'vlan', 'lower', 'settings'] as const;

/** Lists the differences that a change of the device can remove. */
export function differences(have: Link, want: LinkSettings): Difference[] {
  return SETTINGS.flatMap((name) => compare(name, have[name], want[name])).filter((found) => !isForLife(found));
}

/** Lists the differences that only a new device can remove. */
export function fixedDifferences(have: Link, want: NewLink): Difference[] {
  return [...FIXED, 'macvtap' as const]
    .flatMap((name) => compare(name, have[name], name in want ? Reflect.get(want, name) : undefined))
    .filter(({ property, ...found }) => !property.startsWith('macvtap') || isForLife({ property, ...found }));
}

/**
 * Whether the difference is fixed. Kernel: macvlan_changelink() changes no device to or from the mode
 * passthru.
 */
function isForLife({ property, want, have }: Difference): boolean {
  return property === 'macvtap.mode' && (want === 'passthru' || have === 'passthru');
}

/** Returns the desired or the present values of these differences, as settings. */
export function settingsOf(found: readonly Difference[], side: 'want' | 'have'): LinkSettings {
  const settings: Record<string, unknown> = {};
  for (const difference of found) {
    const [name = '', inner] = difference.property.split('.');
    const value = difference[side];
    if (inner === undefined) settings[name] = value;
    else settings[name] = { ...(isRecord(settings[name]) ? settings[name] : {}), [inner]: value };
  }
  return settings;
}

function compare(property: string, have: unknown, want: unknown): Difference[] {
  if (want === undefined) return [];
  if (isRecord(want)) {
    const inner = isRecord(have) ? have : {};
    return Object.entries(want).flatMap(([name, value]) => compare(`${property}.${name}`, inner[name], value));
  }
  const wanted = property === 'mac' && typeof want === 'string' ? want.toLowerCase() : want;
  return have === wanted ? [] : [{ property, want: wanted, have }];
}
