/** The lab does not do what was asked; the message says why, and what to do instead. */
export class LabRefusal extends Error {
  override readonly name = 'LabRefusal'
}
