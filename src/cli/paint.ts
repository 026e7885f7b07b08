// Colours and marks: state is told by shape first, colour only repeats it.
import picocolors from 'picocolors'

export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
  readonly cyan: (text: string) => string
}

/** Creates the colours, all of them plain where colours are off. */
export function createPaint(colors: boolean): Paint {
  const { bold, dim, red, green, yellow, cyan } = picocolors.createColors(colors)
  return { bold, dim, red, green, yellow, cyan }
}
