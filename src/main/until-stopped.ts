/** Resolves at the first SIGINT, SIGTERM or SIGHUP with the exit code that it means. */
export function untilStopped(): Promise<number> {
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
  return new Promise((resolve) => {
    for (const [signal, code] of Object.entries(codes)) process.once(signal, () => resolve(code))
  })
}
