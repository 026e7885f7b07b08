// A node's models: one file each, opened for every answer. Health does not look in here, which is what makes a missing
// model a gray failure.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export const MODEL = 'lab:latest'
export const MODEL_FILE = 'lab.model'
export const MODEL_CONTENT = 'once upon a time there was a node that answered every prompt with the same words\n'

export function readModel(folder: string): readonly string[] {
  try {
    return readFileSync(join(folder, MODEL_FILE), 'utf8').trim().split(' ')
  } catch (error) {
    throw new Error(`model \`${MODEL}\` cannot be opened (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** Lists the models in the shape of Ollama's `GET /api/tags`. */
export function listModels(folder: string): readonly object[] {
  try {
    return readdirSync(folder).map((file) => {
      const { size, mtime } = statSync(join(folder, file))
      const name = file.replace(/\.model$/, ':latest')
      return { name, model: name, modified_at: mtime.toISOString(), size }
    })
  } catch {
    return []
  }
}
