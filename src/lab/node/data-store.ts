// A node's data: a file whose first line is the sha256 of the rest. It is verified at start and at every read, so that
// flipped bytes are found by the next request and never served.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const DATA_BYTES = 65_536

/** Makes the content that a node of this name is provisioned with; the same every time, so it can be put back. */
export function provisionedData(node: string): Buffer {
  const line = `${createHash('sha256').update(node).digest('hex')}\n`
  const content = Buffer.from(line.repeat(DATA_BYTES / line.length))
  return Buffer.concat([Buffer.from(`${sha256(content)}\n`), content])
}

/** Answers what is wrong with the data file; null where its checksum holds. */
export function dataProblem(path: string): string | null {
  try {
    const file = readFileSync(path)
    const end = file.indexOf('\n')
    return file.subarray(0, end).toString() === sha256(file.subarray(end + 1))
      ? null
      : `the checksum of \`${path}\` does not hold`
  } catch (error) {
    return `\`${path}\` cannot be read (${(error as NodeJS.ErrnoException).code})`
  }
}

const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')
