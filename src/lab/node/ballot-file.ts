// Term and vote on disk: written before they are told to anyone, so that a restart cannot vote twice in one term.
import { readFileSync } from 'node:fs'
import { writeWhole } from '../write-whole.ts'
import type { Ballot } from './election.ts'

export function readBallot(path: string): Ballot {
  try {
    const { term, votedFor } = JSON.parse(readFileSync(path, 'utf8')) as Ballot
    return { term, votedFor }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { term: 0, votedFor: null }
    throw new Error(`\`${path}\` cannot be read; without it this node could vote twice`, { cause: error })
  }
}

export const writeBallot = (path: string, { term, votedFor }: Ballot): void =>
  writeWhole(path, `${JSON.stringify({ term, votedFor })}\n`)
