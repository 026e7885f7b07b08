// The acceptance kit's view of the default detector: one node, all defaults, and an observer beside it as in `watch`.

/** Answers the kit's `create` over these modules, which are the product's own: built, or as source. */
export const adapt =
  ({ createCalibratedMonitor }, { createObserver }) =>
  ({ intervalMs }) => {
    const monitor = createCalibratedMonitor({ intervalMs })
    const tickMs = intervalMs / 10
    const observer = createObserver({ tickMs, toleratedLagMs: intervalMs / 2, recoveryMs: intervalMs * 1.5 })
    return {
      heartbeat: (atMs) => monitor.beat(atMs),
      phi: (atMs) => monitor.phi(atMs),
      state(atMs) {
        const verdict = monitor.verdict(atMs)
        return verdict === 'unknown' || observer.isRecovering(atMs) ? 'healthy' : verdict
      },
      tick(atMs) {
        const { stalledMs } = observer.tick(atMs)
        if (stalledMs > 0) monitor.forgive(stalledMs)
      },
    }
  }
