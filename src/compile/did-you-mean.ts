// Finds what somebody probably meant to write. Pure; candidates are short lists of names.

/** Answers the candidate closest to what was written, null where none is close enough to be a typing mistake. */
export function closestName(written: string, candidates: Iterable<string>): string | null {
  const tolerated = Math.max(1, Math.floor(written.length / 3))
  let best: string | null = null
  let bestDistance = tolerated + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - written.length) >= bestDistance) continue
    const distance = editDistance(written.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** Answers `did you mean …?`, or undefined where there is nothing to propose. */
export function didYouMean(written: string, candidates: Iterable<string>): string | undefined {
  const closest = closestName(written, candidates)
  return closest === null ? undefined : `did you mean \`${closest}\`?`
}

/** Levenshtein's distance with swapped neighbours as one edit (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1]
      const edit = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      )
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      current.push(swapped ? Math.min(edit, at(beforePrevious, column - 2) + 1) : edit)
    }
    beforePrevious = previous
    previous = current
  }
  return at(previous, b.length)
}

const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY
