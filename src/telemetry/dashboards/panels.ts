// Grafana's dashboard model, as much of it as is used: a panel is a title, a question and its queries. Where panels stand
// follows from their order. Uids never change: links and bookmarks hold.

export interface Query {
  readonly expr: string
  readonly legend: string
}

export interface Panel {
  readonly kind: 'stat' | 'timeseries' | 'heatmap' | 'table' | 'state-timeline'
  readonly title: string
  /** What a person reads from it. */
  readonly about: string
  readonly unit: 'short' | 's' | 'percentunit' | 'reqps' | 'bool'
  readonly queries: readonly Query[]
}

export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly about: string
  readonly panels: readonly Panel[]
}

const COLUMNS = 24
const WIDTH = 12
const HEIGHT = 8
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const

/** Answers the JSON that Grafana provisions. */
export function toGrafana({ uid, title, about, panels }: Dashboard): object {
  return {
    uid,
    title,
    description: about,
    tags: ['phix'],
    schemaVersion: 39,
    version: 1,
    editable: false,
    refresh: '10s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    templating: {
      list: [{ name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', hide: 0 }],
    },
    panels: panels.map(toPanel),
  }
}

function toPanel({ kind, title, about, unit, queries }: Panel, index: number): object {
  const perRow = COLUMNS / WIDTH
  return {
    id: index + 1,
    type: kind,
    title,
    description: about,
    datasource: DATASOURCE,
    gridPos: { x: (index % perRow) * WIDTH, y: Math.floor(index / perRow) * HEIGHT, w: WIDTH, h: HEIGHT },
    fieldConfig: { defaults: { unit, ...(unit === 'percentunit' && { min: 0, max: 1 }) }, overrides: [] },
    options: kind === 'stat' ? { reduceOptions: { calcs: ['lastNotNull'] } } : {},
    targets: queries.map(({ expr, legend }, at) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + at),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
      ...(kind === 'heatmap' && { format: 'heatmap' }),
      ...(kind === 'table' && { format: 'table', instant: true }),
    })),
  }
}
