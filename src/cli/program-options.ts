// Options that several verbs declare in the same way.
import { Argument, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from './format-time.ts'

/** Creates an option that takes one of a closed list. */
export const choice = (flags: string, text: string, choices: readonly string[]): Option =>
  new Option(flags, text).choices(choices)

/** Creates an option that takes a duration, in ms. */
export const duration = (flags: string, text: string, defaultText?: string): Option => {
  const option = new Option(flags, text).argParser(readDuration)
  return defaultText === undefined ? option : option.default(readDuration(defaultText), defaultText)
}

function readDuration(text: string): number {
  const ms = parseDuration(text)
  if (ms === null) throw new InvalidArgumentError('A duration is written as 500ms, 30s, 5m or 1h30m.')
  return ms
}

/** Creates an option that takes a whole number from 1. */
export const countOption = (flags: string, text: string, standard: number): Option =>
  new Option(flags, text).default(standard).argParser((given) => {
    if (!/^[1-9]\d{0,5}$/.test(given)) throw new InvalidArgumentError('It must be a whole number from 1 to 999999.')
    return Number(given)
  })

/** Creates an argument that takes one of a closed list. */
export const choiceArgument = (name: string, text: string, choices: readonly string[]): Argument =>
  new Argument(name, text).choices(choices)
