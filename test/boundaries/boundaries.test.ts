// The rings of the design, executed: who may import whom, who may read the environment, which names are banned.
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

interface Source {
  readonly path: string
  readonly text: string
  /** Relative imports as paths from the root, packages by their names. */
  readonly imports: readonly string[]
}

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else if (entry.name.endsWith('.ts')) yield path
  }
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"\n]*?(?:\{[^}]*\}[^'"\n]*?)?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g

function readSource(absolute: string): Source {
  const text = readFileSync(absolute, 'utf8')
  const imports = [...text.matchAll(IMPORT)]
    .map((match) => match[1] ?? match[2] ?? match[3] ?? '')
    .map((name) => (name.startsWith('.') ? relative(root, resolve(dirname(absolute), name)) : name))
  return { path: relative(root, absolute), text, imports }
}

const sources = ['src', 'workflows', 'activities'].flatMap((folder) =>
  [...filesBelow(join(root, folder))].map(readSource),
)
const inside = (...folders: string[]): Source[] =>
  sources.filter(({ path }) => folders.some((folder) => path.startsWith(`${folder}/`)))
const isPackage = (name: string): boolean => !/^(src|workflows|activities|test)\//.test(name)

/** Lists every import of these sources that the rule does not allow, as `file → import`. */
const strangers = (from: readonly Source[], allowed: (name: string) => boolean): string[] =>
  from.flatMap(({ path, imports }) => imports.filter((name) => !allowed(name)).map((name) => `${path} → ${name}`))

const RING_0 = ['src/plan', 'src/expressions', 'src/detection', 'src/guard']
const inRing0 = (name: string): boolean => RING_0.some((room) => name.startsWith(`${room}/`))

describe('the rings', () => {
  test('the scan sees the whole tree and its imports', () => {
    expect(sources.length).toBeGreaterThan(20)
    expect(sources.some(({ imports }) => imports.includes('src/plan/json.ts'))).toBe(true)
  })

  test('ring 0 imports nothing but ring 0, and the expression and regex engines inside src/expressions', () => {
    const engines = ['@marcbachmann/cel-js', 're2js']
    expect(strangers(inside('src/expressions'), (name) => inRing0(name) || engines.includes(name))).toEqual([])
    const hashes = (name: string): boolean => name.startsWith('@noble/hashes/')
    expect(
      strangers(inside('src/plan', 'src/detection', 'src/guard'), (name) => inRing0(name) || hashes(name)),
    ).toEqual([])
  })

  test('the interpreter knows only ring 0', () => {
    expect(
      strangers(inside('workflows/interpreter'), (name) => inRing0(name) || name.startsWith('workflows/interpreter/')),
    ).toEqual([])
  })

  test('workflows know ring 0, the interpreter and the workflow SDK', () => {
    const sdk = ['@temporalio/workflow', '@temporalio/common', '@cfworker/json-schema']
    expect(
      strangers(inside('workflows'), (name) => inRing0(name) || name.startsWith('workflows/') || sdk.includes(name)),
    ).toEqual([])
  })

  test('a driver never imports another driver', () => {
    const folder = (name: string): string | null => /^activities\/([^/]+)\//.exec(name)?.[1] ?? null
    // These rooms serve all drivers; they are ports and engine parts, not drivers.
    const serving = new Set(['controls', 'evidence', 'wrapping'])
    const offences = inside('activities').flatMap(({ path, imports }) => {
      const own = folder(path)
      if (own === null) return []
      return imports
        .filter((name) => {
          const other = folder(name)
          return other !== null && other !== own && !serving.has(other) && !serving.has(own)
        })
        .map((name) => `${path} → ${name}`)
    })
    expect(offences).toEqual([])
  })
})

describe('single owners', () => {
  const onlyIn = (name: string, room: string): string[] =>
    sources
      .filter(
        ({ path, imports }) =>
          imports.some((each) => each === name || each.startsWith(`${name}/`)) && !path.startsWith(room),
      )
      .map(({ path }) => path)

  test('YAML is parsed only in the first pass of the compiler', () =>
    expect(onlyIn('yaml', 'src/compile/1-read/')).toEqual([]))
  test('ajv is used only in src/schema', () => expect(onlyIn('ajv', 'src/schema/')).toEqual([]))
  test('the Temporal client is used only in src/temporal', () =>
    expect(onlyIn('@temporalio/client', 'src/temporal/')).toEqual([]))
  test('the environment is read only in src/config', () => {
    expect(
      sources
        .filter(({ path, text }) => !path.startsWith('src/config/') && /\bprocess\.env\b/.test(text))
        .map(({ path }) => path),
    ).toEqual([])
  })
  test('the CLI and the API never import each other', () => {
    expect(strangers(inside('src/cli'), (name) => !name.startsWith('src/api/'))).toEqual([])
    expect(strangers(inside('src/api'), (name) => !name.startsWith('src/cli/'))).toEqual([])
  })
  test('only composition roots import src/main', () => {
    expect(
      strangers(
        sources.filter(({ path }) => !path.startsWith('src/main/') && !path.startsWith('src/cli/')),
        (name) => !name.startsWith('src/main/'),
      ),
    ).toEqual([])
  })
})

describe('names', () => {
  test('no room is called by a name that says nothing', () => {
    const banned = /(^|\/)(utils?|helpers?|common|shared|core|lib|misc)(\/|\.ts$)/
    expect(sources.map(({ path }) => path).filter((path) => banned.test(path))).toEqual([])
  })
  test('files are named in kebab-case', () => {
    expect(sources.map(({ path }) => path).filter((path) => !/^[a-z0-9-/]+(\.[a-z]+)?\.ts$/.test(path))).toEqual([])
  })
  test('no source uses `any`', () => {
    expect(
      sources
        .filter(({ text }) => /[:<(,]\s*any\b(?!\w)/.test(text.replace(/\/\/.*|\/\*[\s\S]*?\*\//g, '')))
        .map(({ path }) => path),
    ).toEqual([])
  })
  test('every import is either inside the tree or a package that package.json names', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>
    }
    const known = (name: string): boolean =>
      name.startsWith('node:') ||
      Object.keys(manifest.dependencies).some((each) => name === each || name.startsWith(`${each}/`))
    expect(strangers(sources, (name) => !isPackage(name) || known(name))).toEqual([])
  })
})
