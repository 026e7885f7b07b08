// The process table of a lab, looked at again and again from outside: how many processes each node had at any moment.
import { processesOf, type PhixUp } from './phix-up.ts'

const EVERY_MS = 200

export interface ProcessSamples {
  /** The most processes that one node had at once. */
  readonly mostOfOne: () => number
  /** The most of these nodes that had none at once. */
  readonly mostMissing: (nodes: readonly string[]) => number
  stop(): void
}

export function sampleProcesses(up: PhixUp, nodes: readonly string[]): ProcessSamples {
  const samples: ReadonlyMap<string, number>[] = []
  const timer = setInterval(() => {
    const commands = processesOf(up.dataFolder).map(({ command }) => command)
    const count = (node: string): number => commands.filter((each) => isOf(each, node)).length
    samples.push(new Map(nodes.map((node) => [node, count(node)])))
  }, EVERY_MS)
  return {
    mostOfOne: () => Math.max(...samples.flatMap((sample) => [...sample.values()])),
    mostMissing: (of) => Math.max(...samples.map((sample) => of.filter((node) => sample.get(node) === 0).length)),
    stop: () => clearInterval(timer),
  }
}

const isOf = (command: string, node: string): boolean =>
  command.includes('lab-node') && command.includes(`--node ${node}`)
