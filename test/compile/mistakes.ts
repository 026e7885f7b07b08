// The corpus of mistakes: a title, the code, and a runbook in which `«…»` marks exactly what must be pointed at.
import type { DiagnosticCode } from '../../src/compile/diagnostics.ts'

export interface Mistake {
  readonly title: string
  readonly code: DiagnosticCode
  readonly text: string
}

const HEAD = 'runbook: try-me\nsummary: Tries.\n'
const PROBE = `  - id: probe
    uses: node.probe
    with: { node: "${'${{ inputs.node }}'}" }
`
const NODE = 'inputs:\n  node: { type: node }\n'

const mistake = (title: string, code: DiagnosticCode, text: string): Mistake => ({ title, code, text })
/** Steps after a probe of the input `node`. */
const steps = (title: string, code: DiagnosticCode, text: string, tail = ''): Mistake =>
  mistake(title, code, `${HEAD}${NODE}steps:\n${PROBE}${text}${tail}`)
/** One step, nothing before it. */
const step = (title: string, code: DiagnosticCode, text: string): Mistake =>
  mistake(title, code, `${HEAD}steps:\n${text}`)
/** Keys at the top of an otherwise good runbook. */
const top = (title: string, code: DiagnosticCode, text: string): Mistake =>
  mistake(title, code, `${HEAD}${text}steps:\n  - wait: 1s\n`)

