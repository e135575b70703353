/** The object that nova's compute services exchange for a live migration with libvirt. */
import {
  boolean,
  dateTime,
  dictOf,
  type FieldValues,
  field,
  fieldType,
  integer,
  ipAddress,
  listOf,
  objectOf,
  oneOf,
  setOf,
  string,
  uuid,
  VersionedObject,
  versionedObject,
} from '../../../src/entries/index.ts';

/** The base class of nova's objects. Its options are inherited. */
@versionedObject({ name: 'NovaObject', namespace: 'nova', version: '1.0', serialNamespace: 'nova_object' })
class NovaObject extends VersionedObject {}

/** nova's own field type for a VIF of its network cache: JSON text. */
const novaVif = fieldType({ extends: string(), osloName: 'NetworkVIFModel' });

const migrationType = oneOf(['migration', 'resize', 'live-migration', 'evacuation'], { osloName: 'MigrationType' });

/** A port of the instance, on the source and on the destination. */
@versionedObject({ name: 'VIFMigrateData', version: '1.0' })
export class VIFMigrateData extends NovaObject {
  @field(string()) declare portId?: string;
  @field(string()) declare vnicType?: string;
  @field(string()) declare vifType?: string;
  @field(string()) declare vifDetailsJson?: string;
  @field(string()) declare profileJson?: string;
  @field(string()) declare host?: string;
  /** The VIF on the source. */
  @field(novaVif) declare sourceVif?: string;

  constructor(values: FieldValues<VIFMigrateData> = {}) {
    super(values);
  }
}

/** A block device of the instance. */
@versionedObject({ name: 'LibvirtLiveMigrateBDMInfo', version: '1.1' })
export class LibvirtLiveMigrateBDMInfo extends NovaObject {
  @field(string()) declare serial?: string;
  @field(string()) declare bus?: string;
  @field(string()) declare dev?: string;
  /** `disk`, `cdrom`. */
  @field(string(), { wireName: 'type' }) declare deviceType?: string;
  @field(string(), { nullable: true }) declare format?: string | null;
  @field(integer(), { nullable: true }) declare bootIndex?: number | null;
  @field(string()) declare connectionInfoJson?: string;
  @field(uuid(), { nullable: true, since: '1.1' }) declare encryptionSecretUuid?: string | null;

  constructor(values: FieldValues<LibvirtLiveMigrateBDMInfo> = {}) {
    super(values);
  }
}

/** The NUMA topology of the instance on the destination. */
@versionedObject({ name: 'LibvirtLiveMigrateNUMAInfo', version: '1.0' })
export class LibvirtLiveMigrateNUMAInfo extends NovaObject {
  /** Processors of the host, by processor of the guest. */
  @field(dictOf(setOf(integer()))) declare cpuPins?: Readonly<Record<string, ReadonlySet<number>>>;
  /** NUMA nodes of the host, by NUMA node of the guest. */
  @field(dictOf(setOf(integer()))) declare cellPins?: Readonly<Record<string, ReadonlySet<number>>>;
  @field(setOf(integer())) declare emulatorPins?: ReadonlySet<number>;
  @field(setOf(integer())) declare schedVcpus?: ReadonlySet<number>;
  @field(integer()) declare schedPriority?: number;

  constructor(values: FieldValues<LibvirtLiveMigrateNUMAInfo> = {}) {
    super(values);
  }
}

