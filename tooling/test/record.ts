// What one suite's run came to, and how records add up to the closing line.

export interface Failure {
  readonly name: string
  readonly text: string
}

export interface NotRun {
  readonly name: string
  readonly reason: string
}

export interface SuiteRecord {
  readonly passed: number
  readonly failed: number
  readonly failures: readonly Failure[]
  readonly notRun: readonly NotRun[]
}

/** What a suite that could not even report counts as: one failure, so that a crash is never a pass. */
export function crashed(name: string, text: string): SuiteRecord {
  return { passed: 0, failed: 1, failures: [{ name, text }], notRun: [] }
}

/** A service whose absence fails a run with CI_REQUIRE=1. Tests name it as `needs SERVICE: why` when they skip. */
const REQUIRED_SERVICES = ['postgresql', 'mariadb', 'redis'] as const

/** Turns what was not run for want of a required service into failures. */
export function requireServices(record: SuiteRecord): SuiteRecord {
  const missing = record.notRun.filter(({ reason }) => REQUIRED_SERVICES.some((service) => reason.startsWith(`needs ${service}`)))
  return {
    passed: record.passed,
    failed: record.failed + missing.length,
    failures: [
      ...record.failures,
      ...missing.map(({ name, reason }) => ({ name, text: `required here, but not run: ${reason}` })),
    ],
    notRun: record.notRun.filter((entry) => !missing.includes(entry)),
  }
}

/** The one plain line that every runner of this repository ends with. */
export function totalsLine(records: readonly SuiteRecord[]): string {
  const sum = (pick: (record: SuiteRecord) => number): number => records.reduce((total, record) => total + pick(record), 0)
  return `${sum((record) => record.passed)} passed, ${sum((record) => record.failed)} failed`
}

/** Not-run entries with one reason are one line: the reason matters, not forty test names. */
export function notRunLines(suite: string, record: SuiteRecord): string[] {
  const byReason = new Map<string, string[]>()
  for (const { name, reason } of record.notRun) byReason.set(reason, [...(byReason.get(reason) ?? []), name])
  return [...byReason].map(
    ([reason, names]) => `not run: ${suite}: ${reason} (${names.length === 1 ? names[0] : `${names.length} tests`})`,
  )
}
