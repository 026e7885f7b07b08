// Whether the lab's voters agree again on who leads: what a healed cluster is, beyond its healthy processes.
import { askJson } from './ask.ts'
import type { LabLayout } from './layout.ts'
import { untilSo } from './until-so.ts'

const ANSWER_LIMIT_MS = 1_000
/** A leader is elected within 3 s; on a machine that is busy with other things it takes longer. */
const LIMIT_MS = 20_000

interface View {
  readonly role: string
  readonly leader: string | null
}

/** Resolves once every voter that runs follows the same leader; at once where too few run to elect one. */
export async function untilOneLeader({ nodes }: LabLayout): Promise<void> {
  const voters = nodes.filter(({ spare }) => !spare)
  const agree = async (): Promise<boolean> => {
    const asked = await Promise.all(
      voters.map(({ address }) => askJson<View>(`${address}/cluster/status`, ANSWER_LIMIT_MS)),
    )
    const views = asked.filter((view) => view !== null)
    const leaders = new Set(views.map(({ leader }) => leader))
    const isOne = leaders.size === 1 && !leaders.has(null) && views.filter(({ role }) => role === 'leader').length === 1
    return isOne || views.length <= voters.length / 2
  }
  await untilSo(agree, 'the nodes that run follow one leader', LIMIT_MS)
}
