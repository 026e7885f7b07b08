// How a message reads, for every channel the same: one line that says it all, and the whole of it.
import type { NotifyForm } from '../plan/run.ts'
import type { Message } from './channel.ts'
import { manyLines, oneLine } from './plain-text.ts'

const SUBJECT_LENGTH = 200
const TEXT_LENGTH = 3_000
const NAME_LENGTH = 200

const WORDS: Readonly<Record<NotifyForm, string>> = {
  note: 'note',
  page: 'call',
  repeat: 'called again',
  level: 'called one level up',
  update: 'update',
  end: 'over',
}

/** One line, safe where a line end or a control would mean something. */
export const subjectOf = ({ severity, form, target, cluster, text }: Message): string =>
  oneLine(
    `[Phix ${severity}, ${WORDS[form]}] ${target === cluster ? cluster : `${target} (${cluster})`}: ${text}`,
    SUBJECT_LENGTH,
  )

/** The whole message as lines of plain text. */
export const bodyOf = ({ text, run, cluster, target, severity, form, commands }: Message): string =>
  [
    manyLines(text, TEXT_LENGTH),
    '',
    oneLine(`${severity}, ${WORDS[form]}: ${target} of cluster ${cluster}`, NAME_LENGTH),
    oneLine(`Run: ${run}`, NAME_LENGTH),
    ...commands.map((command) => oneLine(command, NAME_LENGTH)),
  ].join('\n')
