// The first pass: bytes → positioned tree. The only file that knows the YAML parser. Bad input is a diagnostic; nothing
// is thrown, whatever the bytes are. Limits and their reasons: decisions/0102.
import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Document,
  type Node,
  type Pair,
  type ParsedNode,
  type YAMLError,
} from 'yaml'
import { diagnostic, type Diagnostic, type DiagnosticCode, type Params } from '../diagnostics.ts'
import { findHazard, type Hazard } from './find-hazards.ts'
import { placeOf, sourceText, type SourceText } from './source-text.ts'
import { entryOf, type Entry, type Span, type Tree } from './tree.ts'

export interface Source {
  readonly path: string
  readonly bytes: Uint8Array
}

export const READ_LIMITS = { fileBytes: 256 * 1024, depth: 32, keysOfMap: 1_000 } as const

export type Read =
  | { readonly ok: true; readonly source: SourceText; readonly tree: Tree }
  | {
      readonly ok: false
      readonly source: SourceText
      readonly errors: readonly Diagnostic[]
      /** What the text says but for what is wrong, so that later passes can tell their mistakes too; null for none. */
      readonly tree: Tree | null
    }

/** Reads the bytes of one YAML file. Fails: RB102–RB118, as a result. */
export function read({ path, bytes }: Source): Read {
  const undecoded = sourceText(path, '')
  if (bytes.length > READ_LIMITS.fileBytes)
    return refuse(undecoded, 'RB102', START, { bytes: bytes.length, limit: READ_LIMITS.fileBytes })
  const text = decode(bytes)
  if (text === null) return refuse(...malformedUtf8(path, bytes))
  const source = sourceText(path, text)
  const hazard = findHazard(text)
  if (hazard !== null) return refuseHazard(source, hazard)
  return parse(source)
}

function refuseHazard(source: SourceText, hazard: Hazard): Read {
  switch (hazard.kind) {
    case 'control':
      return refuse(source, 'RB104', hazard.at, { character: hazard.character })
    case 'depth':
      return refuse(source, 'RB110', hazard.at, { limit: READ_LIMITS.depth })
    case 'flood':
      return refuse(source, 'RB118', hazard.at, { what: hazard.what, limit: hazard.limit })
  }
}

const START: Span = { start: 0, end: 0 }

const refuse = (source: SourceText, code: DiagnosticCode, at: Span, params: Params = {}): Read => ({
  ok: false,
  source,
  errors: [diagnostic(code, placeOf(source, at), params)],
  tree: null,
})

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/** The place of the first bad byte: after the longest good beginning, found by halving. */
function malformedUtf8(path: string, bytes: Uint8Array): [SourceText, DiagnosticCode, Span] {
  const isGood = (length: number): boolean => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true })
      return true
    } catch {
      return false
    }
  }
  let good = 0
  let bad = bytes.length
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isGood(middle)) good = middle
    else bad = middle
  }
  const source = sourceText(path, new TextDecoder().decode(bytes.subarray(0, good)))
  return [source, 'RB103', { start: source.text.length, end: source.text.length }]
}

function parse(source: SourceText): Read {
  let documents: ReturnType<typeof parseAllDocuments>
  try {
    documents = parseAllDocuments(source.text, {
      // The parser's own check is quadratic: 20,000 keys took 9 s. Ours is below.
      uniqueKeys: false,
      strict: true,
      intAsBigInt: true,
      prettyErrors: false,
      logLevel: 'silent',
    })
  } catch (thrown) {
    return refuse(source, 'RB106', START, { why: (thrown as Error).message })
  }
  const document = documents[0] as Document.Parsed | undefined
  if (document === undefined) return refuse(source, 'RB114', START)
  const second = documents[1] as Document.Parsed | undefined
  const complaint = document.errors[0] ?? document.warnings.find(({ code }) => code !== 'TAG_RESOLVE_FAILED')
  if (complaint !== undefined) return refuseComplaint(source, document, complaint)
  const isEmpty = document.contents === null || (isNothing(document.contents) && document.warnings.length === 0)
  if (isEmpty && second === undefined) return refuse(source, 'RB114', START)
  const found: Diagnostic[] = []
  const report = (code: DiagnosticCode, at: Span, params: Params = {}, help?: string): void => {
    if (found.length < MAX_TOLD) found.push(diagnostic(code, placeOf(source, at), params, help))
  }
  if (second !== undefined) report('RB115', spanOf(second.contents as Node | null, second.range[0]))
  const tags = document.warnings.map(({ pos }) => ({ start: pos[0], end: pos[1] }))
  for (const tag of tags) report('RB109', tag, { tag: source.text.slice(tag.start, tag.end) })
  const reading: Reading = { source, tags, report, isLost: false }
  const tree = document.contents === null ? null : toTree(document.contents, 1, reading)
  if (tree !== null && found.length === 0) return { ok: true, source, tree }
  return { ok: false, source, errors: found, tree: reading.isLost ? null : tree }
}

