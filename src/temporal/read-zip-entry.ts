// Reads one file out of a ZIP archive in memory (APPNOTE 6.3.10: end record, central directory, local header). Knows
// what a Python wheel needs: stored and deflated entries below 4 GiB. Not a general unpacker: it writes nothing.
import { inflateRawSync } from 'node:zlib'

const END_OF_DIRECTORY = 0x06054b50
const DIRECTORY_ENTRY = 0x02014b50
const STORED = 0
const DEFLATED = 8

/** Answers the bytes of the first entry whose name matches; null where none does. Throws on what is not such an archive. */
export function readZipEntry(archive: Buffer, name: RegExp): Buffer | null {
  const end = findEndOfDirectory(archive)
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error('the archive is damaged: its directory has a gap')
    const nameLength = archive.readUInt16LE(at + 28)
    if (name.test(archive.toString('utf8', at + 46, at + 46 + nameLength))) return readEntry(archive, at)
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  return null
}

/** The end record is last, but for a comment of unknown length. */
function findEndOfDirectory(archive: Buffer): number {
  for (let at = archive.length - 22; at >= 0; at--) if (archive.readUInt32LE(at) === END_OF_DIRECTORY) return at
  throw new Error('this is not a ZIP archive, or it was cut off')
}

function readEntry(archive: Buffer, at: number): Buffer {
  const method = archive.readUInt16LE(at + 10)
  const packedSize = archive.readUInt32LE(at + 20)
  const size = archive.readUInt32LE(at + 24)
  const local = archive.readUInt32LE(at + 42)
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
  const packed = archive.subarray(start, start + packedSize)
  if (method !== STORED && method !== DEFLATED) throw new Error(`the archive uses packing method ${method}`)
  const bytes = method === STORED ? packed : inflateRawSync(packed)
  if (bytes.length !== size) throw new Error('the archive is damaged: an entry has another size than it says')
  return bytes
}
