// Every message that the author of a YAML file can get, as data: the code, what it says, what it means, what to do.
// `phix explain CODE` and the docs are made from this list. Diagnostics are returned in lists, never thrown.
// RB1xx: the text · RB2xx: the shape · RB3xx: the meaning · RB4xx: inventory, settings and folders.

export type Severity = 'error' | 'warning'

/** A place in a file: lines and columns count from 1, in UTF-16 units; the end is exclusive. */
export interface Place {
  readonly path: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

export interface Diagnostic {
  readonly code: DiagnosticCode
  readonly severity: Severity
  readonly message: string
  readonly at: Place
  /** What to do about it. */
  readonly help: string | null
}

export interface CatalogueEntry {
  readonly severity: Severity
  /** `{name}` is replaced by the parameter of that name. */
  readonly message: string
  readonly explanation: string
  /** The help where the place of the mistake has none of its own. */
  readonly hint: string | null
  /** What `phix explain` says to do; mostly the hint. */
  readonly todo: string
}

const error = (message: string, explanation: string, hint: string): CatalogueEntry => ({
  severity: 'error',
  message,
  explanation,
  hint,
  todo: hint,
})
/** A mistake whose help depends on its place: there is something to do in general, and no hint that would fit all. */
const errorOfPlace = (message: string, explanation: string, todo: string): CatalogueEntry => ({
  ...error(message, explanation, todo),
  hint: null,
})
const warning = (message: string, explanation: string, hint: string): CatalogueEntry => ({
  ...error(message, explanation, hint),
  severity: 'warning',
})

export const CATALOGUE = {
  RB101: error(
    'the file cannot be read: {why}',
    'The path is a directory, is missing, or this user may not read it.',
    'name a file that this user can read',
  ),
  RB102: error(
    'the file is {bytes} bytes long; the limit is {limit}',
    'A runbook, an inventory or a settings file is written by hand; one of more than 256 KiB is most likely something else.',
    'split it into several files',
  ),
  RB103: error(
    'the file is not UTF-8',
    'The bytes at this place are not valid UTF-8. Another encoding would make names differ that look the same.',
    'save it as UTF-8',
  ),
  RB104: error(
    'control character {character}',
    'NUL and other control characters have no place in YAML; they can hide text in a terminal.',
    'remove it',
  ),
  RB105: error(
    'a tab is used for indentation',
    'YAML indents by spaces only; how wide a tab is cannot be known.',
    'replace the tab by spaces',
  ),
  RB106: error(
    'the YAML is malformed: {why}',
    'The text cannot be read as YAML at this place.',
    'quote texts that hold `: ` or ` #`; indent by spaces, the same for each key of a map',
  ),
  RB107: error(
    'the key `{key}` is written twice in this map',
    'YAML would keep only one of the two, silently.',
    'remove one of them',
  ),
  RB108: error(
    'an alias, anchor or merge key is used: {what}',
    'Aliases and merges make a reader look in two places and can make a small file enormous. Phix does not follow them.',
    'write the value out',
  ),
  RB109: error(
    'the tag `{tag}` is used',
    'Tags ask for types of a programming language. A condition that begins with `!` is read as a tag when it is not quoted.',
    'remove the tag; quote a text that begins with `!`',
  ),
  RB110: error(
    'nested deeper than {limit} levels',
    'Nothing that Phix reads needs that depth; hostile files do.',
    'flatten it, or move a part into a runbook of its own',
  ),
  RB111: error(
    'a map of {count} keys; the limit is {limit}',
    'A flood of keys costs time and memory and means nothing that Phix knows.',
    'use a list, or move a part into a file of its own',
  ),
  RB112: error(
    'the number {number} cannot be held exactly',
    'Numbers are doubles, whole numbers are exact up to 2^53 (9007199254740992). Beyond that another number would be used.',
    'quote it if it is a text',
  ),
  RB113: error(
    'the key `{key}` is not allowed',
    'The names `__proto__`, `constructor` and `prototype` reach into the machinery of JavaScript.',
    'choose another name',
  ),
  RB114: error(
    'the file holds nothing',
    'An empty file, or one with comments only, says nothing that could be done.',
    'a runbook begins with `runbook: its-name`',
  ),
  RB115: error(
    'a second document begins here',
    'One file is one document: of two it would not be clear which one counts.',
    'move it into a file of its own',
  ),
  RB116: error(
    'a key must be a plain text',
    'Lists, maps, numbers and nothing at all cannot be keys here.',
    'write a name before the `:`',
  ),
  RB117: error('{message}', 'The YAML reader warns about this place; warnings are mistakes here.', 'mend this place'),
  RB118: error(
    'more than {limit} {what}',
    'Nobody writes so much by hand; a file like that only costs time to read.',
    'split the file, or break the line',
  ),

  RB201: errorOfPlace(
    'unknown key `{key}` in {where}',
    'A key that is not known would have no effect, silently.',
    'write the key that was meant; the message lists those that are known',
  ),
  RB202: errorOfPlace(
    'the key `{key}` is missing in {where}',
    'Without it, it is not said what is to happen.',
    'add the key',
  ),
  RB203: errorOfPlace(
    '`{key}` must be {expected}, this is {found}',
    'The value is of another type than the key takes.',
    'write a value of the type that the message names',
  ),
  RB204: errorOfPlace(
    '`{key}` is {found}, it must be {expected}',
    'The value is outside of what the key allows.',
    'write one of the values that the message names',
  ),
  RB205: errorOfPlace(
    'this step does nothing that is known',
    'What a step does is said by one of its keys, for instance `uses`, `waitUntil` or `do`.',
    'give the step one of those keys',
  ),
  RB206: error(
    'this wants to be two things: `{first}` and `{second}`',
    'A step or a trigger is of one kind; which of the two is meant cannot be known.',
    'make two of it',
  ),
  RB207: error(
    '`{{` is written where an expression is expected already',
    '`if`, `until`, `that`, `when`, `condition` and `key` are expressions by themselves; `${{ }}` belongs into values only.',
    'write the bare expression',
  ),
  RB208: error('`${{` is not closed', 'A `${{` begins an expression, which ends with `}}`.', 'add `}}`'),
  RB209: error(
    'the runbook cannot be named `{name}`',
    'The name becomes the type of a Temporal workflow. Some names mean something there already.',
    'choose another name',
  ),
  RB210: error(
    '`{key}` in {where} must be {expected}',
    'Names of inputs, values and branches are written in expressions and in the paths of steps.',
    'write `_` for what is neither a letter nor a digit',
  ),

  RB301: error(
    'the expression is malformed: {why}',
    'The expression cannot be read as CEL at this place.',
    'conditions are CEL: `&&`, `||`, `!`, `==`, and texts in quotes',
  ),
  RB302: errorOfPlace(
    '`{name}` is not known here',
    'An expression knows a closed list of roots at each place.',
    'use one of the names that the message lists',
  ),
  RB303: errorOfPlace(
    '`{of}` has no `{name}`',
    'A field that is not declared would have no value when the run gets there.',
    'use one of the fields that the message lists',
  ),
  RB304: error(
    'the types do not fit: {why}',
    'The operation is not defined for the types that stand here.',
    'compare values of one type; `string(x)` and `double(x)` convert',
  ),
  RB305: errorOfPlace(
    '{where} must be {expected}, this is {found}',
    'The value of the expression is of another type.',
    'use an expression of the type that the message names, or convert it: `string(x)`, `double(x)`',
  ),
  RB306: errorOfPlace(
    'no step is called `{id}`',
    'Only steps that carry an `id` can be referred to.',
    'write the `id` of a step, or give that step one',
  ),
  RB307: error(
    'the step `{id}` comes later, at line {line}',
    'A step can be referred to only by steps that come after it: before, it has no output.',
    'move one of the two',
  ),
  RB308: error(
    'the step `{id}` is inside another block and cannot be seen from here',
    'A block keeps its names to itself, because it may be skipped or run several times, or beside this one.',
    'declare `outputs` on the block and use those',
  ),
  RB309: error(
    'the id `{id}` is used twice, first at line {line}',
    'Ids are unique in a runbook: gates, records and references name steps by them.',
    'give one of them another id',
  ),
  RB310: error('no action is called `{name}`', 'The catalogue has no such action.', '`phix docs` lists the actions'),
  RB311: error(
    'no runbook is called `{name}`',
    'A child run needs a runbook of this name beside this one.',
    'put it into the same folder',
  ),
  RB312: error(
    'the output of `{id}` may be missing here',
    'The step may have been skipped or may have failed, and then it has no output.',
    'read it only where `steps.X.ok` holds',
  ),
  RB313: error(
    'the condition is always {value}',
    'It names nothing that could change, or it goes the same way whatever that is, so it decides nothing.',
    'remove it, or name what it depends on',
  ),
  RB314: error(
    'nothing gets here: `{by}` at line {line} ends it before',
    'A step after an unconditional `end` or `fail` never runs.',
    'remove it, or give the ending an `if`',
  ),
  RB315: errorOfPlace(
    '{what} has no `{key}`: it could wait for ever',
    'Every wait ends: somebody must hear of it when nothing happens.',
    'add the key, with a duration or a count',
  ),
  RB316: error(
    '`{action}` destroys and nobody is asked before',
    'An action that destroys what cannot be made again needs a person.',
    'put an `approve` step before it, or add `needsApproval`',
  ),
  RB317: error(
    '`{action}` cannot be undone, and the step does not say that this is accepted',
    'A later failure would leave its change in the world.',
    'add `irreversible: true` to the step',
  ),
  RB318: error(
    '`end: recovered` comes after `{id}`, which may have changed something',
    '`recovered` claims that nothing had to be done, so that no check follows. After a change only `verify` may decide.',
    'use `end: effective`; `verify` then decides',
  ),
  RB319: error(
    '`end` is not allowed in {where}',
    '`finally` always runs to its end; ending the run there would hide how it really ended.',
    'move it before the `finally`',
  ),
  RB320: error(
    'this pattern cannot be used: {why}',
    'Patterns are RE2, which has no exponential case: no back references, no look-around.',
    'use `re(text, "pattern")` with a pattern of RE2',
  ),
  RB321: warning(
    'the input `{name}` is never used',
    'Nobody who gives it has any effect; most likely an expression names another one.',
    'use it or remove it',
  ),
  RB322: warning(
    'a backoff of {ms} ms is shorter than a second',
    'A target that fails is seldom well again within a second; such retries add load when it hurts most.',
    'use at least `1s`',
  ),
  RB323: errorOfPlace(
    'the trigger does not bind the input `{name}`',
    'A run that it starts would miss a required input.',
    'bind it, or give the input a default',
  ),
  RB324: errorOfPlace(
    'no input is called `{name}`',
    'Only declared inputs can be given.',
    'use an input that is declared under `inputs`, or declare it',
  ),
  RB325: error(
    '`recheck` names `{id}`, which is no reading step',
    'After a decision the read is done again; a change is not.',
    'name a step that reads',
  ),
  RB326: error(
    'the default does not fit the input: {why}',
    'A run without this input would be refused.',
    'mend the default or the limits',
  ),
  RB327: error(
    '`{action}` is a {effect}; only a read can be polled',
    'Polling a change would do it again and again.',
    'do the change in a step before, and poll a read',
  ),
  RB328: error('the runbooks call each other: {chain}', 'A run inside itself has no end.', 'break the circle'),
  RB329: error(
    'the plan is {bytes} bytes long; the limit is {limit}',
    'The plan travels as one message.',
    'move a part into a runbook of its own and `run` it',
  ),
  RB330: error(
    '`undoLeft` needs the trigger `returned`',
    'What an earlier run left is given only to a run that is started because its target is back.',
    'add `- returned: true` to `triggers`',
  ),
  RB331: error(
    'the step `{id}` is not finished here',
    'A step cannot read its own result, and a step inside a block cannot read the result of that block.',
    'read it in a step that comes after',
  ),

  RB332: error(
    'the expression costs too much: {why}',
    'Expressions are evaluated again and again; each must be done in about a millisecond.',
    'split it with a `set` step',
  ),
  RB333: error(
    'no step ever has the status `{status}`',
    'The status of a step is a word of a closed list; a comparison with another word always has the same result.',
    'use one of: waiting, running, completed, failed, skipped, cancelled, undone',
  ),
  RB334: error(
    '`stable` is {stable}, longer than `within`, which is {within}',
    'The conditions must hold for the whole `stable` window, and that window must end inside `within`: this can never be.',
    'make `within` longer, or `stable` shorter',
  ),
  RB335: error(
    '`{key}` is {found}, longer than {limit}',
    'A run that waits for longer than 30 days waits for ever as far as people are concerned; nobody remembers it.',
    'write a shorter duration; what comes after weeks is a runbook of its own, with a `schedule`',
  ),
  RB336: error(
    '`{cron}` is no cron: {why}',
    'Five fields: minute, hour, day of the month, month, day of the week (0 is Sunday). Each is a number, `*`, a range `1-5`, a step `*/15`, or a list of these.',
    'such as `0 3 * * 1`: at three on Mondays',
  ),
  RB337: error(
    'there is no time zone `{zone}`',
    'A schedule is in the local time of a zone of the IANA database, summer time included.',
    'such as `Europe/Berlin`, or leave it out for UTC',
  ),
  RB338: error(
    '`every: {found}` is more often than once a minute',
    'A run that is started by the clock so often is a watch, and would fill the journal.',
    'use a `condition`, or at least `1m`',
  ),

  RB401: errorOfPlace(
    '{what} `{name}` is named twice, first at line {line}',
    'A name means one thing, else the wrong target is touched.',
    'give one of the two another name',
  ),
  RB402: errorOfPlace(
    'no {what} is called `{name}`',
    'A name that means nothing is a node that is not healed, or a person who is not told.',
    'name one that the inventory has, or add it',
  ),
  RB403: error('{key} `{low}` is above {other} `{high}`', 'The two limits exclude each other.', 'swap them'),
  RB404: error(
    'the runbook `{name}` is also in {other}',
    'Two files with one name: which one runs would depend on the order of files.',
    'rename one of them',
  ),
  RB405: warning(
    'the file is gone: `{name}` is not started any more',
    'Runs that are open finish on the plan they were started with.',
    'restore the file if that was not meant',
  ),
  RB406: warning(
    'the last good version of `{name}` stays in use',
    'The file has mistakes; starts go on with the plan that was compiled before them.',
    'mend the file',
  ),
  RB407: warning(
    'the last good plans cannot be kept: {why}',
    'They are kept in memory; after a restart beside a broken file its runbook would be missing.',
    'make the data folder writable',
  ),
  RB408: warning(
    'the last good version of this file stays in use',
    'The file has mistakes; what was read before them goes on.',
    'mend the file',
  ),
  RB409: errorOfPlace(
    'no degraded mode is called `{name}`',
    'An adaptation for a mode that nobody can enter would never begin.',
    'name a mode of the same cluster, or add it to `modes`',
  ),
  RB410: warning(
    '`{key}` makes the cluster less safe while this stands: {why}',
    'An emergency value that allows more is meant for the hour in which most is broken.',
    'keep it if that is meant; the change is written to the journal and shown by `phix status`',
  ),
} as const satisfies Readonly<Record<string, CatalogueEntry>>

export type DiagnosticCode = keyof typeof CATALOGUE

export const isDiagnosticCode = (code: string): code is DiagnosticCode => Object.hasOwn(CATALOGUE, code)

/** What an author gets from `phix explain CODE`; null for a code that does not exist. */
export function explain(code: string): string | null {
  if (!isDiagnosticCode(code)) return null
  const { severity, message, explanation, todo } = CATALOGUE[code] as CatalogueEntry
  return `${code} (${severity}): ${message}\n\n${explanation}\n\nWhat to do: ${todo}.\n`
}

export type Params = Readonly<Record<string, string | number>>

/** Writes one diagnostic from the catalogue. `help` replaces the catalogue's hint. */
export function diagnostic(code: DiagnosticCode, at: Place, params: Params = {}, help?: string): Diagnostic {
  const entry: CatalogueEntry = CATALOGUE[code]
  const message = entry.message.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))
  return { code, severity: entry.severity, message: oneLine(message), at, help: help ?? entry.hint }
}

const MAX_MESSAGE = 400
const oneLine = (text: string): string => {
  // What a hostile file puts into a message must not reach a terminal as a control sequence.
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ')
  return clean.length > MAX_MESSAGE ? `${clean.slice(0, MAX_MESSAGE)}…` : clean
}

/** In the order of the text; at one place the more severe comes first. */
export const inOrder = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  [...diagnostics].sort(
    (a, b) =>
      (a.at.path < b.at.path ? -1 : a.at.path > b.at.path ? 1 : 0) ||
      a.at.line - b.at.line ||
      a.at.column - b.at.column ||
      (a.code < b.code ? -1 : a.code > b.code ? 1 : 0),
  )
