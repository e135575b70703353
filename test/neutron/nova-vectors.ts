/** What nova made of entries of its network_info cache: VIFs and libvirt's XML. test/conformance/README.md gives the format. */
import type { GuestInterface } from '../../src/entries/libvirt.ts';
import type { NetworkInfoEntry } from '../../src/entries/neutron.ts';
import { vectors } from '../conformance/vectors.ts';

export interface NovaRow {
  readonly name: string;
  readonly vif: NetworkInfoEntry;
  readonly osvif?: Readonly<Record<string, unknown>> | null;
  readonly osvif_error?: string;
  readonly xml: Readonly<Record<string, string | { readonly error: string }>>;
}

/** Nova of 2026, which has no Linux bridge any more. */
export const LATEST: readonly NovaRow[] = vectors('nova/network-info.json');
/** Nova 26, which had it. */
const WITH_BRIDGE: readonly NovaRow[] = vectors('nova/network-info-bridge.json');
/** Every row that shows what we do: the latest nova's, save those where it only says that it dropped Linux bridges. */
export const ROWS: readonly NovaRow[] = [...LATEST.filter(({ vif }) => vif.type !== 'bridge'), ...WITH_BRIDGE];

/** The guest that nova wrote the XML for: `kvm-mq` is KVM with two queues. */
export function guestOf(flavour: string, vif: NetworkInfoEntry): GuestInterface {
  const [virtType, extra] = flavour.split('-');
  return {
    virtType: virtType === 'qemu' ? 'qemu' : 'kvm',
    ...(extra === 'mq' && { queues: 2 }),
    ...(extra === 'qos' && {
      bandwidth: { inbound: { average: 100, peak: 200, burst: 300 }, outbound: { average: 10 } },
    }),
    interfaceNameOf: () => 'eth7',
    vdpaDeviceOf: () => (vif.vnic_type === 'vdpa' ? '/dev/vhost-vdpa-0' : undefined),
  };
}
