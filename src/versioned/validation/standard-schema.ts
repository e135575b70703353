/** Standard Schema, version 1: the interface of validators that many frameworks take. */
import { OsVifError } from '../../errors/base.ts';
import { messageOf } from '../../text/message-of.ts';
import { validate } from './validate.ts';
import type { Violation } from './violations.ts';

/**
 * The property `~standard` of a class.
 *
 * @see https://standardschema.dev
 */
export interface StandardSchema<T> {
  readonly version: 1;
  readonly vendor: 'os-vif';
  /** The object in the wire form or the plain form becomes an object of the class. */
  readonly validate: (value: unknown) => StandardResult<T> | Promise<StandardResult<T>>;
  readonly types?: { readonly input: unknown; readonly output: T } | undefined;
}

/** The object, or all violations. */
export type StandardResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** A violation. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly string[];
}

/** The standard schema of a class. `read` makes an object of the class, or throws. */
export function standardSchema<T>(read: (value: unknown) => T): StandardSchema<T> {
  return {
    version: 1,
    vendor: 'os-vif',
    validate(value) {
      try {
        return { value: read(value) };
      } catch (error) {
        if (!(error instanceof OsVifError)) throw error;
        return issuesOf(value, error);
      }
    },
  };
}

/** All violations. A valid object of another class has the error alone. */
async function issuesOf(value: unknown, error: unknown): Promise<StandardResult<never>> {
  const violations = await validate(value);
  return { issues: violations.length > 0 ? violations.map(issueOf) : [{ message: messageOf(error) }] };
}

/** RFC 6901: `/versioned_object.data/mtu` names the path `['versioned_object.data', 'mtu']`. */
function issueOf({ path, message }: Violation): StandardIssue {
  const segments = path.split('/').slice(1);
  return { message, path: segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~')) };
}
