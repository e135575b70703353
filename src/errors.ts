/**
 * Every error that this library throws: one class per situation, each with a `code` that never changes.
 * The message says what was tried, on what, what came back and what to do about it.
 */

/** The base of every error of this library. */
export class OsVifError extends Error {
  /** Stable, upper-case, starts with `ERR_OSVIF_`; meant for programs, the message is meant for people. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A value that a field does not take. `ERR_OSVIF_FIELD_VALUE`. */
export class FieldValueError extends OsVifError {
  /** The object that was read or written, for example `VIFBridge`; empty while it is not known. */
  objectName = '';
  /** From that object to the value: property names on assignment, wire names in a primitive; `network.subnets.objects[0].cidr`. */
  path = '';
  /** What was found. */
  readonly value: unknown;
  /** What would have been taken, for example `a UUID`. */
  readonly expected: string;

  constructor(value: unknown, expected: string) {
    super('ERR_OSVIF_FIELD_VALUE', '');
    this.value = value;
    this.expected = expected;
    this.message = this.#describe();
  }

  /** The last name on the path: the field that refused the value. */
  get field(): string {
    return this.path.replace(/^.*\.(?=[^.]+$)/, '').replace(/\[.*$/, '');
  }

  /** Puts a field or an index in front of the path, on the way up from the value to the object that was asked for. */
  within(segment: string | number, objectName = this.objectName): this {
    const rest = this.path === '' || this.path.startsWith('[') ? this.path : `.${this.path}`;
    this.path = typeof segment === 'number' ? `[${segment}]${rest}` : `${segment}${rest}`;
    this.objectName = objectName;
    this.message = this.#describe();
    return this;
  }

  #describe(): string {
    const where = [this.objectName, this.path].filter(Boolean).join('.');
    return `${where === '' ? '' : `${where}: `}expected ${this.expected}, found ${describeValue(this.value)}`;
  }
}

/** A name that is no field of the object. `ERR_OSVIF_UNKNOWN_FIELD`. */
export class UnknownFieldError extends OsVifError {
  constructor(
    readonly objectName: string,
    readonly field: string,
    known: readonly string[],
  ) {
    super(
      'ERR_OSVIF_UNKNOWN_FIELD',
      `${objectName} has no field ${describeValue(field)}; it has ${known.length === 0 ? 'none' : known.join(', ')}`,
    );
  }
}

/** Fields that were needed and are not set. `ERR_OSVIF_UNSET_FIELD`. */
export class UnsetFieldError extends OsVifError {
  constructor(
    readonly objectName: string,
    readonly fields: readonly string[],
  ) {
    super(
      'ERR_OSVIF_UNSET_FIELD',
      `${objectName}: ${fields.join(', ')} must be set and ${fields.length > 1 ? 'are' : 'is'} not`,
    );
  }
}

/** A read-only field that has its value already. `ERR_OSVIF_READ_ONLY_FIELD`. */
export class ReadOnlyFieldError extends OsVifError {
  constructor(
    readonly objectName: string,
    readonly field: string,
  ) {
    super('ERR_OSVIF_READ_ONLY_FIELD', `${objectName}.${field} is read-only and has a value already`);
  }
}

/** A declaration that can't work: the message says which class and what to change. `ERR_OSVIF_DECLARATION`. */
export class DeclarationError extends OsVifError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_OSVIF_DECLARATION', message, options);
  }
}

/** An object name or namespace that nobody has declared here. `ERR_OSVIF_UNSUPPORTED_OBJECT`. */
export class UnsupportedObjectError extends OsVifError {
  constructor(
    readonly objectName: string,
    message: string,
  ) {
    super('ERR_OSVIF_UNSUPPORTED_OBJECT', message);
  }
}

/** A version of an object that no class here can read. `ERR_OSVIF_INCOMPATIBLE_VERSION`. */
export class IncompatibleVersionError extends OsVifError {
  constructor(
    readonly objectName: string,
    readonly version: string,
    readonly supported: readonly string[],
  ) {
    super(
      'ERR_OSVIF_INCOMPATIBLE_VERSION',
      `${objectName} ${describeValue(version)} can't be read here, up to ${supported.join(' and ')} can; ` +
        'ask the sender to backport it (toPrimitive with targetVersion or versionManifest)',
    );
  }
}

