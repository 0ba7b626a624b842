// The guest against recorded Node output.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runProgram } from './support/program.ts'

interface Recorded {
  readonly stdout: string
  /** Absent where Node reported an uncaught error. */
  readonly stderr?: string
  readonly exitCode: number
}
// Each script of test/differential printed the recorded text under the recorded Node; the guest must print the same.
const folder = join(import.meta.dirname, 'differential')
const recorded: { readonly node: string; readonly scripts: Readonly<Record<string, Recorded>> } = JSON.parse(
  readFileSync(join(folder, 'recorded.json'), 'utf8'),
)
const all = Object.entries(recorded.scripts)
/** The second engine runs every fourth script here and all of them in `test:long`. */
const scriptsOf = (variant: 'ng' | 'bellard') =>
  all.filter((_, index) => variant === 'ng' || index % 4 === 0 || process.env.LOOPWRIGHT_LONG === '1')

test('I-3 every script has a recording, and there are at least 200', () => {
  const files = readdirSync(folder).filter((name) => /\.(cjs|mjs)$/.test(name) && name !== 'record.mjs')
  expect(files.toSorted()).toEqual(all.map(([name]) => name).toSorted())
  expect(files.length).toBeGreaterThanOrEqual(200)
})

describe.each(['ng', 'bellard'] as const)('I-3 %s', (variant) => {
  test.each(scriptsOf(variant))('%s prints what Node printed, and ends with its code', async (name, expected) => {
    const printed = await runProgram(variant, name, readFileSync(join(folder, name), 'utf8'))
    expect(printed).toEqual({
      stdout: expected.stdout,
      stderr: expected.stderr ?? printed.stderr,
      exitCode: expected.exitCode,
    })
  })
})
