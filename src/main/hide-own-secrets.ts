// The secrets that Phix itself holds, told to the mask of a process before it writes its first line.
import type { Masker } from '../../activities/wrapping/mask.ts'
import type { Settings } from '../config/settings.ts'

/** Hides the token of the HTTP server, where there is one, and the password of the journal's database. */
export function hideOwnSecrets(masker: Masker, { journal }: Settings, token: string | null): void {
  if (token !== null) masker.hide(token, 'secret://file/token')
  const password = URL.canParse(journal) ? new URL(journal).password : ''
  if (password.length < SHORTEST) return
  masker.hide(password, 'secret://setting/journal')
  masker.hide(decodeURIComponent(password), 'secret://setting/journal')
}

/** Shorter values could not be masked without masking ordinary text. */
const SHORTEST = 4
