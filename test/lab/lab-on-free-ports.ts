// A lab of real processes for one test file: built from the sources as they are, on ports that are free, in a folder of
// its own. Read next: src/lab/lab.ts.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLab, type Lab } from '../../src/lab/lab.ts'
import { NODE_COUNT, type LabPorts } from '../../src/lab/layout.ts'

export interface TestLab {
  readonly lab: Lab
  readonly folder: string
  readonly programs: string
  /** Ends every process and removes every file. */
  end(): Promise<void>
}

export async function labOnFreePorts(): Promise<TestLab> {
  const folder = mkdtempSync(join(tmpdir(), 'phix-lab-'))
  const programs = buildPrograms(join(folder, 'build'))
  const lab = createLab({ folder: join(folder, 'lab'), ports: await freePorts(), programs })
  return {
    lab,
    folder: join(folder, 'lab'),
    programs,
    async end() {
      await lab.down()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Builds the sources as they are now; a type error in another room does not keep the lab's files from being written. */
function buildPrograms(folder: string): string {
  spawnSync(join('node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json', '--outDir', folder])
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  return join(folder, 'src', 'main')
}

/** Asks for all ports at once, so that no two are the same. */
export async function freePorts(): Promise<LabPorts> {
  const servers = await Promise.all(Array.from({ length: NODE_COUNT + 2 }, listenAnywhere))
  const [entry = 0, admin = 0, ...nodes] = servers.map(({ port }) => port)
  await Promise.all(servers.map(({ server }) => new Promise((done) => server.close(done))))
  return { entry, admin, nodes }
}

const listenAnywhere = (): Promise<{ readonly server: Server; readonly port: number }> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({ server, port: typeof address === 'object' ? (address?.port ?? 0) : 0 })
    })
  })
