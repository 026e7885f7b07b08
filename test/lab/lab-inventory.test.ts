import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { findTarget } from '../../src/inventory/find-target.ts'
import { labInventory, labInventoryYaml } from '../../src/lab/lab-inventory.ts'
import { DEFAULT_PORTS, layOut } from '../../src/lab/layout.ts'

let programs = ''
beforeAll(() => {
  programs = mkdtempSync(join(tmpdir(), 'phix-lab-programs-'))
  writeFileSync(join(programs, 'lab-node.js'), '')
})
afterAll(() => rmSync(programs, { recursive: true }))
const layout = layOut('/srv/it is "odd": #1', DEFAULT_PORTS)

test('the text of the inventory says what the inventory is', () => {
  for (const acceptance of [false, true]) {
    const options = { acceptance, programs }
    expect(parse(labInventoryYaml(layout, options))).toEqual(labInventory(layout, options))
  }
})

test('alerts find a node by the address of its exporter', () => {
  expect(findTarget(labInventory(layout, { programs }), 'node-2:9100')?.name).toBe('node-2')
})

test('guards are loosened only where acceptance is asked for', () => {
  expect(labInventory(layout, { programs }).clusters[0]?.guard.override).toBeNull()
  expect(labInventory(layout, { programs, acceptance: true }).clusters[0]?.guard.override).toEqual({
    cooldownMs: 0,
    attempts: 1_000,
  })
})

test('the usual ports are 5100 for clients, 5190 for the admin, 5101 to 5107 for nodes', () => {
  expect(DEFAULT_PORTS).toEqual({
    entry: 5_100,
    admin: 5_190,
    nodes: [5_101, 5_102, 5_103, 5_104, 5_105, 5_106, 5_107],
  })
})
