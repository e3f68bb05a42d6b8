/**
 * "Did you mean": the names nearest to a misspelt one.
 *
 * The distance is the optimal string alignment distance: insertions, deletions, substitutions, and swaps of neighbours
 * each cost one. Case counts. Leaves out phonetics and keyboards.
 */

/**
 * Finds the names nearest to another.
 *
 * @param name The misspelt name.
 * @param candidates The names to choose from, the likelier first.
 * @param count How many to return at most.
 * @returns The nearest names, each once; none if all differ in more than a third of their characters.
 */
export function suggest(name: string, candidates: Iterable<string>, count = 3): readonly string[] {
  const limit = Math.max(1, Math.floor(name.length / 3));
  const found = new Map<string, number>();
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) > limit || found.has(candidate)) continue;
    const distance = editDistance(name, candidate, limit);
    if (distance <= limit) found.set(candidate, distance);
  }
  return [...found].sort(([, a], [, b]) => a - b).slice(0, count).map(([candidate]) => candidate);
}

/**
 * The optimal string alignment distance of two strings.
 *
 * @param a A string.
 * @param b Another.
 * @param limit Where the caller loses interest.
 * @returns The distance, or any number above the limit if it is above the limit.
 */
export function editDistance(a: string, b: string, limit = Infinity): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let distance = Math.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) distance = Math.min(distance, beforePrevious[j - 2] + 1);
      current.push(distance);
      least = Math.min(least, distance);
    }
    if (least > limit) return least;
    [beforePrevious, previous] = [previous, current];
  }
  return previous[b.length];
}
