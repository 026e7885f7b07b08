// The expression engine's words in those of a runbook's author: numbers are numbers, texts are texts.

interface EngineError {
  readonly summary?: string
  readonly message?: string
}

const TYPES: Readonly<Record<string, string>> = {
  double: 'number',
  int: 'number',
  uint: 'number',
  string: 'text',
  bool: 'true/false',
  dyn: 'unknown',
}

/** Answers what is wrong, without a subject. */
export function inWords(error: unknown): string {
  const { summary, message } = (error ?? {}) as EngineError
  const text = (summary ?? message ?? String(error)).split('\n')[0] ?? ''
  for (const [pattern, words] of WORDS) {
    const match = pattern.exec(text)
    if (match !== null) return words(...match.slice(1))
  }
  return text.replace(/'(\w+)'/g, (_, type: string) => `\`${TYPES[type] ?? type}\``)
}

const WORDS: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^no such overload: (.*)$/i, (what = '') => `there is no \`${worded(what)}\``],
  [/^found no matching overload for '(.*)'/, (what = '') => `there is no \`${worded(what)}\``],
  [
    /index out of bounds, index (\S+) >= size (\S+)/,
    (index, size) => `the list has ${size} items, there is no [${index}]; they count from 0`,
  ],
  [/^No such key: (.*)$/, (key) => `there is no \`${key}\``],
  [/^Unknown variable: (.*)$/, (name) => `\`${name}\` is not known here`],
  [/^division by zero/, () => 'it divides by zero'],
  [/overlap/, () => 'a loop over an empty list says nothing'],
  [/Unexpected token: EOF|got EOF/, () => 'it stops too early'],
  [/^Exceeded maxAstNodes/, () => 'it is too long'],
  [/^Exceeded maxDepth/, () => 'it is nested too deeply'],
  [
    /^Exceeded max(\w+) \((\d+)\)/,
    (what = '', limit) =>
      `it has more than ${limit} ${what
        .replace(/([A-Z])/g, ' $1')
        .trim()
        .toLowerCase()}`,
  ],
]

const worded = (text: string): string =>
  text.replace(/\bdyn<(\w+)>/g, '$1').replace(/\b(double|int|uint|string|bool)\b/g, (type) => TYPES[type] ?? type)
