/** The name that somebody meant who misspelt it. */

/**
 * The known name that is nearest to a given one, where one is near enough: at most a quarter of its letters is wrong, missing, in excess
 * or swapped with the next. Case, dashes and underscores don't count: `vifName` is near `vif_name`.
 */
export function nearestName(given: unknown, known: Iterable<string>): string | undefined {
  // What is longer is no misspelt name, and would take long to compare.
  if (typeof given !== 'string' || given.length > LONGEST) return undefined;
  const letters = lettersOf(given);
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(letters.length / 4)) + 1;
  for (const name of known) {
    const distance = name === given ? least : distanceOf(letters, lettersOf(name));
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}

/** `, did you mean VIFBridge?`, or nothing where no name is near. */
export function didYouMean(given: unknown, known: Iterable<string>): string {
  const nearest = nearestName(given, known);
  return nearest === undefined ? '' : `, did you mean ${nearest}?`;
}

const LONGEST = 64;

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

/** Optimal string alignment: as Levenshtein's distance, and two letters that are swapped are one mistake. */
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
