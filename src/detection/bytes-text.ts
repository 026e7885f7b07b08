// Bytes as text for records that are JSON: base64 with the alphabet that is safe everywhere (RFC 4648 §5), no padding.
// Written out because ring 0 knows neither Node nor the web.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Answers how many bytes fit into a text of this length. */
export const bytesInText = (length: number): number => Math.floor((length * 3) / 4)

export function textFromBytes(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff
    bits += 8
    while (bits >= 6) text += ALPHABET[(held >> (bits -= 6)) & 63]
  }
  return bits > 0 ? text + ALPHABET[(held << (6 - bits)) & 63] : text
}

/** Reads bytes; null where a character is not of the alphabet. */
export function bytesFromText(text: string): Uint8Array | null {
  const bytes = new Uint8Array(bytesInText(text.length))
  let bits = 0
  let held = 0
  let at = 0
  for (const character of text) {
    const value = ALPHABET.indexOf(character)
    if (value < 0) return null
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) bytes[at++] = (held >> (bits -= 8)) & 255
  }
  return bytes
}
