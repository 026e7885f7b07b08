// The leader is lost: SIGKILL of whoever leads now.
import { askJson } from '../ask.ts'
import type { LabLayout, LabNode } from '../layout.ts'
import type { Fault } from './fault.ts'
import { kill } from './kill.ts'
import { LabRefusal } from '../lab-refusal.ts'

const LIMIT_MS = 500

export const leader: Fault = {
  ...kill,
  summary: 'SIGKILL of the leader (name it, or say `leader` for the node)',

  async apply(site, options, group) {
    const leaders = await findLeaders(site.layout)
    if (leaders.some(({ name }) => name === site.node.name)) return kill.apply(site, options, group)
    const now = leaders.map(({ name }) => `\`${name}\``).join(', ') || 'nobody'
    throw new LabRefusal(
      `\`${site.node.name}\` does not lead, ${now} does; say \`leader\` for the node to mean whoever leads`,
    )
  },
  // Seen and healed as a killed node.
  isPresent: async () => false,
  heal: async () => null,
}

/** Asks every node; answers those that claim to lead. */
export async function findLeaders({ nodes }: LabLayout): Promise<readonly LabNode[]> {
  const roles = await Promise.all(
    nodes.map(({ address }) => askJson<{ role: string }>(`${address}/cluster/status`, LIMIT_MS)),
  )
  return nodes.filter((_, index) => roles[index]?.role === 'leader')
}