export const MISTAKES: readonly Mistake[] = [
  // RB1xx: the text
  mistake('a NUL character', 'RB104', `${HEAD}owner: a«\u0000»b\n`),
  mistake('a tab as indentation', 'RB105', `${HEAD}steps:\n«\t»- wait: 1s\n`),
  mistake('a nested mapping on one line', 'RB106', 'runbook: «a»: b\n'),
  mistake('a text that is not closed', 'RB106', `${HEAD}owner: "abc«»`),
  top('a key twice', 'RB107', 'owner: a\n«owner»: b\n'),
  top('a key twice in a flow map', 'RB107', 'guard: { cooldown: 5m, «cooldown»: 6m }\n'),
  top('an anchor', 'RB108', 'owner: &me «alex»\n'),
  top('an alias that names nothing', 'RB108', 'owner: «*me»\n'),
  top('a merge key', 'RB108', 'guard: { «<<»: { cooldown: 5m } }\n'),
  steps('a condition that begins with ! unquoted', 'RB109', '  - if: «!steps.probe.ok»\n    wait: 1s\n'),
  top('a tag of a language', 'RB109', 'owner: «!!python/object» x\n'),
  mistake(
    'lists inside lists without end',
    'RB110',
    `${HEAD}steps: ${'['.repeat(31)}«${'['.repeat(9)}${']'.repeat(9)}»${']'.repeat(31)}\n`,
  ),
  mistake(
    'a flood of keys',
    'RB111',
    `${HEAD}inputs:\n  «${Array.from({ length: 1001 }, (_, n) => `k${n}: { type: string }`).join('\n  ')}\n»`,
  ),
  top('an integer beyond 2^53', 'RB112', 'inputs: { n: { type: int, max: «9007199254740993» } }\n'),
  top('infinity', 'RB112', 'inputs: { n: { type: int, max: «.inf» } }\n'),
  top('a key that reaches into JavaScript', 'RB113', 'inputs: { «__proto__»: { type: string } }\n'),
  top('an input called constructor', 'RB113', 'inputs: { «constructor»: { type: string } }\n'),
  mistake('an empty file', 'RB114', '«»'),
  mistake('a file of comments', 'RB114', '«»# nothing here\n'),
  mistake('a second document', 'RB115', `${HEAD}steps: [{ wait: 1s }]\n---\n«runbook: b\n»`),
  mistake('a list as a key', 'RB116', `${HEAD}? «[a]»\n: b\n`),
  mistake('marks without end on one line', 'RB118', `${HEAD}owner: ${'"" '.repeat(999)}"«"» ""`),

  // RB2xx: the shape
  mistake('a list instead of a runbook', 'RB203', '«- a\n»'),
  top('an unknown key at the top', 'RB201', '«ownr»: me\n'),
  mistake('a mistyped required key', 'RB201', 'runbook: try-me\n«sumary»: Tries.\nsteps: [{ wait: 1s }]\n'),
  step('a mistyped required argument', 'RB201', '  - uses: node.probe\n    with: { «nod»: a }\n'),
  mistake('no name', 'RB202', '«summary»: Tries.\nsteps: [{ wait: 1s }]\n'),
  mistake('no steps', 'RB202', '«runbook»: try-me\nsummary: Tries.\n'),
  mistake('a name that is not kebab-case', 'RB204', 'runbook: «Try_Me»\nsummary: Tries.\nsteps: [{ wait: 1s }]\n'),
  mistake('a name that Temporal knows', 'RB209', 'runbook: «constructor»\nsummary: Tries.\nsteps: [{ wait: 1s }]\n'),
  mistake('the name of a system workflow', 'RB209', 'runbook: «detector»\nsummary: Tries.\nsteps: [{ wait: 1s }]\n'),
  top('a severity that is none', 'RB204', 'severity: «hi»\n'),
  top('a mistyped severity', 'RB204', 'severity: «hihg»\n'),
  top('a number where a duration belongs', 'RB203', 'expect: «60»\n'),
  top('a duration without a unit', 'RB204', 'expect: «"60"»\n'),
  top('a duration in words', 'RB204', 'expect: «5 minutes»\n'),
  top('an unknown key of the guard', 'RB201', 'guard: { «cooldwn»: 5m }\n'),
  top('attempts without a window', 'RB203', 'guard: { attempts: «3» }\n'),
  top('a share above 100 %', 'RB204', 'guard: { keep: { healthy: «150%» } }\n'),
  top('an input with a name that no expression could read', 'RB210', 'inputs: { «my-node»: { type: node } }\n'),
  step('a branch with a space in its name', 'RB210', '  - parallel: { «a b»: [{ wait: 1s }] }\n'),
  top('an input of an unknown type', 'RB204', 'inputs: { n: { type: «integer» } }\n'),
  top('an input without a type', 'RB202', 'inputs: { «n»: { summary: x } }\n'),
  top('an enum without values', 'RB202', 'inputs: { «n»: { type: enum } }\n'),
  top('a trigger of an unknown kind', 'RB201', 'triggers: [{ «verdikt»: suspect }]\n'),
  top('a verdict that starts nothing', 'RB204', 'triggers: [{ verdict: «healthy» }]\n'),
  top('a trigger of two kinds', 'RB206', 'triggers: [{ verdict: failed, «returned»: true }]\n'),
  top('a trigger that is a text', 'RB203', 'triggers: [«suspect»]\n'),
  top('a condition trigger without for', 'RB202', 'triggers: [{ «condition»: cluster.leaders > 1, over: cluster }]\n'),
  top('an escalation without people', 'RB202', 'escalate: [{ «after»: failure }]\n'),
  top('a verify without conditions', 'RB202', '«verify»: { within: 60s }\n'),
  step('a step that does nothing', 'RB205', '  - «title»: Nothing\n'),
  step(
    'a mistyped kind',
    'RB201',
    '  - «waitUntill»: node.probe\n    with: { node: a }\n    until: output.healthy\n    timeout: 5s\n',
  ),
  step('a step of two kinds', 'RB206', '  - wait: 1s\n    «fail»: no\n'),
  step('a step that is a text', 'RB203', '  - «wait»\n'),
  step('an unknown key of a step', 'RB201', '  - wait: 1s\n    «tittle»: x\n'),
  step('an id with a hyphen', 'RB204', '  - wait: 1s\n    id: «my-step»\n'),
  step('an onFailure that is none', 'RB204', '  - wait: 1s\n    onFailure: «ignore»\n'),
  step('an unknown key of retry', 'RB201', '  - wait: 1s\n    retry: { attempts: 2, «delay»: 2s }\n'),
  step('a retry without attempts', 'RB202', '  - wait: 1s\n    «retry»: { backoff: 2s }\n'),
  step('too many attempts', 'RB204', '  - wait: 1s\n    retry: { attempts: «1000» }\n'),
  step('a waitUntil without until', 'RB202', '  - «waitUntil»: node.probe\n    timeout: 5s\n    with: { node: a }\n'),
  step(
    'silence that approves',
    'RB204',
    '  - approve: { message: Go?, from: oncall, deadline: 5m, onDeadline: «approve» }\n',
  ),
  step(
    'an approval that does not say what silence means',
    'RB202',
    '  - «approve»: { message: Go?, from: oncall, deadline: 5m }\n',
  ),
  step('a notify without a message', 'RB202', '  - «notify»: oncall\n'),
  step('an empty block', 'RB204', '  - «do»: []\n'),
  step('a switch that is a map', 'RB203', '  - «switch»: { when: now > 1 }\n'),
  step('an end that is none', 'RB204', '  - end: «sucess»\n'),
  steps('a wrapped condition', 'RB207', '  - if: «"${{ steps.probe.ok }}"»\n    wait: 1s\n'),
  steps('an expression that is not closed', 'RB208', '  - notify: oncall\n    message: "It is «${{» steps.probe.ok"\n'),

  // RB3xx: the meaning
  steps(
    'loops inside loops inside loops',
    'RB332',
    '  - if: modes.exists(a, modes.exists(b, «modes.exists(c, a == b && b == c)»))\n    wait: 1s\n',
  ),
  steps('an expression that stops too early', 'RB301', '  - if: steps.probe.ok &&«»\n    wait: 1s\n'),
  steps('an expression with a stray word', 'RB301', '  - if: steps.probe.ok «and» now > 1\n    wait: 1s\n'),
  steps('an unknown root', 'RB302', '  - if: «step».probe.ok\n    wait: 1s\n'),
  steps('output outside of until', 'RB302', '  - if: «output».healthy\n    wait: 1s\n'),
  steps('an unknown input', 'RB303', '  - notify: oncall\n    message: "${{ inputs.«nod» }} is down"\n'),
  steps('an unknown field of a step', 'RB303', '  - if: steps.probe.«outputs».healthy\n    wait: 1s\n'),
  steps('an unknown field of an output', 'RB303', '  - if: steps.probe.output.«helthy»\n    wait: 1s\n'),
  steps(
    'an unknown field, in a folded text',
    'RB303',
    '  - if: >\n      steps.probe.ok &&\n      steps.probe.output.«helthy»\n    wait: 1s\n',
  ),
  steps(
    'an unknown field, in a double-quoted text',
    'RB303',
    '  - if: "\\u0021steps.probe.output.«helthy»"\n    wait: 1s\n',
  ),
  steps(
    'an unknown field, in a single-quoted text',
    'RB303',
    "  - if: 'run.id == ''x'' || steps.probe.output.«helthy»'\n    wait: 1s\n",
  ),
  steps('an unknown fact of the cluster', 'RB303', '', 'verify: { that: cluster.«health_ratio» > 0.9 }\n'),
  steps('a comparison of a number and a text', 'RB304', '  - if: «now == "noon"»\n    wait: 1s\n'),
  steps('text plus number', 'RB304', '  - notify: oncall\n    message: "${{ «run.id + 1» }}"\n'),
  steps('a condition that is a text', 'RB305', '  - if: «run.id»\n    wait: 1s\n'),
  steps('a loop over a number', 'RB305', '  - forEach: "${{ «now» }}"\n    do: [{ wait: 1s }]\n'),
  steps(
    'an argument of the wrong type',
    'RB305',
    '  - uses: node.probe\n    with: { node: «"${{ steps.probe.output.healthy }}"» }\n',
  ),
  steps('a step that does not exist', 'RB306', '  - if: steps.«prob».ok\n    wait: 1s\n'),
  steps('a step that comes later', 'RB307', '  - if: steps.«late».ok\n    wait: 1s\n  - id: late\n    wait: 1s\n'),
  steps(
    'a step of another block',
    'RB308',
    '  - do:\n      - id: inner\n        wait: 1s\n  - if: steps.«inner».ok\n    wait: 1s\n',
  ),
  steps(
    'a sibling branch',
    'RB308',
    '  - parallel:\n      a: [{ id: first, wait: 1s }]\n      b: [{ if: steps.«first».ok, wait: 1s }]\n',
  ),
  steps('a step that reads itself', 'RB331', '  - id: me\n    if: steps.«me».ok\n    wait: 1s\n'),
  steps(
    'a block that is not finished',
    'RB331',
    '  - id: block\n    do:\n      - if: steps.«block».ok\n        wait: 1s\n',
  ),
  steps('an id twice', 'RB309', '  - id: «probe»\n    wait: 1s\n'),
  step('an unknown action', 'RB310', '  - uses: «node.prob»\n    with: { node: a }\n'),
  step('an unknown action of an unknown driver', 'RB310', '  - uses: «cluster.explode»\n'),
  step('an unknown runbook', 'RB311', '  - run: «other-one»\n'),
  steps(
    'an output that may be missing',
    'RB312',
    '  - id: maybe\n    if: steps.probe.ok\n    uses: node.probe\n    with: { node: a }\n  - if: «steps.maybe.output.healthy»\n    wait: 1s\n',
  ),
  steps(
    'an output of a case that may not have run',
    'RB312',
    '  - switch:\n      - when: steps.probe.ok\n        do: [{ id: seen, uses: node.probe, with: { node: a } }]\n    outputs: { healthy: "${{ «steps.seen.output.healthy» }}" }\n',
  ),
  steps(
    'an output of a branch that may have failed',
    'RB312',
    '  - parallel:\n      a: [{ id: seen, uses: node.probe, with: { node: a } }]\n    mode: collect\n    outputs: { healthy: "${{ «steps.seen.output.healthy» }}" }\n',
  ),
  steps(
    'an output of what was tried',
    'RB312',
    '  - try:\n      - id: risky\n        uses: node.probe\n        with: { node: a }\n    catch:\n      - do: [{ notify: oncall, message: "${{ «steps.risky.output.healthy» }}" }]\n',
  ),
  steps('a condition that is always true', 'RB313', '  - if: «1 < 2»\n    wait: 1s\n'),
  steps('a condition that is a constant', 'RB313', '  - if: «false»\n    wait: 1s\n'),
  steps('a condition that is true whatever it names', 'RB313', '  - if: «true || steps.probe.ok»\n    wait: 1s\n'),
  steps('a condition that is false whatever it names', 'RB313', '  - if: «false && steps.probe.ok»\n    wait: 1s\n'),
  steps(
    'a part that is the same whatever it names',
    'RB313',
    '  - if: run.id == "x" && («steps.probe.ok || !steps.probe.ok»)\n    wait: 1s\n',
  ),
  steps('a value compared with itself', 'RB313', '  - if: «run.id == run.id» || now > 5\n    wait: 1s\n'),
  steps('a value that differs from itself', 'RB313', '  - if: «run.id != run.id»\n    wait: 1s\n'),
  steps('a size that is at least nothing', 'RB313', '  - if: «size(modes) >= 0»\n    wait: 1s\n'),
  steps('a word that is no status', 'RB333', '  - if: steps.probe.status == «"done"»\n    wait: 1s\n'),
  steps(
    'a word that is no status, among others',
    'RB333',
    '  - if: steps.probe.status in ["failed", «"complete"»]\n    wait: 1s\n',
  ),
  steps('a step after the end', 'RB314', '  - end: effective\n  - «wait»: 1s\n'),
  steps(
    'a step after a switch that always ends',
    'RB314',
    '  - switch: [{ when: steps.probe.ok, do: [{ end: effective }] }]\n    else: [{ fail: nope, message: No. }]\n  - «wait»: 1s\n',
  ),
  steps(
    'a poll without an end',
    'RB315',
    '  - «waitUntil»: node.probe\n    with: { node: a }\n    until: output.healthy\n',
  ),
  step(
    'an approval without a deadline',
    'RB315',
    '  - «approve»: { message: Go?, from: oncall, onDeadline: reject }\n',
  ),
  step('a manual step without a deadline', 'RB315', '  - «manual»: { text: Pull the plug. }\n'),
  steps('a repeat without a bound', 'RB315', '  - «repeat»: [{ wait: 1s }]\n    until: now > 5\n'),
  step(
    'a destroying step that nobody approves',
    'RB316',
    '  - uses: «disk.wipe»\n    with: { node: a }\n    irreversible: true\n',
  ),
  step(
    'a step that cannot be undone',
    'RB317',
    '  - uses: «disk.wipe»\n    with: { node: a }\n    needsApproval: { from: oncall, deadline: 5m, onDeadline: reject }\n',
  ),
  steps(
    'recovered after a change',
    'RB318',
    '  - uses: service.restart\n    with: { target: a }\n  - «end»: recovered\n',
  ),
  mistake('an end inside finally', 'RB319', `${HEAD}steps: [{ wait: 1s }]\nfinally:\n  - «end»: effective\n`),
  top('a matcher of an alert that is no pattern', 'RB320', 'triggers:\n  - alert: { alertname: «"~("» }\n'),
  top('a cron with six fields', 'RB204', 'triggers:\n  - schedule: «0 0 3 * * 1»\n'),
  top('a cron with an hour that no day has', 'RB336', 'triggers:\n  - schedule: «"0 24 * * *"»\n'),
  top('a cron that never fires', 'RB336', 'triggers:\n  - schedule: «"0 3 30 2 *"»\n'),
  top('a time zone that nobody has', 'RB337', 'triggers:\n  - schedule: "0 3 * * *"\n    timezone: «Moon/Tycho»\n'),
  top('a schedule that is a watch', 'RB338', 'triggers:\n  - every: «30s»\n'),
  top('a malformed pattern of an input', 'RB320', 'inputs: { n: { type: string, pattern: «"(a"» } }\n'),
  steps('a malformed pattern in an expression', 'RB320', `  - if: re(run.id, «"(a"»)\n    wait: 1s\n`),
  steps('a function that can hang', 'RB320', `  - if: «run.id.matches("a+")»\n    wait: 1s\n`),
  top('an input that nobody uses', 'RB321', 'inputs: { «n»: { type: string } }\n'),
  step('a retry in a hurry', 'RB322', '  - wait: 1s\n    retry: { attempts: 3, backoff: «100ms» }\n'),
  mistake(
    'a trigger that does not bind',
    'RB323',
    `${HEAD}${NODE}triggers: [{ «verdict»: suspect }]\nsteps:\n${PROBE}`,
  ),
  mistake(
    'a trigger that binds what is not there',
    'RB324',
    `${HEAD}${NODE}triggers: [{ verdict: suspect, bind: { node: a, «nod»: b } }]\nsteps:\n${PROBE}`,
  ),
  mistake(
    'an alert in a trigger of another kind',
    'RB302',
    `${HEAD}${NODE}triggers: [{ verdict: suspect, bind: { node: "\${{ «alert».labels.node }}" } }]\nsteps:\n${PROBE}`,
  ),
  steps(
    'a recheck of a change',
    'RB325',
    '  - id: restart\n    uses: service.restart\n    with: { target: a }\n  - approve: { message: Go?, from: oncall, deadline: 5m, onDeadline: reject, recheck: «restart» }\n',
  ),
  mistake(
    'a default that does not fit',
    'RB326',
    `${HEAD}inputs: { n: { type: int, default: «"a"» } }\nsteps:\n  - set: { a: "\${{ inputs.n }}" }\n`,
  ),
  step(
    'a poll of a change',
    'RB327',
    '  - waitUntil: «service.restart»\n    with: { target: a }\n    until: output.started\n    timeout: 5s\n',
  ),
  step('undoLeft without a return', 'RB330', '  - «undoLeft»: true\n'),
  step(
    'an argument that the action does not take',
    'RB201',
    '  - uses: node.probe\n    with: { node: a, «smaples»: 3 }\n',
  ),
  step('an argument that is missing', 'RB202', '  - «uses»: node.probe\n'),
  step('an argument of the wrong kind', 'RB203', '  - uses: node.probe\n    with: { node: a, samples: «many» }\n'),
  step('an argument out of bounds', 'RB204', '  - uses: node.probe\n    with: { node: a, samples: «0» }\n'),
  step(
    'an argument that is not among the values',
    'RB204',
    '  - uses: node.mark\n    with: { node: a, state: «fialed» }\n',
  ),
  step(
    'an argument that is too long a time',
    'RB335',
    '  - uses: node.pace\n    with: { every: «90071992547409930ms» }\n',
  ),
  step('a timeout that is too long a time', 'RB335', '  - wait: 1s\n    timeout: «90071992547409930ms»\n'),
  step(
    'a poll with a timeout that is too long a time',
    'RB335',
    '  - manual: { text: Go., deadline: «90071992547409930ms» }\n',
  ),
  step('a wait of years', 'RB335', '  - wait: «1000d»\n'),
  step('a deadline of months', 'RB335', '  - manual: { text: Go., deadline: «31d» }\n'),
  top(
    'a window that is longer than the time',
    'RB334',
    'verify: { that: cluster.healthy > 1, within: 10s, stable: «11s» }\n',
  ),
  top('a time that is shorter than the usual window', 'RB334', 'verify: { that: cluster.healthy > 1, within: «4s» }\n'),
  top('limits that exclude each other', 'RB403', 'inputs: { n: { type: int, «min»: 5, max: 1 } }\n'),
]
