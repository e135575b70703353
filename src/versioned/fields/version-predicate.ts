/** The field type of conditions on versions. */
import type { FieldType } from '../model.ts';
import { refuse, scalar } from './field-type.ts';

/**
 * Conditions on a version, separated by commas: `>=1.0,!=1.5,<2.0`. Each has an operator and a version of two
 * or three numbers, such as `1.2`, `1.2.3` or `1.2a1`. The form is kept.
 */
export function versionPredicate(): FieldType<string> {
  return VERSION_PREDICATE;
}

/** distutils.version.StrictVersion and distutils.versionpredicate.splitUp() of Python. */
const VERSION = '[0-9]+\\.[0-9]+(?:\\.[0-9]+)?(?:[ab][0-9]+)?';
const CONDITION = `\\s*(?:<=|>=|<|>|!=|==)\\s*${VERSION}\\s*`;
const FORM = new RegExp(`^${CONDITION}(?:,${CONDITION})*$`);

const VERSION_PREDICATE = scalar(
  'VersionPredicate',
  (value) =>
    typeof value === 'string' && FORM.test(value) ? value : refuse(value, 'conditions on a version such as >=1.0,<2.0'),
  { type: 'string', pattern: FORM.source },
);
