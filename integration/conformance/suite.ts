// What a conformance suite declares; `pnpm conformance` runs every file beside this one that exports `suite`.

export interface ConformanceResult {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** One line a failure, the first few; printed to stderr. */
  readonly failures: readonly string[]
  /** A table for people, printed after the row; not with `--json`. */
  readonly table?: readonly string[] | undefined
}

export interface ConformanceOptions {
  /** A checkout of the suite's own sources (test262, WPT), where the suite needs one. */
  readonly checkout: string | undefined
  /** Whether other libraries are compared with; suites that do nothing else are not run without it. */
  readonly peers: boolean
}

export interface ConformanceSuite {
  readonly name: string
  /** It compares us with other libraries. */
  readonly peers?: boolean | undefined
  /** Resolves with the counts, or with the reason why the suite cannot run here. */
  run(options: ConformanceOptions): Promise<ConformanceResult | { readonly notRun: string }>
}
