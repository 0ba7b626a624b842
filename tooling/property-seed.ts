// Set up before each test file: one seed for property tests, so that a run that gates a change can be repeated, and the time that a long run may take.
import * as fc from 'fast-check'
import { expect } from 'vitest'

// `pnpm test:long` draws a new seed each time: that is where unknown counterexamples are looked for. A failure names its seed.
if (process.env['LOOPWRIGHT_LONG'] === '1') {
  const minutes = process.env['LOOPWRIGHT_LONG_MINUTES']
  if (minutes !== undefined) endAfter(Number(minutes))
} else {
  const seed = Number(process.env['LOOPWRIGHT_SEED'] ?? 20_261_122)
  if (!Number.isInteger(seed)) throw new TypeError(`LOOPWRIGHT_SEED must be an integer, got "${process.env['LOOPWRIGHT_SEED']}"`)
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
}

/** A property whose time is up has passed with the runs it had, and says how many: one that looked at little must not be taken for one that looked at all. */
function endAfter(minutes: number): void {
  if (!(minutes > 0))
    throw new TypeError(`LOOPWRIGHT_LONG_MINUTES must be above 0, got "${process.env['LOOPWRIGHT_LONG_MINUTES']}"`)
  fc.configureGlobal({
    ...fc.readConfigureGlobal(),
    interruptAfterTimeLimit: minutes * 60_000,
    markInterruptAsFailure: false,
    reporter(details) {
      if (details.failed) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance })
      if (!details.interrupted) return
      const { numRuns, seed } = details
      const name = expect.getState().currentTestName ?? 'a property'
      process.stderr.write(
        `long: ${name}: ${numRuns} of ${details.runConfiguration.numRuns} runs in ${minutes} min, seed ${seed}\n`,
      )
    },
  })
}
