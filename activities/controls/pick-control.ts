import type { ControlSpec } from '../../src/inventory/inventory.ts'
import type { ServiceControl } from '../../src/inventory/service-control.ts'
import { createProcessControl } from '../../src/processes/process-control.ts'

/** Answers what controls a service of this kind: the one place that knows every kind. */
export function pickControl(spec: ControlSpec): ServiceControl {
  switch (spec.kind) {
    case 'process':
      return createProcessControl(spec)
  }
}
