// What is shipped to deploy, as the programs that would run it read it. Debian's packages bring neither, so the tests are
// there only where the programs are; deploy.test.ts holds the files to their rules everywhere.
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const works = (program: string, ...words: string[]): boolean => spawnSync(program, words).status === 0

test('the programs that read these files are asked where they are', () =>
  expect([works('docker', 'compose', 'version'), works('kubectl', 'kustomize', '--help')]).toHaveLength(2))

if (works('docker', 'compose', 'version'))
  test('docker compose takes the file', () => {
    expect(execFileSync('docker', ['compose', 'config', '--quiet'], { cwd: root, encoding: 'utf8' })).toBe('')
  })

if (works('kubectl', 'kustomize', '--help'))
  test('kubectl builds the manifests, all in the namespace of Phix', () => {
    const built = execFileSync('kubectl', ['kustomize', 'deploy/kubernetes/base'], { cwd: root, encoding: 'utf8' })
    const kinds = [...built.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind)
    expect(kinds.filter((kind) => kind === 'Deployment')).toHaveLength(2)
    expect(built.match(/^ {2}namespace: phix$/gm)).toHaveLength(kinds.length - 1)
  })
