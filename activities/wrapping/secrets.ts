// Secret references: `secret://env/NAME` and `secret://file/path`. They are resolved inside an activity and nowhere
// else, so that plans, histories and approvals hold only the reference.
import { readFile, realpath } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import type { Json, JsonObject } from '../../src/plan/json.ts'
import { refused } from './action-failure.ts'
import type { Masker } from './mask.ts'

export interface SecretSource {
  env(name: string): string | undefined
  /** Path below the folder of secrets. */
  file(path: string): Promise<string>
}

const REFERENCE = /secret:\/\/(env|file)\/([A-Za-z0-9_][A-Za-z0-9_./-]*)/g

/** Shorter values could not be masked without masking ordinary text. */
const SHORTEST_SECRET = 4

/** Reads secrets of one folder; a path that leaves it, also by a symbolic link, is refused. */
export function createSecretSource(env: (name: string) => string | undefined, folder: string): SecretSource {
  return {
    env,
    async file(path) {
      const root = await realpath(folder)
      const file = await realpath(resolve(root, path))
      if (!file.startsWith(root + sep)) throw new Error('it leaves the folder of secrets')
      // An editor's newline at the end belongs to the file, not to the secret.
      return (await readFile(file, 'utf8')).replace(/\r?\n$/, '')
    },
  }
}

/** Replaces every reference in these arguments by its value, and tells the masker. Fails: refused, naming the reference. */
export async function resolveSecrets(args: JsonObject, source: SecretSource, masker: Masker): Promise<JsonObject> {
  return (await resolveIn(args, source, masker)) as JsonObject
}

async function resolveIn(value: Json, source: SecretSource, masker: Masker): Promise<Json> {
  if (typeof value === 'string') return value.includes('secret://') ? resolveText(value, source, masker) : value
  if (Array.isArray(value)) return Promise.all(value.map((item: Json) => resolveIn(item, source, masker)))
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value as JsonObject).map(
    async ([key, item]) => [key, await resolveIn(item, source, masker)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

async function resolveText(text: string, source: SecretSource, masker: Masker): Promise<string> {
  const values = new Map<string, string>()
  for (const [reference, kind, name] of text.matchAll(REFERENCE)) {
    const secret = await readSecret(reference, kind === 'env' ? 'env' : 'file', name ?? '', source)
    masker.hide(secret, reference)
    values.set(reference, secret)
  }
  return text.replace(REFERENCE, (reference) => values.get(reference) ?? reference)
}

async function readSecret(reference: string, kind: 'env' | 'file', name: string, source: SecretSource) {
  const secret = kind === 'env' ? source.env(name) : await source.file(name).catch(() => undefined)
  if (secret === undefined || secret === '')
    throw refused(
      kind === 'env'
        ? `\`${reference}\` is not set for this worker; set the variable \`${name}\` where the worker starts`
        : `\`${reference}\` cannot be read; put the file into the folder of secrets`,
    )
  if (secret.length < SHORTEST_SECRET)
    throw refused(`\`${reference}\` is shorter than ${SHORTEST_SECRET} characters: it could not be masked`)
  return secret
}
