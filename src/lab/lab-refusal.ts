/** The lab does not do what was asked; the message says why, and what to do instead. */
export class LabRefusal extends Error {
  override readonly name = 'LabRefusal'
  readonly kind: 'refused' | 'not-found'
  constructor(message: string, kind: 'refused' | 'not-found' = 'refused') {
    super(message)
    this.kind = kind
  }
}
