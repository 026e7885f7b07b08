// `phix doctor`: what is missing or wrong here, each with its fix.
import { EXIT } from '../exit-codes.ts'
import { CHECKS } from '../doctor/checks.ts'
import type { Finding } from '../doctor/finding.ts'
import type { Paint } from '../paint.ts'
import type { Verb } from '../verb.ts'

export const doctor: Verb = {
  name: 'doctor',
  summary: 'Find what is missing or wrong here, and how to mend it.',
  examples: [
    ['phix doctor', 'every check with its fix'],
    ['phix doctor --json', 'for monitoring'],
  ],
  async run(context) {
    const { out } = context
    const findings = await out.progress('Examining', Promise.all(CHECKS.map((check) => check(context))))
    out.answer(
      { findings },
      (safe) => safe.findings.flatMap((finding) => renderFinding(finding, out.paint)),
      (safe) => safe.findings.map(({ level, name, found, fix }) => [level, name, found, fix]),
    )
    const bad = findings.filter(({ level }) => level === 'bad')
    if (bad.length === 0) return EXIT.ok
    out.say(`${bad.length} of ${findings.length} checks failed.`)
    return bad.some(({ name }) => name === 'server') ? EXIT.unreachable : EXIT.failed
  },
}

function renderFinding({ level, name, found, fix }: Finding, paint: Paint): readonly string[] {
  const mark = level === 'good' ? paint.green('✓') : level === 'warn' ? paint.yellow('!') : paint.red('✗')
  return [`${mark} ${name.padEnd(18)} ${found}`, ...(fix === null ? [] : [`  ${' '.repeat(18)} ${paint.cyan(fix)}`])]
}
