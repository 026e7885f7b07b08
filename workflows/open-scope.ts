import { CancellationScope, sleep } from '@temporalio/workflow'
import type { Scoped } from './interpreter/host.ts'

/** A scope that can be cancelled by itself, with a time limit that costs a timer only while it is open. */
export function openScope<T>(
  body: () => Promise<T>,
  { timeoutMs, cancelled }: { readonly timeoutMs: number | null; readonly cancelled: boolean },
): Scoped<T> {
  const scope = new CancellationScope({ cancellable: true })
  let timer: CancellationScope | null = null
  let timedOut = false
  const timeOut = (): void => {
    timedOut = true
    scope.cancel()
  }
  if (cancelled) scope.cancel()
  else if (timeoutMs !== null && timeoutMs <= 0) timeOut()
  else if (timeoutMs !== null) {
    timer = new CancellationScope({ cancellable: true })
    timer.run(() => sleep(Math.ceil(timeoutMs))).then(timeOut, () => {})
  }
  const result = scope.run(body).then((value) => {
    timer?.cancel()
    return { value, timedOut }
  })
  return { result, cancel: () => scope.cancel() }
}
