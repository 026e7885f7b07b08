// Which addresses only this machine can reach.

/** Answers whether a server that listens there can be reached from nowhere else. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