/** A migration of an instance. */
@versionedObject({ name: 'Migration', version: '1.7' })
export class Migration extends NovaObject {
  @field(integer()) declare id?: number;
  @field(uuid()) declare uuid?: string;
  @field(string(), { nullable: true }) declare sourceCompute?: string | null;
  @field(string(), { nullable: true }) declare destCompute?: string | null;
  @field(string(), { nullable: true }) declare sourceNode?: string | null;
  @field(string(), { nullable: true }) declare destNode?: string | null;
  @field(string(), { nullable: true }) declare destHost?: string | null;
  @field(integer(), { nullable: true }) declare oldInstanceTypeId?: number | null;
  @field(integer(), { nullable: true }) declare newInstanceTypeId?: number | null;
  @field(string(), { nullable: true }) declare instanceUuid?: string | null;
  @field(string(), { nullable: true }) declare status?: string | null;
  @field(migrationType) declare migrationType?: 'migration' | 'resize' | 'live-migration' | 'evacuation';
  @field(boolean(), { default: false }) declare hidden?: boolean;
  @field(integer(), { nullable: true }) declare memoryTotal?: number | null;
  @field(integer(), { nullable: true }) declare memoryProcessed?: number | null;
  @field(integer(), { nullable: true }) declare memoryRemaining?: number | null;
  @field(integer(), { nullable: true }) declare diskTotal?: number | null;
  @field(integer(), { nullable: true }) declare diskProcessed?: number | null;
  @field(integer(), { nullable: true }) declare diskRemaining?: number | null;
  @field(boolean(), { default: false }) declare crossCellMove?: boolean;
  @field(string(), { nullable: true }) declare userId?: string | null;
  @field(string(), { nullable: true }) declare projectId?: string | null;
  @field(dateTime(), { nullable: true }) declare createdAt?: Date | null;
  @field(dateTime(), { nullable: true }) declare updatedAt?: Date | null;
  @field(dateTime(), { nullable: true }) declare deletedAt?: Date | null;
  @field(boolean(), { default: false }) declare deleted?: boolean;

  constructor(values: FieldValues<Migration> = {}) {
    super(values);
  }
}

/** The data of a live migration. nova has no rules for the versions of the children. */
@versionedObject({ name: 'LibvirtLiveMigrateData', version: '1.10' })
export class LibvirtLiveMigrateData extends NovaObject {
  @field(string()) declare filename?: string;
  @field(string()) declare imageType?: string;
  @field(boolean()) declare blockMigration?: boolean;
  @field(boolean()) declare diskOverCommit?: boolean;
  @field(integer(), { nullable: true }) declare diskAvailableMb?: number | null;
  @field(boolean()) declare isSharedInstancePath?: boolean;
  @field(boolean()) declare isSharedBlockStorage?: boolean;
  @field(string()) declare instanceRelativePath?: string;
  @field(ipAddress(), { nullable: true }) declare graphicsListenAddrVnc?: string | null;
  @field(ipAddress(), { nullable: true }) declare graphicsListenAddrSpice?: string | null;
  @field(string(), { nullable: true }) declare serialListenAddr?: string | null;
  @field(listOf(integer()), { since: '1.2' }) declare serialListenPorts?: readonly number[];
  @field(listOf(objectOf(LibvirtLiveMigrateBDMInfo))) declare bdms?: readonly LibvirtLiveMigrateBDMInfo[];
  @field(string(), { nullable: true, since: '1.1' }) declare targetConnectAddr?: string | null;
  @field(listOf(string()), { since: '1.3' }) declare supportedPerfEvents?: readonly string[];
  @field(boolean(), { since: '1.5' }) declare srcSupportsNativeLuks?: boolean;
  @field(boolean(), { since: '1.6' }) declare dstWantsFileBackedMemory?: boolean;
  @field(boolean(), { since: '1.6' }) declare fileBackedMemoryDiscard?: boolean;
  @field(boolean(), { since: '1.10' }) declare srcSupportsNumaLiveMigration?: boolean;
  @field(boolean(), { since: '1.10' }) declare dstSupportsNumaLiveMigration?: boolean;
  @field(objectOf(LibvirtLiveMigrateNUMAInfo), { since: '1.10' }) declare dstNumaInfo?: LibvirtLiveMigrateNUMAInfo;
  @field(boolean()) declare isVolumeBacked?: boolean;
  @field(objectOf(Migration)) declare migration?: Migration;
  @field(dictOf(string())) declare oldVolAttachmentIds?: Readonly<Record<string, string>>;
  @field(boolean(), { since: '1.7' }) declare waitForVifPlugged?: boolean;
  @field(listOf(objectOf(VIFMigrateData)), { since: '1.8' }) declare vifs?: readonly VIFMigrateData[];

  constructor(values: FieldValues<LibvirtLiveMigrateData> = {}) {
    super(values);
  }
}
