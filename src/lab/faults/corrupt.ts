// Bytes of the data file are flipped in place. The checksum finds it at the next read: answers fail, health says why,
// and a restart ends with the same reason.
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { nodeFiles } from '../layout.ts'
import { dataProblem } from '../node/data-store.ts'
import type { Fault } from './fault.ts'
import { repairData } from './kill.ts'

const FLIPPED_AT = 4_096
const FLIPPED_BYTES = 16

export const corrupt: Fault = {
  summary: 'bytes of its data file are flipped: the checksum fails at the next read',

  async apply({ node }) {
    const { data } = nodeFiles(node.folder)
    const file = openSync(data, 'r+')
    const bytes = Buffer.alloc(FLIPPED_BYTES)
    readSync(file, bytes, 0, FLIPPED_BYTES, FLIPPED_AT)
    writeSync(
      file,
      bytes.map((byte) => byte ^ 0xff),
      0,
      FLIPPED_BYTES,
      FLIPPED_AT,
    )
    closeSync(file)
    return `${FLIPPED_BYTES} bytes of \`${data}\` flipped`
  },

  isPresent: async ({ node }) => dataProblem(nodeFiles(node.folder).data) !== null,
  heal: async (site) => repairData(site),
}
