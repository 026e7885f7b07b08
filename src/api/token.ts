// The bearer token of the HTTP server: random bytes in a file that only its owner reads, made at the first start.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmod, mkdir, open, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

const TOKEN_BYTES = 32
const SHORTEST = 32

/**
 * Reads the token; makes it where there is none. Two servers that start at once end with the same token.
 * Fails: where others may read the file, or it holds no token.
 */
export async function readOrCreateToken(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  await createOnce(path)
  const { mode } = await stat(path)
  if ((mode & 0o077) !== 0)
    throw new Error(
      `\`${path}\` can be read by others (mode ${(mode & 0o777).toString(8)}); close it with: chmod 600 ${path}`,
    )
  const token = (await readFile(path, 'utf8')).trim()
  if (token.length < SHORTEST)
    throw new Error(
      `\`${path}\` holds no token of at least ${SHORTEST} characters; remove it, and the next start makes a new one`,
    )
  return token
}

async function createOnce(path: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      // The mask of the process may have taken more away than we need, never less.
      await chmod(path, 0o600)
      await file.writeFile(`${randomBytes(TOKEN_BYTES).toString('base64url')}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()

/**
 * Compares a token in constant time.
 * Why the hash: the comparison itself needs equal lengths, and to return early by length tells the length.
 */
export const isToken = (given: string, expected: string): boolean => timingSafeEqual(digest(given), digest(expected))

/** Answers what an Authorization header carries as bearer token (RFC 6750); an empty text where it carries none. */
export const bearerOf = (header: string | undefined): string => /^Bearer ([\w.~+/-]+=*)$/i.exec(header ?? '')?.[1] ?? ''
