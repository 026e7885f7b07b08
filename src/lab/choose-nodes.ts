// Which nodes are meant, and whether they may be broken. Every refusal says what to do instead.
import { findLeaders } from './faults/leader.ts'
import type { Site } from './faults/fault.ts'
import type { LabLayout, LabNode } from './layout.ts'
import { faultsOf } from './site.ts'
import { LabRefusal } from './lab-refusal.ts'

/** Answers the nodes of these names; `leader` means whoever leads now. */
export async function chooseNodes(layout: LabLayout, names: readonly string[]): Promise<readonly LabNode[]> {
  const known = layout.nodes.map(({ name }) => name).join(', ')
  if (names.length === 0) throw new LabRefusal(`say which node: ${known} or leader`)
  const chosen = new Set<LabNode>()
  for (const name of names) {
    const found = name === 'leader' ? (await findLeaders(layout))[0] : layout.nodes.find((node) => node.name === name)
    if (found !== undefined) chosen.add(found)
    else if (name === 'leader') throw new LabRefusal('nobody leads now; look with `phix lab status`')
    else throw new LabRefusal(`there is no \`${name}\` in the lab; it has ${known}`, 'not-found')
  }
  return [...chosen]
}

/**
 * Answers the smaller of two sides of the running voters, `2/3` for two of five. The leader stays on the larger one, so
 * that who cuts the cluster sees the smaller side elect a second one, or fail to.
 */
export async function chooseSide(
  layout: LabLayout,
  sides: string,
  isRunning: (node: LabNode) => Promise<boolean>,
): Promise<readonly string[]> {
  const voters = layout.nodes.filter(({ spare }) => !spare)
  const runs = await Promise.all(voters.map(isRunning))
  const running = voters.filter((_, index) => runs[index])
  const [, first, second] = /^([1-9])\/([1-9])$/.exec(sides) ?? []
  const counts = [Number(first ?? 0), Number(second ?? 0)]
  const smaller = Math.min(...counts)
  if (counts[0] === counts[1] || counts[0]! + counts[1]! !== running.length || smaller === 0)
    throw new LabRefusal(
      `\`${sides}\` does not divide the ${running.length} nodes that run; ${examplesFor(running.length)}`,
    )
  const leaders = await findLeaders(layout)
  const others = running.filter((node) => !leaders.includes(node))
  return others.slice(-smaller).map(({ name }) => name)
}

function examplesFor(count: number): string {
  const smallers = Array.from({ length: Math.ceil(count / 2) - 1 }, (_, index) => index + 1)
  if (smallers.length === 0) return 'bring more of them up: `phix lab up`'
  return `say ${smallers.map((smaller) => `${smaller}/${count - smaller}`).join(' or ')}`
}

/** Refuses a node that is broken already or does not run: what would be seen then is not this fault. */
export async function refuseBroken(site: Site): Promise<void> {
  const { name, spare } = site.node
  const broken = await faultsOf(site)
  if (broken.length > 0)
    throw new LabRefusal(
      `\`${name}\` is broken already (${broken.join(', ')}); heal it first: \`phix lab heal ${name}\``,
    )
  if ((await site.process()) === null)
    throw new LabRefusal(`\`${name}\` ${spare ? 'is a spare and ' : ''}does not run, so nothing of it can be broken`)
}
