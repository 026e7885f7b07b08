// How large a value is where it crosses a border: bytes of its UTF-8 JSON.
import type { Json } from './json.ts'

/** Answers the bytes of a value's JSON. */
export const bytesOf = (value: Json): number => utf8Length(JSON.stringify(value))

function utf8Length(text: string): number {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    // A surrogate pair is 4 bytes in 2 units; everything else from 0x800 on is 3 bytes in one.
    if (unit >= 0x80) bytes += unit < 0x800 ? 1 : unit >= 0xd800 && unit <= 0xdfff ? 1 : 2
  }
  return bytes
}

/** Cuts a text so that it is no longer than so many bytes, and says that it was cut. */
export function cutText(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes || utf8Length(text) <= maxBytes) return text
  const note = ' … (cut)'
  let kept = text.slice(0, maxBytes - note.length - 2)
  while (utf8Length(kept) > maxBytes - note.length - 2) kept = kept.slice(0, Math.floor(kept.length * 0.9))
  return `${kept}${note}`
}
