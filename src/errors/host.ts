/** Errors of the host: what the kernel, a device or a namespace would not do. */

import { OsVifError } from './base.ts';

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
