// Gives each node its folder: configuration, data, a model. Only where there is no folder yet: what is damaged in one
// stays damaged until somebody heals it.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeFiles, type LabNode } from './layout.ts'
import { provisionedData } from './node/data-store.ts'
import { MODEL_CONTENT, MODEL_FILE } from './node/model-store.ts'
import { PROVISIONED_CONFIG, writeConfig } from './node/node-config.ts'

export function provision({ name, folder }: LabNode): void {
  if (existsSync(folder)) return
  const draft = `${folder}.${process.pid}.draft`
  const files = nodeFiles(draft)
  rmSync(draft, { recursive: true, force: true })
  for (const each of [files.modelsFolder, files.spoolFolder]) mkdirSync(each, { recursive: true })
  writeConfig(files.config, PROVISIONED_CONFIG)
  writeFileSync(files.data, provisionedData(name))
  writeFileSync(join(files.modelsFolder, MODEL_FILE), MODEL_CONTENT)
  try {
    renameSync(draft, folder)
  } catch (error) {
    // Two that bring the lab up at once: the other one was first, with the same content.
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
}