/** A version to write that is newer than the object. `ERR_OSVIF_TARGET_VERSION`. */
export class TargetVersionError extends OsVifError {
  constructor(
    readonly objectName: string,
    readonly version: string,
    readonly targetVersion: string,
  ) {
    super(
      'ERR_OSVIF_TARGET_VERSION',
      `${objectName} ${version} can't be written as ${describeValue(targetVersion)}: only an older or the same version can be made of it`,
    );
  }
}

/** How a value is shown in a message: short, on one line, whatever was passed in. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === 'bigint') return `${value}n`.slice(0, 80);
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'function') return 'a function';
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  if (value instanceof Date) return 'a Date';
  if (value instanceof Map) return 'a Map';
  if (value instanceof Set) return 'a Set';
  return 'an object';
}

/** The OVSDB server can't be reached, or the connection to it broke. */
export class OvsdbConnectionError extends OsVifError {
  /** Where the server was sought, e.g. `unix:/run/openvswitch/db.sock`. */
  readonly connection: string;
  /** Whether trying again may help; false for a refused certificate or a connection string that can't be read. */
  readonly transient: boolean;

  constructor(connection: string, message: string, options?: ErrorOptions & { transient?: boolean }) {
    super('ERR_OSVIF_OVSDB_CONNECTION', `OVSDB ${connection}: ${message}`, options);
    this.connection = connection;
    this.transient = options?.transient ?? true;
  }
}

/** A call to the OVSDB server did not end before its deadline. */
export class OvsdbTimeoutError extends OsVifError {
  constructor(connection: string, message: string, options?: ErrorOptions) {
    super('ERR_OSVIF_OVSDB_TIMEOUT', `OVSDB ${connection}: ${message}`, options);
  }
}

/** The OVSDB server sent what RFC 7047 does not allow, or its schema is not that of an Open vSwitch. */
export class OvsdbProtocolError extends OsVifError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_OSVIF_OVSDB_PROTOCOL', message, options);
  }
}

/** The OVSDB server refused a request; nothing of the transaction was done. */
export class OvsdbServerError extends OsVifError {
  /** The server's word for it: `constraint violation`, `referential integrity violation`, `not allowed`, `timed out`, ... */
  readonly error: string;
  /** The server's explanation, '' when it gave none. */
  readonly details: string;
  /** Index of the operation that failed; undefined when the transaction failed as a whole at its commit. */
  readonly operation: number | undefined;

  constructor(request: string, error: string, details: string, operation?: number) {
    super('ERR_OSVIF_OVSDB_SERVER', `${request}: the OVSDB server says: ${error}${details && `: ${details}`}`);
    this.error = error;
    this.details = details;
    this.operation = operation;
  }
}

/** An edit does not fit the database as it is: there is no such bridge, or a port of that name exists. */
export class OvsdbEditError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_OVSDB_EDIT', message);
  }
}

/** The kernel refused: `errno` is its name for why (`EEXIST`), `text` its own words where it gave any. */
export class KernelError extends OsVifError {
  readonly errno: string;
  readonly text: string;

  constructor(code: string, request: string, errno: string, text: string, advice?: string) {
    super(code, `${request}: ${text || errno}${text ? ` (${errno})` : ''}${advice ? `; ${advice}` : ''}`);
    this.errno = errno;
    this.text = text;
  }
}

/** An rtnetlink request was refused; `text` is the kernel's extended acknowledgement. */
export class NetlinkError extends KernelError {
  constructor(request: string, errno: string, text: string) {
    super('ERR_OSVIF_NETLINK', request, errno, text);
  }
}

/** A system call other than a netlink request failed. */
export class SystemCallError extends KernelError {
  constructor(request: string, errno: string, text = '', advice?: string) {
    super('ERR_OSVIF_SYSTEM_CALL', request, errno, text, advice);
  }
}

/** This process may not do that to the host's network. */
export class PermissionError extends KernelError {
  constructor(request: string, errno: string, text: string, advice: string) {
    super('ERR_OSVIF_PERMISSION', request, errno, text, advice);
  }
}

/** A name, MAC address, MTU or other value that no device can have; found before anything is done. */
export class LinkValueError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_LINK_VALUE', message);
  }
}

/** A device of that name is there, but it is of another kind, or not ours to change or delete. */
export class ForeignLinkError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_FOREIGN_LINK', message);
  }
}

