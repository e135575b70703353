/** What a libvirt element says besides the VIF: the guest's side of it, and answers that only the host has. */

import { LibvirtXmlError } from '../errors/libvirt.ts';
import { describeValue } from '../text/describe-value.ts';
import { ringSize, wholeNumber } from './values.ts';
import type { XmlElement } from './xml.ts';

/** Which hypervisor runs the guest: nova's `[libvirt] virt_type`. */
export type VirtType = 'kvm' | 'qemu' | 'parallels' | 'lxc';

/** What one direction may pass. Without an average libvirt limits nothing. */
export interface Rate {
  /** kB/s in the long run. */
  readonly average?: number;
  /** kB/s in a burst. */
  readonly peak?: number;
  /** kB that may pass at the peak rate. */
  readonly burst?: number;
}

/** Both directions, as the host sees the guest: `inbound` is what the guest receives. */
export interface Bandwidth {
  readonly inbound?: Rate;
  readonly outbound?: Rate;
}

/** The guest, and the host that it runs on. */
export interface GuestInterface {
  /** Which hypervisor runs the guest. */
  readonly virtType: VirtType;
  /** The device that the guest sees: `virtio`, `e1000`, ... Default `virtio`; for lxc none. A device that is passed through has no model. */
  readonly model?: string;
  /** Pairs of virtio queues, 1 to 256, for kvm and parallels; elsewhere they are left out, as nova does. */
  readonly queues?: number;
  /** Descriptors of each receive ring: 256, 512 or 1024. */
  readonly rxQueueSize?: number;
  /** Descriptors of each transmit ring: 256, 512 or 1024. Said for vhost-user and vDPA; QEMU cannot change it elsewhere. */
  readonly txQueueSize?: number;
  /** Whether virtio's rings are packed. */
  readonly packed?: boolean;
  /** Limits. As with nova, vhost-user, vDPA, and the VIFs of the plugins `tap` and `midonet` have none, whatever is said here. */
  readonly bandwidth?: Bandwidth;
  /** VIFVHostUser that is a client: seconds after which the guest connects again when the switch went away. Default: never. */
  readonly reconnect?: number;
  /** VIFDirect: guests of one host don't reach each other: the mode `bridge` is written as `private`. As of MacvtapPlugin. */
  readonly isolateGuests?: boolean;
  /** The network device of a PCI device. Needed for VIFDirect on one. */
  interfaceNameOf?(pciAddress: string): string | undefined;
  /** The character device of a vDPA device, such as `/dev/vhost-vdpa-0`; undefined for a device that is none. Needed for vDPA ports. */
  vdpaDeviceOf?(pciAddress: string): string | undefined;
}

/** Whose descriptors move the packets, as far as `<driver>` tells. */
export type DriverRule = 'hypervisor' | 'vhost' | 'vhostuser' | 'vdpa' | 'none';

const VIRTIO = 'virtio';
const ON_PCI = ['virtio', 'ne2k_pci', 'pcnet', 'rtl8139', 'e1000', 'e1000e', 'spapr-vlan', 'vmxnet3', 'igb'];

/** The models that a hypervisor has, and the one that it is given unless another is asked for. As nova, SUPPORTED_VIF_MODELS. */
const HYPERVISORS: Readonly<Record<VirtType, { readonly models: readonly string[]; readonly byDefault?: string }>> = {
  kvm: { models: ON_PCI, byDefault: VIRTIO },
  qemu: { models: [...ON_PCI, 'lan9118'], byDefault: VIRTIO },
  parallels: { models: ['virtio', 'rtl8139', 'e1000'], byDefault: VIRTIO },
  lxc: { models: [] },
};

/** vhost and parallels read several queues; the driver `qemu` reads one. */
const WITH_QUEUES: readonly VirtType[] = ['kvm', 'parallels'];

/** `<model>` and `<driver>`. Throws {@link LibvirtXmlError} where the hypervisor has no such model, or a number is out of range. */
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
    throw new LibvirtXmlError(`model: a VIFVHostUser is virtio, not ${model ?? 'without a model, as with lxc'}`);
  }
  return [model === undefined ? undefined : { name: 'model', attributes: { type: model } }, driver(guest, rule, model)];
}

function modelOf({ virtType, model }: GuestInterface): string | undefined {
  const { models, byDefault } = HYPERVISORS[virtType];
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

/** libvirt takes the model of a vDPA device to be virtio; where something is said of its rings it must be told. */
function vdpaFrontend({ rxQueueSize, txQueueSize, packed }: GuestInterface): (XmlElement | undefined)[] {
  const element = driverElement({
    rx_queue_size: ringSize(rxQueueSize, 'rxQueueSize'),
    tx_queue_size: ringSize(txQueueSize, 'txQueueSize'),
    packed: packed ? 'on' : undefined,
  });
  return element === undefined ? [] : [{ name: 'model', attributes: { type: VIRTIO } }, element];
}

function driverElement(attributes: Readonly<Record<string, string | number | undefined>>): XmlElement | undefined {
  return Object.values(attributes).some((value) => value !== undefined) ? { name: 'driver', attributes } : undefined;
}

/** `<bandwidth>`. */
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
