// The process exists, holds its port, accepts connections in the kernel and answers nothing: SIGSTOP.
import { untilSo } from '../until-so.ts'
import { requireProcess, type Fault, type Site } from './fault.ts'

export const hang: Fault = {
  summary: 'SIGSTOP: the port still accepts, nothing ever answers',

  async apply(site) {
    const { pid } = await requireProcess(site)
    process.kill(pid, 'SIGSTOP')
    await untilSo(() => isStopped(site), `process ${pid} is stopped`)
    return `SIGSTOP to process ${pid}`
  },

  isPresent: async (site) => (await isStopped(site)) && !(await site.throttle().isRunning()),

  async heal(site) {
    const facts = await site.process()
    if (facts?.state !== 'stopped') return null
    process.kill(facts.pid, 'SIGCONT')
    return `SIGCONT to process ${facts.pid}`
  },
}

const isStopped = async (site: Site): Promise<boolean> => (await site.process())?.state === 'stopped'
