/** Errors of the host: missing programs and unsupported operations. */

import { adviceTo, advised } from '../text/advice.ts';
import { OsVifError } from './base.ts';

/** The package koffi, through which LinuxHost calls the kernel, is not installed or cannot be loaded. */
export class MissingKoffiError extends OsVifError {
  constructor(options?: ErrorOptions) {
    const advice = installKoffi();
    super('ERR_OSVIF_MISSING_KOFFI', advice.text, options);
    advised(this, advice);
  }
}

/** Not a constant: bundlers keep a call at the top level, also in programs that do not need it. */
const installKoffi = () =>
  adviceTo(
    'install-koffi',
    'LinuxHost needs the optional dependency koffi, which cannot be loaded: run `npm install koffi`; in a bundle, mark koffi as external and install it beside the bundle; or use MemoryHost',
    {},
  );

/** A program that changes the kernel's packet filters is not installed. */
export class MissingCommandError extends OsVifError {
  constructor(command: string, debianPackage: string) {
    super(
      'ERR_OSVIF_MISSING_COMMAND',
      `the command ${command} is not there: install it, on Debian and Ubuntu with \`apt-get install ${debianPackage}\``,
    );
  }
}

/** This machine or this host does not support the operation. */
export class UnsupportedHostError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_UNSUPPORTED_HOST', message);
  }
}

/** A process could not enter or leave a network namespace. */
export class NamespaceError extends OsVifError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_OSVIF_NAMESPACE', message, options);
  }
}

/** A method was called after the host or the OsVif was closed. */
export class HostClosedError extends OsVifError {
  constructor(closed: 'host' | 'OsVif' = 'host') {
    super('ERR_OSVIF_CLOSED', `this ${closed} is closed: open a new one`);
  }
}
