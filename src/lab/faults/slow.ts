// The process gets a tenth of its time: another process stops and continues it, ten times more stopped than not. It is
// starved for real, so everything it does is late, its health answers included. A restart cures it, as it often does.
import { untilSo } from '../until-so.ts'
import { requireProcess, type Fault } from './fault.ts'

export const slow: Fault = {
  summary: 'starved: a second process stops it for nine tenths of the time',

  async apply(site) {
    const facts = await requireProcess(site)
    await site.throttle().start(facts)
    await untilSo(async () => (await site.process())?.state === 'stopped', `process ${facts.pid} is starved`)
    return `process ${facts.pid} is stopped for nine tenths of the time`
  },

  isPresent: (site) => site.throttle().isRunning(),

  async heal(site) {
    if (!(await site.throttle().isRunning())) return null
    await site.throttle().stop()
    return 'gets its time again'
  },
}
