/** Errors of the host: what the kernel, a device or a namespace would not do. */
import { describeValue, OsVifError } from './base.ts';

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

/** A device of that name, or another thing that is to be made, is there, but of another kind, or not ours to change or delete. */
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

/** A program that changes the kernel's packet filters is not installed. */
export class MissingCommandError extends OsVifError {
  constructor(command: string, debianPackage: string) {
    super(
      'ERR_OSVIF_MISSING_COMMAND',
      `the command ${command} is not there: install it, on Debian and Ubuntu with \`apt-get install ${debianPackage}\``,
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

/** What a failed plug or unplug was doing, and what it left. */
export interface WiringFailure {
  /** `tap tap1a2b3c4d-5e`: the element that failed. */
  readonly element?: string | undefined;
  /** `ensure` or `remove`. */
  readonly operation?: string | undefined;
  /** Elements that this call made or changed and could not undo; empty when the host is as before. */
  readonly left?: readonly string[];
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
