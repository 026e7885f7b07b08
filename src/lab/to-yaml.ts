/**
 * Writes plain data as block YAML. Texts are written in double quotes, as in JSON, which YAML reads the same; lists of
 * plain values and empty collections are written on one line.
 */
export function toYaml(value: unknown, indent = ''): string {
  if (isPlain(value)) return `${indent}${inline(value)}\n`
  if (Array.isArray(value)) {
    return value.map((item) => `${indent}- ${toYaml(item, `${indent}  `).slice(indent.length + 2)}`).join('')
  }
  return Object.entries(value as object)
    .map(
      ([key, item]) => `${indent}${key}:${isPlain(item) ? ` ${inline(item)}\n` : `\n${toYaml(item, `${indent}  `)}`}`,
    )
    .join('')
}

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isScalar)
  return isScalar(value) || Object.keys(value as object).length === 0
}

const inline = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(inline).join(', ')}]` : JSON.stringify(value)
