// One label of an alert against one matcher of a trigger.
import { compilePattern } from './environment.ts'

const MARK = '~'

/** A matcher that begins with `~` is a pattern (RE2) for the whole value; any other is the value itself. */
export const isPattern = (matcher: string): boolean => matcher.startsWith(MARK)

/** Answers whether a label's value is what the matcher asks for; a label that is missing is an empty text, as in Prometheus. */
export const matchesLabel = (matcher: string, value: string): boolean =>
  isPattern(matcher) ? compilePattern(matcher.slice(MARK.length)).matcher(value).matches() : matcher === value

/** Answers what is wrong with a matcher; null where nothing is. */
export function problemOfMatcher(matcher: string): string | null {
  if (!isPattern(matcher)) return null
  try {
    compilePattern(matcher.slice(MARK.length))
    return null
  } catch (error) {
    return (error as Error).message.replace(/^error parsing regexp: /, '')
  }
}
