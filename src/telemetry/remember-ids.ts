/** Ids that are remembered so that nothing is counted twice. */
const REMEMBERED = 50_000

/** Creates a question: is this id new? It forgets the oldest ones. */
export function createMemory(): (id: string) => boolean {
  const known = new Set<string>()
  return (id) => {
    if (known.has(id)) return false
    known.add(id)
    if (known.size > REMEMBERED) known.delete(known.values().next().value ?? '')
    return true
  }
}
