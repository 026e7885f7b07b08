import { exchangeJson } from '../../controls/exchange-json.ts'
import { ActionFailure } from '../../wrapping/action-failure.ts'

const LIMIT_MS = 2_000
/** An answer about the past is no answer about now. */
const STALE_S = 60

/**
 * Puts an instant query to a Prometheus server; null where it has no one fresh, finite value.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries
 */
export async function queryPrometheus(base: string, query: string, signal: AbortSignal): Promise<number | null> {
  try {
    const path = ['api', 'v1', 'query']
    const { status, json } = await exchangeJson({ base, path, query: { query }, timeoutMs: LIMIT_MS, signal })
    return status === 200 ? valueOf(json) : null
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ActionFailure) return null
    throw error
  }
}

/** A scalar, or a vector of one: of several nobody said which. */
function valueOf(json: unknown): number | null {
  const { status, data } = (json ?? {}) as { status?: unknown; data?: { resultType?: unknown; result?: unknown } }
  if (status !== 'success') return null
  const { resultType, result } = data ?? {}
  const vector =
    resultType === 'vector' && Array.isArray(result) && result.length === 1 ? (result as unknown[])[0] : null
  const sample = resultType === 'scalar' ? result : (vector as { value?: unknown } | null)?.value
  if (!Array.isArray(sample)) return null
  const [at, text] = sample as [unknown, unknown]
  const value = Number(text)
  const isFresh = typeof at === 'number' && Math.abs(Date.now() / 1_000 - at) < STALE_S
  return isFresh && typeof text === 'string' && Number.isFinite(value) ? value : null
}
