// What controls a service's processes: a port, so that `service.restart` means the same everywhere. One implementation
// per `ControlSpec.kind`; the inventory says which. Read next: src/processes/process-control.ts.
import type { Node } from './inventory.ts'

export interface ControlStatus {
  readonly running: boolean
  readonly pid: number | null
}

export interface ServiceControl {
  status(node: Node): Promise<ControlStatus>
  /** Starts it where it does not run; `started: false` means that it ran already. Resolves once the process exists. */
  start(node: Node, signal: AbortSignal): Promise<{ readonly started: boolean; readonly pid: number }>
  /** Asks it to end, then makes it; `stopped: false` means that it did not run. Resolves once the process is gone. */
  stop(node: Node, signal: AbortSignal): Promise<{ readonly stopped: boolean; readonly forced: boolean }>
}