/** A device has a property that it keeps for life and that is not as it should be. */
export class ImmutableLinkError extends OsVifError {
  constructor(link: string, property: string, want: unknown, have: unknown) {
    super(
      'ERR_OSVIF_IMMUTABLE_LINK',
      `${link}: ${property} is ${describeValue(have)} and should be ${describeValue(want)}, which can't be changed on a device that exists; unplug it first`,
    );
  }
}

/** A device that another one is to stand on, or be a port of, is not there. */
export class MissingLinkError extends OsVifError {
  constructor(link: string, neededBy: string) {
    super('ERR_OSVIF_MISSING_LINK', `${neededBy} needs the device ${link}, which does not exist`);
  }
}

/** koffi, which calls the kernel for us, is not installed or doesn't load. */
export class MissingKoffiError extends OsVifError {
  constructor(options?: ErrorOptions) {
    super(
      'ERR_OSVIF_MISSING_KOFFI',
      'LinuxHost needs the optional dependency koffi, which is not there or does not load: run `npm install koffi`, or use MemoryHost',
      options,
    );
  }
}

/** This machine or this host can't do what was asked. */
export class UnsupportedHostError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_UNSUPPORTED_HOST', message);
  }
}

/** A network namespace could not be entered, or not be left again. */
export class NamespaceError extends OsVifError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_OSVIF_NAMESPACE', message, options);
  }
}

/** The host was closed. */
export class HostClosedError extends OsVifError {
  constructor() {
    super('ERR_OSVIF_CLOSED', 'this host is closed: open a new one');
  }
}

/** No plugin of this OsVif goes by the name that the VIF asks for. */
export class NoMatchingPluginError extends OsVifError {
  constructor(plugin: string, known: readonly string[]) {
    super(
      'ERR_OSVIF_NO_MATCHING_PLUGIN',
      `no plugin is named ${describeValue(plugin)}; there are: ${known.join(', ') || 'none'}`,
    );
  }
}

/** A plugin was given a VIF of a class that it doesn't take. */
export class UnsupportedVIFError extends OsVifError {
  constructor(plugin: string, taken: string, given: string) {
    super(
      'ERR_OSVIF_UNSUPPORTED_VIF',
      `the plugin ${plugin} takes ${taken}, not ${given}: set vif.plugin to one that does`,
    );
  }
}

/** A plugin can't be loaded, or can't do what was asked of it. */
export class PluginError extends OsVifError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_OSVIF_PLUGIN', message, options);
  }
}

/** Of several VIFs that were to be plugged or unplugged together, some failed; all others were done. */
export class BatchError extends OsVifError {
  /** By VIF id. */
  readonly failures: ReadonlyMap<string, unknown>;

  constructor(what: string, total: number, failures: ReadonlyMap<string, unknown>) {
    const texts = [...failures.values()].map((error) => (error instanceof Error ? error.message : String(error)));
    super('ERR_OSVIF_BATCH', `${what} failed for ${failures.size} of ${total} VIFs: ${texts.join('; ')}`, {
      cause: new AggregateError(failures.values()),
    });
    this.failures = failures;
  }
}

/** What a failed plug or unplug was doing, and what it left. */
export interface WiringFailure {
  /** `tap tap1a2b3c4d-5e`: the element that failed. */
  readonly element?: string | undefined;
  /** `ensure` or `remove`. */
  readonly operation?: string | undefined;
  /** Elements that this call made or changed and could not undo; empty when the host is as before. */
  readonly left?: readonly string[];
}

/** A plug failed; `cause` says why, `left` what could not be taken back. */
export class PlugError extends OsVifError {
  readonly element: string | undefined;
  readonly operation: string | undefined;
  readonly left: readonly string[];

  constructor(message: string, cause: unknown, failure: WiringFailure = {}) {
    super('ERR_OSVIF_PLUG', message, { cause });
    this.element = failure.element;
    this.operation = failure.operation;
    this.left = failure.left ?? [];
  }
}

/** An unplug failed in part; everything else was removed. `cause` is the error, or an AggregateError of several. */
export class UnplugError extends OsVifError {
  readonly left: readonly string[];

  constructor(message: string, cause: unknown, left: readonly string[] = []) {
    super('ERR_OSVIF_UNPLUG', message, { cause });
    this.left = left;
  }
}

