import type * as Calibrated from '../../src/detection/calibrated.ts'
import type * as ObserverModule from '../../src/detection/observer.ts'
import type { Detector } from './measure-trace.ts'

export function adapt(
  calibrated: Pick<typeof Calibrated, 'createCalibratedMonitor'>,
  observer: Pick<typeof ObserverModule, 'createObserver'>,
): (options: { intervalMs: number }) => Detector & { tick(atMs: number): void }
