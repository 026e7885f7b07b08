// Which nodes are meant, and whether they may be broken. Every refusal says what to do instead.
import { findLeaders } from './faults/leader.ts'
import type { Site } from './faults/fault.ts'
import type { LabLayout, LabNode } from './layout.ts'
import { faultsOf } from './site.ts'

/** Answers the nodes of these names; `leader` means whoever leads now. */
export async function chooseNodes(layout: LabLayout, names: readonly string[]): Promise<readonly LabNode[]> {
  const known = layout.nodes.map(({ name }) => name).join(', ')
  if (names.length === 0) throw new Error(`say which node: ${known} or leader`)
  const chosen = new Set<LabNode>()
  for (const name of names) {
    const found = name === 'leader' ? (await findLeaders(layout))[0] : layout.nodes.find((node) => node.name === name)
    if (found !== undefined) chosen.add(found)
    else if (name === 'leader') throw new Error('nobody leads now; look with `phix lab status`')
    else throw new Error(`there is no \`${name}\` in the lab; it has ${known}`)
  }
  return [...chosen]
}

/** Refuses a node that is broken already or does not run: what would be seen then is not this fault. */
export async function refuseBroken(site: Site): Promise<void> {
  const { name, spare } = site.node
  const broken = await faultsOf(site)
  if (broken.length > 0)
    throw new Error(`\`${name}\` is broken already (${broken.join(', ')}); heal it first: \`phix lab heal ${name}\``)
  if ((await site.process()) === null)
    throw new Error(`\`${name}\` ${spare ? 'is a spare and ' : ''}does not run, so nothing of it can be broken`)
}
