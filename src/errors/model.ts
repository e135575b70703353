/** Errors of the model: values, fields, declarations, versions. */

import { boundedMessage, listed } from '../text/bounds.ts';
import { describeValue } from '../text/describe-value.ts';
import { didYouMean } from '../text/nearest.ts';
import { OsVifError } from './base.ts';

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
  readonly #known: readonly string[];

  /** @param known where only a few words are taken: these words, one of which may have been misspelt */
  constructor(value: unknown, expected: string, known: readonly string[] = []) {
    super('ERR_OSVIF_FIELD_VALUE', '');
    this.value = value;
    this.expected = expected;
    this.#known = known;
    this.message = boundedMessage(this.#describe());
  }

  /** The last name on the path: the field that refused the value. */
  get field(): string {
    const [last = ''] = this.path.split('.').slice(-1);
    return last.split('[', 1)[0] ?? '';
  }

  /** Puts a field or an index in front of the path, on the way up from the value to the object that was asked for. */
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

/** A name that is no field of the object. `ERR_OSVIF_UNKNOWN_FIELD`. */
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

/** Fields that were needed and are not set. `ERR_OSVIF_UNSET_FIELD`. */
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
      `${objectName} ${describeValue(version)} can't be read here, up to ${listed(supported, ' and ')} can; ` +
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
