/**
 * The forms of a UUID (RFC 9562, section 4). Upper case and lower case are valid.
 * OpenStack also omits the dashes.
 */

/** Every form that is accepted as input. */
export const UUID_INPUT = /^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$/;

const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The UUID in lower case and with dashes. Text that is not a UUID is returned unchanged. */
export function canonicalUuid(text: string): string {
  if (CANONICAL.test(text) || !UUID_INPUT.test(text)) return text;
  const digits = text.replaceAll('-', '').toLowerCase();
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    '-',
  );
}
