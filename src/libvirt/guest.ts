/**
 * The options of libvirt elements that are not part of the VIF: the guest's side, and look-ups on the host.
 */

import type { OptionKinds } from '../errors/argument.ts';
import { LibvirtXmlError } from '../errors/libvirt.ts';
import { BOOLEAN, CHECKED_LATER, either, FUNCTION, OBJECT, TEXT } from '../errors/value-kinds.ts';
import type { GuestIsolation } from '../objects/guest-isolation.ts';
import { describeValue } from '../text/describe-value.ts';
import type { MacvtapNetwork } from './network-xml.ts';
import { ringSize, wholeNumber } from './values.ts';
import type { XmlElement } from './xml.ts';

/** The hypervisor: nova's `[libvirt] virt_type`. */
export type VirtType = 'kvm' | 'qemu' | 'parallels' | 'lxc';

/** The bandwidth limit of one direction. Without `average` there is no limit. */
export interface Rate {
  /** The average rate in kB/s. */
  readonly average?: number;
  /** The peak rate in kB/s. */
  readonly peak?: number;
  /** The size of a burst at the peak rate, in kB. */
  readonly burst?: number;
}

/** The limits of both directions. `inbound` is traffic to the guest. */
export interface Bandwidth {
  readonly inbound?: Rate;
  readonly outbound?: Rate;
}

/** Options of the guest, and look-ups on its host. */
export interface GuestInterface {
  /** The hypervisor. */
  readonly virtType: VirtType;
  /**
   * The device model in the guest: `virtio`, `e1000`, ... Default: `virtio`; none for lxc. Null: no `<model>`, so
   * libvirt chooses, as with nova's `use_virtio_for_bridges = False`. A passed-through device has no model.
   */
  readonly model?: string | null;
  /**
   * The number of pairs of virtio queues, 1 to 256.
   * Only for kvm and parallels; ignored for other hypervisors, as in nova.
   */
  readonly queues?: number;
  /** The number of descriptors of each receive ring: 256, 512 or 1024. For vDPA only with packed rings, as in nova. */
  readonly rxQueueSize?: number;
  /**
   * The number of descriptors of each transmit ring: 256, 512 or 1024.
   * Only for vhost-user, because of QEMU, and for vDPA with packed rings, as in nova.
   */
  readonly txQueueSize?: number;
  /** Whether the virtio rings are packed. */
  readonly packed?: boolean;
  /**
   * The bandwidth limits.
   * As in nova, they are ignored for vhost-user, vDPA, and the plugins `tap` and `midonet`.
   */
  readonly bandwidth?: Bandwidth;
  /**
   * For a VIFVHostUser in client mode: seconds until the guest reconnects to the switch.
   * Default: no reconnection.
   */
  readonly reconnect?: number;
  /**
   * For VIFDirect: isolates guests on one device by the mode `private`. The option of MacvtapPlugin.
   */
  readonly isolateGuests?: GuestIsolation;
  /**
   * For VIFDirect: the network of libvirt, or its name, to which the guest is connected. libvirt then makes the
   * macvtap device, on a device and in the mode of the network. The mode and the device of the VIF must fit. Not
   * for a VIF on a virtual function, nor for one whose device the plugin `macvtap` makes.
   */
  readonly network?: MacvtapNetwork | string;
  /**
   * For VIFHostDevice: the vnic type of the port. `vdpa` needs a device from `vdpaDeviceOf`; with `direct` the function
   * itself goes to the guest. Default: the vnic type of the port that `vifFromPort` or `vifFromNetworkInfo` converted. For
   * other VIFs, such as a VIF from the wire, the result of `vdpaDeviceOf` decides.
   */
  readonly vnicType?: 'direct' | 'vdpa';
  /** Returns the network device of a PCI device. Needed for a VIFDirect with `devAddress`. */
  interfaceNameOf?(pciAddress: string): string | undefined;
  /**
   * Returns the character device of a vDPA device, such as `/dev/vhost-vdpa-0`, or undefined.
   * Needed for vDPA ports.
   */
  vdpaDeviceOf?(pciAddress: string): string | undefined;
}

/** The rule for `<driver>`: the program that reads the virtio queues. */
export type DriverRule = 'hypervisor' | 'vhost' | 'vhostuser' | 'vdpa' | 'none';

const VIRTIO = 'virtio';
const ON_PCI = ['virtio', 'ne2k_pci', 'pcnet', 'rtl8139', 'e1000', 'e1000e', 'spapr-vlan', 'vmxnet3', 'igb'];

/** The names of all properties of {@link GuestInterface}. */
export const GUEST_OPTIONS: OptionKinds<GuestInterface> = {
  virtType: CHECKED_LATER,
  model: CHECKED_LATER,
  queues: CHECKED_LATER,
  rxQueueSize: CHECKED_LATER,
  txQueueSize: CHECKED_LATER,
  packed: BOOLEAN,
  bandwidth: OBJECT,
  reconnect: CHECKED_LATER,
  isolateGuests: either(BOOLEAN, FUNCTION),
  network: either(TEXT, OBJECT),
  vnicType: CHECKED_LATER,
  interfaceNameOf: FUNCTION,
  vdpaDeviceOf: FUNCTION,
};