/** A hostile file can hold thousands of one mistake; nobody reads on after a hundred. */
const MAX_TOLD = 100

const isNothing = (node: unknown): boolean => isScalar(node) && node.value === null && node.source === ''

/** One mistake in the syntax makes the parser complain several times: the first is told. */
function refuseComplaint(source: SourceText, document: Document.Parsed, complaint: YAMLError): Read {
  const at = { start: complaint.pos[0], end: Math.max(complaint.pos[1], complaint.pos[0] + 1) }
  switch (complaint.code) {
    case 'TAB_AS_INDENT':
      return refuse(source, 'RB105', at)
    case 'RESOURCE_EXHAUSTION':
      return refuse(source, 'RB110', at, { limit: READ_LIMITS.depth })
    case 'BAD_ALIAS':
      return refuse(source, 'RB108', at, { what: source.text.slice(at.start, at.end) })
    default: {
      const tab = tabIndentBefore(source, at.start)
      if (tab !== null) return refuse(source, 'RB105', tab)
      return document.errors.length > 0
        ? refuse(source, 'RB106', at, { why: complaint.message.replace(/\.$/, '') })
        : refuse(source, 'RB117', at, { message: complaint.message })
    }
  }
}

/** A tab in the indentation of this line or the one before: the parser blames it in many words. */
function tabIndentBefore(source: SourceText, offset: number): Span | null {
  const lineStart = source.text.lastIndexOf('\n', offset - 1) + 1
  for (const start of [lineStart, source.text.lastIndexOf('\n', lineStart - 2) + 1]) {
    const indent = /^[ -]*\t/.exec(source.text.slice(start, start + 200))
    if (indent !== null) return { start: start + indent[0].length - 1, end: start + indent[0].length }
  }
  return null
}

type Report = (code: DiagnosticCode, at: Span, params?: Params, help?: string) => void

function spanOf(node: Node | null | undefined, fallback = 0): Span {
  const range = node?.range
  return range == null ? { start: fallback, end: fallback } : { start: range[0], end: range[1] }
}

/** What making a tree of one text needs to know. */
interface Reading {
  readonly source: SourceText
  /** Tags that the parser does not know; they have been told. */
  readonly tags: readonly Span[]
  readonly report: Report
  /** Too deep or too large: what is left says too little to go on with. */
  isLost: boolean
}

const holeAt = (at: Span): Tree => ({ kind: 'scalar', value: null, at, isHole: true })

function toTree(node: ParsedNode, depth: number, reading: Reading): Tree {
  const { report } = reading
  const at = spanOf(node)
  if (depth > READ_LIMITS.depth) {
    report('RB110', at, { limit: READ_LIMITS.depth })
    reading.isLost = true
    return holeAt(at)
  }
  if (isAlias(node)) {
    report('RB108', at, { what: `*${node.source}` })
    return holeAt(at)
  }
  // An anchor names what stands here: without it, that is still there.
  if (node.anchor !== undefined) report('RB108', at, { what: `&${node.anchor}` })
  if (node.tag !== undefined) {
    const unknown = tagBefore(at, reading)
    if (unknown === undefined) report('RB109', at, { tag: node.tag })
    if (isScalar(node)) return asWritten(unknown, at, reading)
  }
  if (isScalar(node)) return toScalar(node.value, node.source ?? '', at, report)
  if (isSeq(node))
    return { kind: 'list', items: node.items.map((item) => toTree(item as ParsedNode, depth + 1, reading)), at }
  if (isMap(node) && isCollection(node))
    return toMap(node.items as Pair<ParsedNode, ParsedNode | null>[], depth, at, reading)
  report('RB106', at, { why: 'this is neither a text, a list nor a map' })
  return holeAt(at)
}

