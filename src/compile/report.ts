// How a pass says what is wrong: with the place in the text, and never by throwing.
import { placeOf, spanWithin, type SourceText } from './1-read/source-text.ts'
import type { ScalarTree, Span } from './1-read/tree.ts'
import { diagnostic, type Diagnostic, type DiagnosticCode, type Params } from './diagnostics.ts'

export interface Report {
  (code: DiagnosticCode, at: Span, params?: Params, help?: string): void
  /** The span of a part of a scalar's text. */
  within(scalar: ScalarTree, start: number, end: number): Span
  lineOf(at: Span): number
}

/** Collects into a list. */
export function createReport(source: SourceText, found: Diagnostic[]): Report {
  const report = (code: DiagnosticCode, at: Span, params: Params = {}, help?: string): void => {
    found.push(diagnostic(code, placeOf(source, at), params, help))
  }
  return Object.assign(report, {
    within: (scalar: ScalarTree, start: number, end: number) => spanWithin(source, scalar, start, end),
    lineOf: (at: Span) => placeOf(source, at).line,
  })
}