/** A bridge of Open vSwitch has, or should get, a datapath type that the VIF can't be plugged with. */
export class OvsDatapathError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_OVS_DATAPATH', message);
  }
}

/** ovs-vswitchd could not make a port work. */
export class OvsPortError extends OsVifError {
  /** The port's name. */
  readonly port: string;
  /** ovs-vswitchd's own words. */
  readonly error: string;

  constructor(port: string, error: string, options?: ErrorOptions) {
    super('ERR_OSVIF_OVS_PORT', `ovs-vswitchd could not open port ${port}: ${error}`, options);
    this.port = port;
    this.error = error;
  }
}

/** A PCI function is not there, or is not what the VIF takes it for. */
export class PciDeviceNotFoundError extends OsVifError {
  constructor(address: string, reason: string) {
    super('ERR_OSVIF_PCI_DEVICE', `PCI device ${address}: ${reason}`);
  }
}

/** A virtual function has no representor on the switch of its NIC. */
export class RepresentorNotFoundError extends OsVifError {
  constructor(uplink: string, number: number) {
    super(
      'ERR_OSVIF_REPRESENTOR',
      `no network device is the representor of virtual function ${number} of ${uplink}; is its NIC in switchdev mode?`,
    );
  }
}

/** The plugin does not know the port profile, or needs one and the VIF has none. */
export class PortProfileError extends OsVifError {
  constructor(plugin: string, found: string | undefined, wanted: string) {
    const what = found === undefined ? 'the VIF has no port profile' : `it does not take the port profile ${found}`;
    super('ERR_OSVIF_PORT_PROFILE', `plugin ${plugin}: ${what}; it needs ${wanted}`);
  }
}

/** A libvirt element can't be made of a VIF: there is none for it, the guest can't have it, or libvirt or the kernel would refuse a value. */
export class LibvirtXmlError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_LIBVIRT_XML', message);
  }
}

/** Everything that is wrong with a port binding, so that no VIF can be made of it. `ERR_OSVIF_PORT_BINDING`. */
export class PortBindingError extends OsVifError {
  /** The port's UUID; empty where it has none. */
  readonly portId: string;
  /** Each with its path in what was given, as a JSON Pointer: `/binding:vif_details/vhostuser_socket`. */
  readonly violations: readonly { readonly path: string; readonly message: string }[];

  constructor(
    portId: string,
    violations: readonly { readonly path: string; readonly message: string }[],
    code = 'ERR_OSVIF_PORT_BINDING',
  ) {
    const texts = violations.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    super(code, `port ${portId || 'without id'} has no usable binding: ${texts.join('; ')}`);
    this.portId = portId;
    this.violations = violations;
  }
}

/** A port that is bound to no host. `ERR_OSVIF_PORT_UNBOUND`. */
export class UnboundPortError extends PortBindingError {
  constructor(portId: string, violations: PortBindingError['violations']) {
    super(portId, violations, 'ERR_OSVIF_PORT_UNBOUND');
  }
}

/** A port that Neutron could not bind to its host. `ERR_OSVIF_BINDING_FAILED`. */
export class BindingFailedError extends PortBindingError {
  constructor(portId: string, violations: PortBindingError['violations']) {
    super(portId, violations, 'ERR_OSVIF_BINDING_FAILED');
  }
}

/** A port of a vif type that no VIF can be made of. `ERR_OSVIF_VIF_TYPE`. */
export class UnsupportedVifTypeError extends PortBindingError {
  constructor(portId: string, violations: PortBindingError['violations']) {
    super(portId, violations, 'ERR_OSVIF_VIF_TYPE');
  }
}

/** A port without addresses that can't do without. `ERR_OSVIF_PORT_ADDRESSING`. */
export class UnusableAddressingError extends OsVifError {
  /** The port's UUID. */
  readonly portId: string;

  constructor(portId: string, reason: string) {
    super('ERR_OSVIF_PORT_ADDRESSING', `port ${portId || 'without id'} has no IP address: ${reason}`);
    this.portId = portId;
  }
}

/** A host can't take a VIF in any version that it can be written in. `ERR_OSVIF_NEGOTIATION`. */
export class NegotiationError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_NEGOTIATION', message);
  }
}
