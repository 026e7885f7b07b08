// A gray failure: the model file is gone, so that every answer is a 500, while the node's health says that all is well.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { nodeFiles, type LabNode } from '../layout.ts'
import { MODEL_CONTENT, MODEL_FILE } from '../node/model-store.ts'
import { writeWhole } from '../write-whole.ts'
import type { Fault } from './fault.ts'

export const errors: Fault = {
  summary: 'its model file is removed: answers fail while health says ok',

  async apply({ node }) {
    rmSync(modelPath(node))
    return `\`${modelPath(node)}\` removed`
  },

  isPresent: async ({ node }) => !isModelThere(node),

  async heal({ node }) {
    if (isModelThere(node)) return null
    writeWhole(modelPath(node), MODEL_CONTENT)
    return 'model file put back'
  },
}

const modelPath = ({ folder }: LabNode): string => join(nodeFiles(folder).modelsFolder, MODEL_FILE)

function isModelThere(node: LabNode): boolean {
  try {
    return readFileSync(modelPath(node), 'utf8') === MODEL_CONTENT
  } catch {
    return false
  }
}
