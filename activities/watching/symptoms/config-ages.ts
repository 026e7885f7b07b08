// Since when each node runs its configuration, as far as a change was seen while watching.

export interface ConfigAges {
  /** Takes in what a node runs now; answers ms since it was seen to change, null where no change was seen. */
  age(node: string, version: number | null, atMs: number): number | null
}

/** Creates the memory. Why the first version has no age: it may have been there for a year. */
export function createConfigAges(): ConfigAges {
  const known = new Map<string, { readonly version: number; readonly changedMs: number | null }>()
  return {
    age(node, version, atMs) {
      const before = known.get(node)
      if (version !== null && before?.version !== version)
        known.set(node, { version, changedMs: before === undefined ? null : atMs })
      const changedMs = known.get(node)?.changedMs ?? null
      return changedMs === null ? null : Math.round(atMs - changedMs)
    },
  }
}
