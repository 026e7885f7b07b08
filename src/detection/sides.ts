// Which sides a cluster has fallen into: pure, from what each member says whom it reaches. A side is only called the
// majority where more than half of all members are on it; where nobody is, people decide.

export interface Sides {
  /** Members that reach each other, both ways, the larger side first. */
  readonly sides: readonly (readonly string[])[]
  /** The side with more than half of all members; empty where there is none. */
  readonly majority: readonly string[]
  /** Members that answered and are on another side; empty where there is no majority. */
  readonly minority: readonly string[]
}

/**
 * Finds the sides.
 * Why both ways: a member that is heard and does not hear can vote, but is no proof of a connection.
 * Invariant: a member that tells nothing is on no side, and counts against every majority.
 */
export function findSides(reaches: ReadonlyMap<string, readonly string[]>, members: readonly string[]): Sides {
  const told = members.filter((name) => reaches.has(name))
  const isLinked = (one: string, other: string): boolean =>
    (reaches.get(one) ?? []).includes(other) && (reaches.get(other) ?? []).includes(one)
  const left = new Set(told)
  const sides: string[][] = []
  for (const first of told) {
    if (!left.delete(first)) continue
    const side = [first]
    for (const member of side)
      for (const other of [...left].filter((name) => isLinked(member, name))) {
        left.delete(other)
        side.push(other)
      }
    sides.push(side)
  }
  sides.sort((a, b) => b.length - a.length)
  const majority = sides.find((side) => side.length > members.length / 2) ?? []
  return { sides, majority, minority: majority.length === 0 ? [] : told.filter((name) => !majority.includes(name)) }
}
