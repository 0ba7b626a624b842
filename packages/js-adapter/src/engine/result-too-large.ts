// Thrown inside the package when an exported result is larger than allowed.

export class ResultTooLarge {
  /** What was seen of it; `undefined`: the walk of the value ended early. */
  readonly bytes: number | undefined
  readonly byNodes: boolean
  constructor(bytes: number | undefined, byNodes = false) {
    this.bytes = bytes
    this.byNodes = byNodes
  }
}
