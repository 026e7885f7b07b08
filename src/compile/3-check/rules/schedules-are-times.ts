import { isText, valueOf } from '../../1-read/tree.ts'
import type { Rule } from '../context.ts'
import { isTimeZone, problemOfCron } from '../cron-problem.ts'

/** More often is a watch: a condition or a poll. */
const SHORTEST_MS = 60_000

/** A schedule has times at which it fires. */
export const schedulesAreTimes: Rule = ({ ast, report }) => {
  for (const { kind, tree, broken, told, everyMs } of ast.triggers) {
    if (broken) continue
    const cron = valueOf(tree, 'schedule')
    const zone = valueOf(tree, 'timezone')
    const every = valueOf(tree, 'every')
    if (kind === 'schedule' && !told.has('schedule') && isText(cron)) {
      const why = problemOfCron(cron.value)
      if (why !== null) report('RB336', cron.at, { cron: cron.value, why })
    }
    if (isText(zone) && !told.has('timezone') && !isTimeZone(zone.value)) report('RB337', zone.at, { zone: zone.value })
    if (every !== undefined && everyMs !== null && everyMs < SHORTEST_MS)
      report('RB338', every.at, { found: isText(every) ? every.value : String(everyMs) })
  }
}