/** The models of each hypervisor, and the default model (nova, SUPPORTED_VIF_MODELS). */
const HYPERVISORS: Readonly<Record<VirtType, { readonly models: readonly string[]; readonly byDefault?: string }>> = {
  kvm: { models: ON_PCI, byDefault: VIRTIO },
  qemu: { models: [...ON_PCI, 'lan9118'], byDefault: VIRTIO },
  parallels: { models: ['virtio', 'rtl8139', 'e1000'], byDefault: VIRTIO },
  lxc: { models: [] },
};

/** The device models of a hypervisor. */
export function modelsOf(virtType: VirtType): readonly string[] {
  return HYPERVISORS[virtType].models;
}

/** The hypervisors with several queues. The driver `qemu` reads only one queue. */
const WITH_QUEUES: readonly VirtType[] = ['kvm', 'parallels'];

/**
 * `<model>` and `<driver>`.
 * Throws {@link LibvirtXmlError} for an unknown model and for a number out of range.
 */
export function frontend(guest: GuestInterface, rule: DriverRule): (XmlElement | undefined)[] {
  if (!Object.hasOwn(HYPERVISORS, guest.virtType)) {
    throw new LibvirtXmlError(
      `virtType: expected one of ${Object.keys(HYPERVISORS).join(', ')}, found ${describeValue(guest.virtType)}`,
    );
  }
  if (rule === 'none') return [];
  if (rule === 'vdpa') return vdpaFrontend(guest);
  const model = modelOf(guest);
  if (rule === 'vhostuser' && model !== VIRTIO) {
    throw new LibvirtXmlError(`model: a VIFVHostUser is virtio, not ${model ?? 'without a model'}`);
  }
  return [model === undefined ? undefined : { name: 'model', attributes: { type: model } }, driver(guest, rule, model)];
}

function modelOf({ virtType, model }: GuestInterface): string | undefined {
  const { models, byDefault } = HYPERVISORS[virtType];
  if (model === null) return undefined;
  if (model === undefined) return byDefault;
  if (models.includes(model)) return model;
  throw new LibvirtXmlError(
    `model: ${virtType} has no ${describeValue(model)}; it has ${models.join(', ') || 'none to choose from'}`,
  );
}

function driver(guest: GuestInterface, rule: DriverRule, model: string | undefined): XmlElement | undefined {
  if (model !== VIRTIO) return undefined;
  const { virtType, packed } = guest;
  const queues =
    guest.queues !== undefined && WITH_QUEUES.includes(virtType)
      ? wholeNumber(guest.queues, 'queues', 1, 256)
      : undefined;
  const rx = ringSize(guest.rxQueueSize, 'rxQueueSize');
  const name =
    rule === 'vhostuser'
      ? undefined
      : rule === 'vhost'
        ? 'vhost'
        : virtType === 'qemu'
          ? 'qemu'
          : queues !== undefined || rx !== undefined
            ? 'vhost'
            : undefined;
  const tx = rule === 'vhostuser' ? ringSize(guest.txQueueSize, 'txQueueSize') : undefined;
  return driverElement({ name, queues, rx_queue_size: rx, tx_queue_size: tx, packed: packed ? 'on' : undefined });
}

/**
 * The elements of a vDPA device. As in nova, there is a `<driver>` only for packed rings. libvirt assumes the model
 * virtio, but needs `<model>` if `<driver>` has options of rings.
 */
function vdpaFrontend({ rxQueueSize, txQueueSize, packed }: GuestInterface): (XmlElement | undefined)[] {
  const rings = {
    rx_queue_size: ringSize(rxQueueSize, 'rxQueueSize'),
    tx_queue_size: ringSize(txQueueSize, 'txQueueSize'),
  };
  if (!packed) return [];
  return [{ name: 'model', attributes: { type: VIRTIO } }, driverElement({ ...rings, packed: 'on' })];
}

function driverElement(attributes: Readonly<Record<string, string | number | undefined>>): XmlElement | undefined {
  return Object.values(attributes).some((value) => value !== undefined) ? { name: 'driver', attributes } : undefined;
}

/** `<bandwidth>`, or undefined without limits. */
export function bandwidthElement({ bandwidth: { inbound, outbound } = {} }: GuestInterface): XmlElement | undefined {
  const children = [rateElement('inbound', inbound), rateElement('outbound', outbound)];
  return children.some(Boolean) ? { name: 'bandwidth', children } : undefined;
}

function rateElement(name: string, { average, peak, burst }: Rate = {}): XmlElement | undefined {
  if (average === undefined) return undefined;
  const attributes = Object.entries({ average, peak, burst }).map(
    ([key, value]) =>
      [key, value === undefined ? undefined : wholeNumber(value, `bandwidth.${name}.${key}`, 1)] as const,
  );
  return { name, attributes: Object.fromEntries(attributes) };
}
