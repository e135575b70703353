/** The forms of a UUID (RFC 9562, section 4): digits of either case are valid input. OpenStack also writes UUIDs without dashes. */

/** The forms of an input. */
export const UUID_INPUT = /^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$/;

/** The UUID in lower case and with dashes: two forms of one UUID give the same text. Text that is no UUID stays as it is. */
export function canonicalUuid(text: string): string {
  if (!UUID_INPUT.test(text)) return text;
  const digits = text.replaceAll('-', '').toLowerCase();
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    '-',
  );
}
