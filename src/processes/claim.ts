// A lock among processes that needs no server and cannot be left behind. Each contender makes a file whose name says
// who it is, then looks: alone means held; another living claim means take mine back and try again later.
import { randomInt, randomUUID } from 'node:crypto'
import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { factsOf } from './process-facts.ts'
import { livingProcess } from './process-record.ts'

const BACK_OFF_MS = { least: 5, most: 40 }

/**
 * Runs `work` while no other process, and no other call of this one, runs with a claim of this name in this folder.
 * Why no lock file that is taken over when its owner is dead: two that judge the same dead owner can both take it.
 * A claim's name is never used again, so removing a dead one is safe whoever does it.
 * Invariant: of two contenders, the one that made its claim later sees the earlier one.
 */
export async function withClaim<Answer>(
  folder: string,
  name: string,
  signal: AbortSignal,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const path = await claim(folder, name, signal)
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function claim(folder: string, name: string, signal: AbortSignal): Promise<string> {
  for (;;) {
    signal.throwIfAborted()
    const own = `${name}.claim.${process.pid}.${ownMark()}.${randomUUID()}`
    await (await open(join(folder, own), 'wx')).close()
    if ((await otherClaims(folder, name, own)).length === 0) return join(folder, own)
    await rm(join(folder, own), { force: true })
    await sleep(randomInt(BACK_OFF_MS.least, BACK_OFF_MS.most), undefined, { signal })
  }
}

/** Lists the claims of living processes; removes those of dead ones. */
async function otherClaims(folder: string, name: string, own: string): Promise<readonly string[]> {
  const claims = (await readdir(folder)).filter((file) => file.startsWith(`${name}.claim.`) && file !== own)
  const dead = claims.filter((file) => !isOwnerAlive(file.slice(`${name}.claim.`.length)))
  await Promise.all(dead.map((file) => rm(join(folder, file), { force: true })))
  return claims.filter((file) => !dead.includes(file))
}

function isOwnerAlive(owner: string): boolean {
  const [pid = '', mark = ''] = owner.split('.')
  return livingProcess({ pid: Number(pid), startMark: Buffer.from(mark, 'hex').toString() }) !== null
}

const ownMark = (): string => Buffer.from(factsOf(process.pid)?.startMark ?? '').toString('hex')
