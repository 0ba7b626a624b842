// Counts what passed, prints what failed when it fails, and closes with the totals line.

export class Tally {
  #passed = 0
  #failed = 0
  readonly #notRun: string[] = []

  /** Counts one expectation; `problem` tells why it does not hold, `undefined` that it does. */
  record(name: string, problem: string | undefined): void {
    if (problem === undefined) {
      this.#passed++
      return
    }
    this.#failed++
    console.log(`FAILED  ${name}`)
    for (const line of problem.split('\n')) console.log(`        ${line}`)
  }

  notRun(name: string, reason: string): void {
    this.#notRun.push(`not run: ${name}: ${reason}`)
  }

  /** Takes over what another one counted. */
  add(other: Tally): void {
    this.#passed += other.#passed
    this.#failed += other.#failed
    this.#notRun.push(...other.#notRun)
  }

  get failed(): number {
    return this.#failed
  }

  /** Prints the reasons of what did not run, then `N passed, N failed` alone on its line. */
  close(): void {
    for (const line of this.#notRun) console.log(line)
    console.log(`${this.#passed} passed, ${this.#failed} failed`)
  }
}
