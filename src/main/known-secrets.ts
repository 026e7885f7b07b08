// Every secret that a process could come to know, so that its logs show none, whoever put it into an error: the token,
// the journal's password, the folder of secrets, the variables that runbooks and the inventory refer to.
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createMasker } from '../../activities/wrapping/mask.ts'
import type { Settings } from '../config/settings.ts'

const LONGEST_BYTES = 64 * 1024

/** Answers what takes them out of a line. A file that cannot be read holds nothing that could be told. */
export async function maskKnownSecrets(
  { dataFolder, journal, runbooksFolder, inventoryFile }: Settings,
  variable: (name: string) => string | null,
): Promise<(line: string) => string> {
  const masker = createMasker()
  const hide = (secret: string | null, reference: string): void => {
    if (secret !== null && secret !== '') masker.hide(secret, reference)
  }
  hide(await textOf(join(dataFolder, 'token')), 'the token')
  hide(passwordOf(journal), 'the password of the journal')
  const folder = join(dataFolder, 'secrets')
  for (const name of await filesOf(folder)) hide(await textOf(join(folder, name)), `secret://file/${name}`)
  const files = [inventoryFile, ...(await filesOf(runbooksFolder)).map((name) => join(runbooksFolder, name))]
  for (const path of files.filter((name) => /\.ya?ml$/.test(name)))
    for (const [reference, name = ''] of ((await textOf(path)) ?? '').matchAll(VARIABLE))
      hide(variable(name), reference)
  return (line) => masker.text(line)
}

const VARIABLE = /secret:\/\/env\/([A-Za-z0-9_]+)/g

const filesOf = (folder: string): Promise<readonly string[]> => readdir(folder, { recursive: true }).catch(() => [])

async function textOf(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => null)
  return text === null || text.length > LONGEST_BYTES ? null : text.replace(/\r?\n$/, '')
}

function passwordOf(location: string): string | null {
  if (!/^postgres(ql)?:/.test(location)) return null
  try {
    return decodeURIComponent(new URL(location).password)
  } catch {
    return null
  }
}
