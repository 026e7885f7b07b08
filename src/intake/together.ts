// Many small pieces of work as few large ones: while one goes on, what comes in the meantime waits and goes together.

/** Creates a function that adds an item and resolves when the work that took it is done, or fails as it failed. */
export function together<T>(work: (items: readonly T[]) => Promise<void>): (item: T) => Promise<void> {
  let waiting: { readonly item: T; readonly settle: (error?: unknown) => void }[] = []
  let isGoing = false

  const go = async (): Promise<void> => {
    isGoing = true
    while (waiting.length > 0) {
      const taken = waiting
      waiting = []
      try {
        await work(taken.map(({ item }) => item))
        for (const { settle } of taken) settle()
      } catch (error) {
        for (const { settle } of taken) settle(error)
      }
    }
    isGoing = false
  }
  return (item) =>
    new Promise((resolve, reject) => {
      const settle = (error?: unknown): void =>
        error === undefined
          ? resolve()
          : reject(error instanceof Error ? error : new Error('it failed', { cause: error }))
      waiting.push({ item, settle })
      if (!isGoing) void go()
    })
}
