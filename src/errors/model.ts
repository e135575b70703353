/** Errors of versioned objects: values, fields, declarations, versions. */

import { adviceTo, advised } from '../text/advice.ts';
import { boundedMessage, listed } from '../text/bounds.ts';
import { describeValue } from '../text/describe-value.ts';
import { didYouMean } from '../text/nearest.ts';
import { OsVifError } from './base.ts';

/** A field does not accept a value. `ERR_OSVIF_FIELD_VALUE`. */
export class FieldValueError extends OsVifError {
  /** The name of the outermost object, for example `VIFBridge`. Empty for a value outside of an object. */
  objectName = '';
  /**
   * The path from that object to the value: `network.subnets.objects[0].cidr`.
   * It consists of property names after an assignment, and of wire names for a primitive.
   */
  path = '';
  /** The wrong value. */
  readonly value: unknown;
  /** A description of the values that the field accepts, for example `a UUID`. */
  readonly expected: string;
  readonly #known: readonly string[];

  /** @param known the accepted words, if they are few; the message suggests the nearest word */
  constructor(value: unknown, expected: string, known: readonly string[] = []) {
    super('ERR_OSVIF_FIELD_VALUE', '');
    this.value = value;
    this.expected = expected;
    this.#known = known;
    this.message = boundedMessage(this.#describe());
  }

  /** The name of the field: the last name of the path. */
  get field(): string {
    const [last = ''] = this.path.split('.').slice(-1);
    return last.split('[', 1)[0] ?? '';
  }

  /**
   * Adds a field or an index to the front of the path.
   * Each caller from the value up to the outermost object does so.
   */
  within(segment: string | number, objectName = this.objectName): this {
    const rest = this.path === '' || this.path.startsWith('[') ? this.path : `.${this.path}`;
    this.path = typeof segment === 'number' ? `[${segment}]${rest}` : `${segment}${rest}`;
    this.objectName = objectName;
    this.message = boundedMessage(this.#describe());
    return this;
  }

  #describe(): string {
    const where = [this.objectName, this.path].filter(Boolean).join('.');
    const found = `found ${describeValue(this.value)}${didYouMean(this.value, this.#known)}`;
    return `${where === '' ? '' : `${where}: `}expected ${this.expected}, ${found}`;
  }
}

/** The object has no field of this name. `ERR_OSVIF_UNKNOWN_FIELD`. */
export class UnknownFieldError extends OsVifError {
  constructor(
    readonly objectName: string,
    readonly field: string,
    known: readonly string[],
  ) {
    super(
      'ERR_OSVIF_UNKNOWN_FIELD',
      `${objectName} has no field ${describeValue(field)}${didYouMean(field, known) || ';'} it has ${listed(known) || 'none'}`,
    );
  }
}

/** Required fields are not set. `ERR_OSVIF_UNSET_FIELD`. */
export class UnsetFieldError extends OsVifError {
  constructor(
    readonly objectName: string,
    readonly fields: readonly string[],
  ) {
    super(
      'ERR_OSVIF_UNSET_FIELD',
      `${objectName}: ${listed(fields)} must be set and ${fields.length > 1 ? 'are' : 'is'} not`,
    );
  }
}

/** A read-only field already has a value. `ERR_OSVIF_READ_ONLY_FIELD`. */
export class ReadOnlyFieldError extends OsVifError {
  constructor(
    readonly objectName: string,
    readonly field: string,
  ) {
    super('ERR_OSVIF_READ_ONLY_FIELD', `${objectName}.${field} is read-only and has a value already`);
  }
}

/**
 * The declaration of a class is wrong. The message names the class and the correction.
 * `ERR_OSVIF_DECLARATION`.
 */
export class DeclarationError extends OsVifError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_OSVIF_DECLARATION', message, options);
  }
}

/** No class of this process has this object name or namespace. `ERR_OSVIF_UNSUPPORTED_OBJECT`. */
export class UnsupportedObjectError extends OsVifError {
  constructor(
    readonly objectName: string,
    message: string,
  ) {
    super('ERR_OSVIF_UNSUPPORTED_OBJECT', message);
  }
}

/** No class of this process can read this version of an object. `ERR_OSVIF_INCOMPATIBLE_VERSION`. */
export class IncompatibleVersionError extends OsVifError {
  constructor(
    readonly objectName: string,
    readonly version: string,
    readonly supported: readonly string[],
  ) {
    super(
      'ERR_OSVIF_INCOMPATIBLE_VERSION',
      `${objectName} ${describeValue(version)} cannot be read here, up to ${listed(supported, ' and ')} can; ` +
        BACKPORT.text,
    );
    advised(this, BACKPORT);
  }
}

const BACKPORT = adviceTo(
  'ask-for-a-backport',
  'ask the sender to backport it (toPrimitive with targetVersion or versionManifest)',
  {},
);

/** The target version is newer than the version of the object. `ERR_OSVIF_TARGET_VERSION`. */
export class TargetVersionError extends OsVifError {
  constructor(
    readonly objectName: string,
    readonly version: string,
    readonly targetVersion: string,
  ) {
    super(
      'ERR_OSVIF_TARGET_VERSION',
      `${objectName} ${version} cannot be written as ${describeValue(targetVersion)}: expected the same version or an older one`,
    );
  }
}
