/** Suggests a known name for a misspelt name. */

/**
 * The known name that is nearest to a given name. Undefined if more than a quarter of the letters (at least
 * one) is wrong, missing, added or swapped with the next letter. Case, dashes and underscores do not count:
 * `vifName` is near `vif_name`.
 *
 * The time is linear in the number of known names.
 * Names of more than 64 characters, given or known, are not compared.
 */
export function nearestName(given: unknown, known: Iterable<string>): string | undefined {
  if (typeof given !== 'string' || given.length > LONGEST) return undefined;
  const letters = lettersOf(given);
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(letters.length / 4)) + 1;
  for (const name of known) {
    if (name === given || name.length > LONGEST) continue;
    const candidate = lettersOf(name);
    // Each letter that one name has more than the other is a mistake.
    if (Math.abs(candidate.length - letters.length) >= least) continue;
    const distance = distanceOf(letters, candidate);
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}

/** `, did you mean VIFBridge?`, or an empty string if no name is near. */
export function didYouMean(given: unknown, known: Iterable<string>): string {
  const nearest = nearestName(given, known);
  return nearest === undefined ? '' : `, did you mean ${nearest}?`;
}

/** A longer text is no misspelt name. The time of a comparison grows with the product of both lengths. */
const LONGEST = 64;

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

/** Optimal string alignment: Levenshtein's distance, in which two swapped letters count as one mistake. */
function distanceOf(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const [aside = 0, above = 0, left = 0] = [last[j - 1], last[j], row[j - 1]];
      const least = Math.min(aside + (isSame ? 0 : 1), above + 1, left + 1);
      row.push(isSwapped ? Math.min(least, (before[j - 2] ?? 0) + 1) : least);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