const tagBefore = (at: Span, { tags, source }: Reading): Span | undefined =>
  tags.find(({ end }) => end <= at.start && source.text.slice(end, at.start).trim() === '')

/** `!steps.probe.ok` is a condition that lacks its quotes: it is judged as the text that was meant. */
function asWritten(tag: Span | undefined, at: Span, { source }: Reading): Tree {
  const written = tag === undefined ? '' : source.text.slice(tag.start, at.end)
  const isMeantAsText = tag !== undefined && /^![^!\n]+$/.test(written)
  return isMeantAsText ? { kind: 'scalar', value: written.trim(), at: { start: tag.start, end: at.end } } : holeAt(at)
}

function toScalar(value: unknown, source: string, at: Span, report: Report): Tree {
  if (typeof value === 'bigint') {
    const number = Number(value)
    if (Number.isSafeInteger(number)) return { kind: 'scalar', value: number, at }
    report('RB112', at, { number: source.slice(0, 40) })
    return holeAt(at)
  }
  if (typeof value === 'number') {
    if (Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)))
      return { kind: 'scalar', value: Object.is(value, -0) ? 0 : value, at }
    report('RB112', at, { number: source.slice(0, 40) })
    return holeAt(at)
  }
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return { kind: 'scalar', value, at }
  report('RB106', at, { why: 'this is neither a text, a number nor a bool' })
  return holeAt(at)
}

const DANGEROUS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

function toMap(pairs: readonly Pair<ParsedNode, ParsedNode | null>[], depth: number, at: Span, reading: Reading): Tree {
  const { report } = reading
  if (pairs.length > READ_LIMITS.keysOfMap) {
    report('RB111', at, { count: pairs.length, limit: READ_LIMITS.keysOfMap })
    reading.isLost = true
    return holeAt(at)
  }
  const entries = new Map<string, Entry>()
  let isPartial = false
  const leaveOut = (code: DiagnosticCode, keyAt: Span, params: Params = {}): void => {
    report(code, keyAt, params)
    isPartial = true
  }
  for (const pair of pairs) {
    const keyAt = spanOf(pair.key, at.start)
    const key = keyOf(pair.key)
    if (key === null) leaveOut('RB116', keyAt)
    else if (key === '<<') leaveOut('RB108', keyAt, { what: '<<' })
    else if (DANGEROUS.has(key)) report('RB113', keyAt, { key })
    else {
      if (pair.key.anchor !== undefined) report('RB108', keyAt, { what: `&${pair.key.anchor}` })
      const value = pair.value === null ? nothingAt(keyAt.end) : toTree(pair.value, depth + 1, reading)
      const first = entries.get(key)
      if (first !== undefined) report('RB107', keyAt, { key })
      entries.set(key, first === undefined ? { key, keyAt, value } : { ...first, value: together(first.value, value) })
    }
  }
  return { kind: 'map', entries: [...entries.values()], at, ...(isPartial ? { isPartial } : {}) }
}

/** What a key that is written twice holds: both lists or maps, so that the mistakes in both are told; else the first. */
function together(first: Tree, second: Tree): Tree {
  if (first.kind === 'list' && second.kind === 'list') return { ...first, items: [...first.items, ...second.items] }
  if (first.kind !== 'map' || second.kind !== 'map') return first
  const isNew = ({ key }: Entry): boolean => entryOf(first, key) === undefined
  return { ...first, entries: [...first.entries, ...second.entries.filter(isNew)] }
}

const nothingAt = (offset: number): Tree => ({ kind: 'scalar', value: null, at: { start: offset, end: offset } })

function keyOf(key: ParsedNode): string | null {
  if (!isScalar(key)) return null
  if (typeof key.value === 'string') return key.value === '' ? null : key.value
  // `on: …`, `1: …`: what was written is the name.
  return key.value === null || key.source === undefined || key.source === '' ? null : key.source
}
