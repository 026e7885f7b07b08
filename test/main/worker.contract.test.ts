// A worker that cannot start: what it says, and that it ends. Nothing here needs a Temporal server.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../src/config/free-port.ts'
import { installationFolder } from '../../src/config/read-settings.ts'

const ENDS_MS = 60_000
const INVENTORY = 'clusters: [{ name: one, nodes: [{ name: node-1, address: "http://127.0.0.1:9" }] }]\n'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phix-worker-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs `phix worker` to its end; null where it had to be ended. */
async function work(inventory: string): Promise<{ readonly code: number | null; readonly stderr: string }> {
  writeFileSync(join(folder, 'inventory.yaml'), inventory)
  const child = spawn(process.execPath, [join(installationFolder(), 'bin', 'phix'), 'worker'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      PHIX_DATA_FOLDER: folder,
      PHIX_INVENTORY_FILE: join(folder, 'inventory.yaml'),
      PHIX_TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}`,
    },
  })
  let stderr = ''
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  const late = setTimeout(() => child.kill('SIGKILL'), ENDS_MS)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(late)
  return { code, stderr }
}

test(
  'a worker whose inventory is bad says where, and ends',
  async () => {
    const { code, stderr } = await work('clusters: [')
    expect(stderr).toMatch(/the inventory cannot be used: .*inventory\.yaml:\d+:\d+/)
    expect(code).toBe(3)
  },
  2 * ENDS_MS,
)

test(
  'a worker that does not reach Temporal ends with a code, so that whoever supervises it starts it again',
  async () => {
    const { code } = await work(INVENTORY)
    expect(code).not.toBeNull()
    expect(code).not.toBe(0)
  },
  2 * ENDS_MS,
)
