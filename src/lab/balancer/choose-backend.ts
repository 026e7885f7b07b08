// Smooth weighted round robin (nginx's): each choice adds every weight to its backend's credit, takes the richest and
// charges it the sum. Backends of equal weight take turns; nobody waits long for a heavy one. Pure.

export interface Candidate {
  readonly name: string
  readonly weight: number
}

export type Credits = Readonly<Record<string, number>>

/** Answers the next backend and the credits after it; null where there is none with a weight. */
export function chooseBackend(
  candidates: readonly Candidate[],
  credits: Credits,
): { readonly name: string; readonly credits: Credits } | null {
  const total = candidates.reduce((sum, { weight }) => sum + weight, 0)
  if (total <= 0) return null
  const raised = candidates.map(({ name, weight }) => ({ name, credit: (credits[name] ?? 0) + weight }))
  const richest = raised.reduce((best, each) => (each.credit > best.credit ? each : best))
  const next = raised.map(({ name, credit }) => [name, name === richest.name ? credit - total : credit] as const)
  return { name: richest.name, credits: Object.fromEntries(next) }
}
