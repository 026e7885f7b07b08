import type { JsonSchema } from '../../../plan/manifest.ts'
import { closed, count, DURATION, ID, oneOf, TEXT, TEXT_OR_TEXTS } from '../../../schema/literals.ts'
import type { ApprovalAst } from '../ast.ts'
import type { Fields } from '../fields.ts'
import { textValue, type StepShape } from '../step-shape.ts'

const APPROVAL_KEYS = {
  message: TEXT,
  from: TEXT_OR_TEXTS,
  quorum: count(1, 20),
  deadline: DURATION,
  onDeadline: { ...oneOf('reject', 'escalate'), 'x-says': '`reject` or `escalate`; silence never approves' },
}

/** `needsApproval` of any step: the same, with a message of its own. */
export const NEEDS_APPROVAL: JsonSchema = closed(APPROVAL_KEYS, ['from', 'onDeadline'])

export const approve: StepShape = {
  key: 'approve',
  summary: 'Waits for the word of people; silence never approves.',
  properties: { approve: closed({ ...APPROVAL_KEYS, recheck: ID }, ['message', 'from', 'onDeadline']) },
  shape: (fields) => {
    const approval = approvalFrom(fields.inside('approve'))
    return { part: { kind: 'approve', ...approval, message: approval.message ?? textValue('', fields) } }
  },
}

export function approvalFrom(fields: Fields | null): ApprovalAst {
  return {
    message: fields?.value('message') ?? null,
    from: fields?.texts('from') ?? [],
    quorum: fields?.number('quorum') ?? 1,
    deadlineMs: fields?.ms('deadline') ?? null,
    onDeadline: fields?.choice('onDeadline', ['reject', 'escalate']) ?? null,
    recheck: fields?.has('recheck') === true ? fields.named('recheck') : null,
  }
}
