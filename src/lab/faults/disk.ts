// The disk is full: a real file fills the node's spool folder to its quota, so that every write fails and so does every
// answer, which writes a line.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { nodeFiles } from '../layout.ts'
import { readConfig } from '../node/node-config.ts'
import { usedBytes } from '../node/spool.ts'
import type { Fault } from './fault.ts'

export const disk: Fault = {
  summary: 'a file fills its spool folder to the quota: writes fail',

  async apply({ node }) {
    const { config, spoolFolder, ballast } = nodeFiles(node.folder)
    const free = readConfig(config).values.disk_quota_kb * 1_024 - usedBytes(spoolFolder)
    writeFileSync(ballast, Buffer.alloc(Math.max(0, free), 'x'))
    return `${free} bytes in \`${ballast}\``
  },

  isPresent: async ({ node }) => existsSync(nodeFiles(node.folder).ballast),

  async heal({ node }) {
    const { ballast } = nodeFiles(node.folder)
    if (!existsSync(ballast)) return null
    rmSync(ballast, { force: true })
    return 'spool folder emptied'
  },
}
