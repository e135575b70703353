/**
 * A number as Python prints it. A float has an exponent below 1e-4 and from 1e16 on, with two digits at least:
 * 1e-05. Safe integers are smaller than 1e16, so the rule holds for each number.
 */
export function pythonNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-4 && size < 1e16)) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}
