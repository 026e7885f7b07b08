// The balancer's backends: which there are, which are in rotation, what each has served. Kept in a file, so that a
// balancer that was killed goes on with what it was last told.
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { HttpProblem } from '../http-answers.ts'
import { writeWhole } from '../write-whole.ts'

export interface Backend {
  readonly name: string
  readonly url: string
  readonly state: 'in' | 'out'
  readonly weight: number
  readonly requests: number
  readonly errors: number
}

export interface Backends {
  list(): readonly Backend[]
  /** Adds or changes one; on disk before it answers. */
  put(
    name: string,
    wanted: Readonly<Record<string, unknown>>,
  ): { readonly before: Backend | null; readonly after: Backend }
  count(name: string, failed: boolean): void
  /** Writes the counters; they may be a second old after a kill. */
  save(): void
}

/** Opens the backends of this file; where there is none, begins with `first`. */
export function openBackends(file: string, first: readonly Backend[]): Backends {
  let backends = readBackends(file) ?? first
  const replace = (after: Backend): void => {
    backends = [...backends.filter(({ name }) => name !== after.name), after].sort((a, b) => (a.name < b.name ? -1 : 1))
  }
  const save = (): void => {
    mkdirSync(dirname(file), { recursive: true })
    writeWhole(file, `${JSON.stringify({ backends }, null, 2)}\n`)
  }

  return {
    list: () => backends,
    put(name, wanted) {
      const before = backends.find((each) => each.name === name) ?? null
      const after = changed(name, before, wanted)
      replace(after)
      save()
      return { before, after }
    },
    count(name, failed) {
      const before = backends.find((each) => each.name === name)
      if (before === undefined) return
      replace({ ...before, requests: before.requests + 1, errors: before.errors + (failed ? 1 : 0) })
    },
    save,
  }
}

function changed(name: string, before: Backend | null, wanted: Readonly<Record<string, unknown>>): Backend {
  const { state = before?.state ?? 'in', weight = before?.weight ?? 1, url = before?.url, ...rest } = wanted
  const strangers = Object.keys(rest)
  if (strangers.length > 0)
    throw new HttpProblem(422, `\`${strangers.join('`, `')}\` is not known; use state, weight, url`)
  if (!/^\w[\w.-]*$/.test(name)) throw new HttpProblem(422, `\`${name}\` cannot name a backend`)
  if (state !== 'in' && state !== 'out') throw new HttpProblem(422, '`state` is neither `in` nor `out`')
  if (typeof weight !== 'number' || !(weight >= 0 && weight <= 1_000))
    throw new HttpProblem(422, '`weight` is not a number from 0 to 1000')
  if (typeof url !== 'string' || !URL.canParse(url))
    throw new HttpProblem(422, `\`${name}\` is new here and needs a \`url\``)
  return { name, url, state, weight, requests: before?.requests ?? 0, errors: before?.errors ?? 0 }
}

function readBackends(file: string): readonly Backend[] | null {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { backends: readonly Backend[] }).backends
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Error(`\`${file}\` cannot be read; delete it to begin with the lab's own backends`, { cause: error })
  }
}
