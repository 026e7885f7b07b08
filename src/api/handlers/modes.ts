// What other systems ask before they send work: which degraded modes are on, what is lost and kept meanwhile.
import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import type { AdaptedSetting, StandingMode } from '../../guard/protocol.ts'
import type { Cluster, Mode } from '../../inventory/inventory.ts'
import { heldNow, type Held } from '../../journal/held-now.ts'
import type { ApiDeps } from '../api-deps.ts'
import { textsOf } from '../read-query.ts'

/** One mode, on or off. Times are epoch ms. */
interface ModeView {
  readonly name: string
  readonly on: boolean
  readonly since: number | null
  readonly heldBy: readonly { readonly kind: string; readonly name: string; readonly why: string }[]
  /** null: the inventory does not declare it. */
  readonly summary: string | null
  readonly lost: readonly string[]
  readonly kept: readonly string[]
}
interface ClusterView {
  readonly name: string
  /** The detector could not be asked: this is what was so at `at`. */
  readonly stale: boolean
  readonly at: number | null
  readonly ageMs: number | null
  /** null: nobody could be asked. */
  readonly modes: readonly ModeView[] | null
  readonly settings: readonly AdaptedSetting[] | null
}

/**
 * `GET /modes?cluster`. Also while Temporal is away: then `stale`, with the age of what is told.
 * 503 where nothing is known of any cluster; 304 where nothing has changed since the `ETag` that was given.
 */
export async function readModes(deps: ApiDeps, context: Context): Promise<Response> {
  const { cluster } = textsOf(context, ['cluster'])
  const asked = deps.inventory().clusters.filter(({ name }) => cluster === undefined || name === cluster)
  if (asked.length === 0 && cluster !== undefined) return context.json({ v: 1, error: 'not-found' }, 404)
  const sources = { detector: deps.engine.detector, journal: deps.journal }
  const now = (deps.now ?? Date.now)()
  const clusters = await Promise.all(asked.map(async (each) => toView(each, await heldNow(sources, each.name), now)))
  const stale = clusters.some((each) => each.stale)
  if (clusters.length > 0 && clusters.every(({ modes }) => modes === null))
    return context.json({ v: 1, error: 'unavailable', message: 'neither a detector nor the journal answers' }, 503)
  const etag = etagOf(clusters)
  if (context.req.header('if-none-match') === etag) return context.body(null, 304, { etag })
  return context.json({ v: 1, stale, clusters }, 200, { etag })
}

function toView({ name, modes = [] }: Cluster, held: Held | null, now: number): ClusterView {
  if (held === null) return { name, stale: true, at: null, ageMs: null, modes: null, settings: null }
  const { standing, adapted, at, isStale } = held
  const declared = new Map(modes.map((mode) => [mode.name, mode]))
  const names = [...new Set([...declared.keys(), ...standing.map(({ mode }) => mode)])].toSorted()
  return {
    name,
    stale: isStale,
    at,
    ageMs: at === null ? null : Math.max(0, now - at),
    modes: names.map((each) =>
      modeView(
        each,
        declared.get(each),
        standing.find(({ mode }) => mode === each),
      ),
    ),
    settings: adapted,
  }
}

const modeView = (name: string, declared: Mode | undefined, standing: StandingMode | undefined): ModeView => ({
  name,
  on: standing !== undefined,
  since: standing?.since ?? null,
  heldBy: (standing?.heldBy ?? []).map(({ kind, name: who, why }) => ({ kind, name: who, why })),
  summary: declared?.summary ?? null,
  lost: declared?.lost ?? [],
  kept: declared?.kept ?? [],
})

/** Of what is so, not of when it was asked. */
function etagOf(clusters: readonly ClusterView[]): string {
  const facts = clusters.map((each) => ({ ...each, at: null, ageMs: null }))
  return `"${createHash('sha256').update(JSON.stringify(facts)).digest('base64url').slice(0, 22)}"`
}
