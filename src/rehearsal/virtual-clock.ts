// Time that passes only when nothing else is left to do: a day's wait costs nothing, and the order is always the same.

export interface VirtualClock {
  now(): number
  /** Calls back at a time; the same time: in the order asked for. Answers a function that takes it back. */
  at(time: number, call: () => void): () => void
  /** Lets what is waiting happen until `done` says so. Fails where nothing is left that could happen. */
  runUntil(done: () => boolean): Promise<void>
}

interface Appointment {
  readonly time: number
  readonly call: () => void
}

export function createVirtualClock(start: number): VirtualClock {
  let now = start
  const waiting = new Set<Appointment>()
  const next = (): Appointment | undefined => {
    let first: Appointment | undefined
    for (const each of waiting) if (first === undefined || each.time < first.time) first = each
    return first
  }
  return {
    now: () => now,
    at(time, call) {
      const appointment = { time: Math.max(time, now), call }
      waiting.add(appointment)
      return () => waiting.delete(appointment)
    },
    async runUntil(done) {
      for (;;) {
        // Everything that promises can do by themselves is done once a macrotask has its turn.
        await new Promise((resolve) => setImmediate(resolve))
        if (done()) return
        const appointment = next()
        if (appointment === undefined) throw new Error('the run waits for something that can never happen')
        waiting.delete(appointment)
        now = appointment.time
        appointment.call()
      }
    },
  }
}
