// The guest against recorded Node output.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openSandbox } from './support/open.ts'

// Each script of test/differential printed the recorded text under the recorded Node; the guest must print the same.
const folder = join(import.meta.dirname, 'differential')
const recorded: {
  readonly node: string
  readonly scripts: Readonly<Record<string, { readonly stdout: string; readonly exitCode: number }>>
} = JSON.parse(readFileSync(join(folder, 'recorded.json'), 'utf8'))

describe.each(['ng', 'bellard'] as const)('I-3 %s', (variant) => {
  test.each(Object.entries(recorded.scripts))(
    '%s prints what Node printed, and ends with its code',
    async (name, { stdout, exitCode }) => {
      let output = ''
      const { sandbox, loop } = await openSandbox({
        variant,
        lifecycle: 'program',
        console: {
          write: (stream, text) => {
            if (stream === 'stdout') output += text
          },
        },
      })
      sandbox.run(readFileSync(join(folder, name), 'utf8'), { name, module: name.endsWith('.mjs') }).catch(() => {})
      await loop.run()
      sandbox.close()
      expect(output).toBe(stdout)
      expect((await sandbox.exited).exitCode).toBe(exitCode)
    },
  )
})
