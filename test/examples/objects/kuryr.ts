/** Objects of Kuryr-Kubernetes: VIFs of pods, and specifications of load balancers. */
import {
  dictOf,
  type FieldValues,
  field,
  integer,
  ipAddress,
  listOf,
  objectOf,
  string,
  uuid,
  VersionedObject,
  VIFBase,
  versionedObject,
} from '../../../src/entries/index.ts';

/** A VIF in a virtual machine, by a VLAN of the machine's own interface. */
@versionedObject({ name: 'VIFVlanNested', version: '1.0' })
export class VIFVlanNested extends VIFBase {
  /** The name of the device in the pod. */
  @field(string()) declare vifName?: string;
  /** The VLAN id, 1 to 4094. */
  @field(integer()) declare vlanId?: number;

  constructor(values: FieldValues<VIFVlanNested> = {}) {
    super(values);
  }
}

/** A VIF in a virtual machine, by a macvlan device on the machine's own interface. */
@versionedObject({ name: 'VIFMacvlanNested', version: '1.0' })
export class VIFMacvlanNested extends VIFBase {
  /** The name of the device in the pod. */
  @field(string()) declare vifName?: string;

  constructor(values: FieldValues<VIFMacvlanNested> = {}) {
    super(values);
  }
}

/** All VIFs of a pod. */
@versionedObject({ name: 'PodState', namespace: 'os_vif', version: '1.0' })
export class PodState extends VersionedObject {
  @field(objectOf(VIFBase, { subclasses: true })) declare defaultVif?: VIFBase;
  /** Further VIFs, by the name of the device in the pod. */
  @field(dictOf(objectOf(VIFBase, { subclasses: true })), { default: {} })
  declare additionalVifs?: Readonly<Record<string, VIFBase>>;

  constructor(values: FieldValues<PodState> = {}) {
    super(values);
  }
}

/** The namespace of the objects of load balancers. */
const NAMESPACE = 'kuryr_kubernetes';

/** A pool of members of a load balancer. */
@versionedObject({ name: 'LBaaSPool', namespace: NAMESPACE, version: '1.1' })
export class LBaaSPool extends VersionedObject {
  @field(uuid()) declare id?: string;
  @field(string()) declare projectId?: string;
  @field(string()) declare name?: string;
  @field(uuid()) declare loadbalancerId?: string;
  @field(uuid(), { nullable: true }) declare listenerId?: string | null;
  @field(string()) declare protocol?: string;

  constructor(values: FieldValues<LBaaSPool> = {}) {
    super(values);
  }
}

/** A port of a service. */
@versionedObject({ name: 'LBaaSPortSpec', namespace: NAMESPACE, version: '1.1' })
export class LBaaSPortSpec extends VersionedObject {
  @field(string(), { nullable: true }) declare name?: string | null;
  @field(string()) declare protocol?: string;
  @field(integer()) declare port?: number;
  @field(string(), { wireName: 'targetPort' }) declare targetPort?: string;

  constructor(values: FieldValues<LBaaSPortSpec> = {}) {
    super(values);
  }
}

/** A service for which Kuryr creates a load balancer. */
@versionedObject({ name: 'LBaaSServiceSpec', namespace: NAMESPACE, version: '1.0' })
export class LBaaSServiceSpec extends VersionedObject {
  @field(ipAddress(), { nullable: true, default: null }) declare ip?: string | null;
  @field(listOf(objectOf(LBaaSPortSpec)), { default: [] }) declare ports?: readonly LBaaSPortSpec[];
  @field(string(), { nullable: true, default: null }) declare projectId?: string | null;
  @field(uuid(), { nullable: true, default: null }) declare subnetId?: string | null;
  @field(listOf(uuid()), { default: [] }) declare securityGroupsIds?: readonly string[];
  /** `ClusterIP` or `LoadBalancer`. */
  @field(string(), { wireName: 'type', nullable: true, default: null }) declare serviceType?: string | null;
  @field(ipAddress(), { nullable: true, default: null }) declare lbIp?: string | null;

  constructor(values: FieldValues<LBaaSServiceSpec> = {}) {
    super(values);
  }
}
