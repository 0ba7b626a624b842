// Set up before each test file: one seed for property tests, so that a run that gates a change can be repeated.
import * as fc from 'fast-check'

// `pnpm test:long` draws a new seed each time: that is where unknown counterexamples are looked for. A failure names its seed.
if (process.env['LOOPWRIGHT_LONG'] !== '1') {
  const seed = Number(process.env['LOOPWRIGHT_SEED'] ?? 20_261_122)
  if (!Number.isInteger(seed)) throw new TypeError(`LOOPWRIGHT_SEED must be an integer, got "${process.env['LOOPWRIGHT_SEED']}"`)
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
}
