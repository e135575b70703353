/** Errors about network devices. */

import { describeValue } from '../text/describe-value.ts';
import { OsVifError } from './base.ts';

/** A name, MAC address, MTU or other value that no device can have. The check precedes all changes. */
export class LinkValueError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_LINK_VALUE', message);
  }
}

/**
 * A device, or another resource, has the wanted name but another owner or another kind.
 * It is neither changed nor deleted.
 */
export class NotOwnedError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_FOREIGN_LINK', message);
  }
}

/** A property of an existing device has the wrong value, and the kernel cannot change it. */
export class ImmutableLinkError extends OsVifError {
  constructor(link: string, property: string, want: unknown, have: unknown) {
    super(
      'ERR_OSVIF_IMMUTABLE_LINK',
      `${link}: ${property} is ${describeValue(have)} and should be ${describeValue(want)}, which cannot be changed on an existing device: unplug the VIF first`,
    );
  }
}

/** A device is missing that another device needs as its lower device or as its bridge. */
export class MissingLinkError extends OsVifError {
  constructor(link: string, neededBy: string) {
    super('ERR_OSVIF_MISSING_LINK', `${neededBy} needs the device ${link}, which does not exist`);
  }
}

/** The addresses and routes of a device cannot be moved to its bridge without a loss. Nothing is changed. */
export class AddressMoveError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_ADDRESS_MOVE', message);
  }
}
