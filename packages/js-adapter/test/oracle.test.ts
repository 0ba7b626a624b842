// The oracle's twenty themes: what a fixture prints in Node 26 it prints in the guest.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DIFFERENCES } from './oracle/differences.ts'
import { THEMES, themesOnDisk } from './oracle/fixture.ts'
import type { Printed, Theme } from './oracle/fixture.ts'
import { runInGuest } from './oracle/guest.ts'
import { runInNode } from './oracle/node.ts'

const recorded: { readonly node: string; readonly themes: Readonly<Record<Theme, Printed>> } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'oracle/recorded.json'), 'utf8'),
)

test('there are twenty themes, and each has a fixture and a recording', () => {
  expect(THEMES).toHaveLength(20)
  expect(themesOnDisk().toSorted()).toEqual(THEMES.toSorted())
  expect(Object.keys(recorded.themes).toSorted()).toEqual(THEMES.toSorted())
  for (const theme of THEMES) expect(recorded.themes[theme].stdout.split('\n').length, theme).toBeGreaterThan(15)
})

/** What the guest must print: Node's lines, with each named difference in place of the line that it speaks of. */
function expectedIn(variant: 'ng' | 'bellard', theme: Theme): Printed {
  const { stdout, stderr, exitCode } = recorded.themes[theme]
  const lines = stdout.split('\n')
  for (const difference of DIFFERENCES) {
    if (difference.theme !== theme || (difference.variant ?? variant) !== variant) continue
    const index = lines.indexOf(difference.node)
    if (index < 0) throw new Error(`Node prints no line "${difference.node}" in ${theme}`)
    if (difference.guest === difference.node) throw new Error(`no difference: "${difference.node}"`)
    lines[index] = difference.guest
  }
  return { stdout: lines.join('\n'), stderr, exitCode }
}

describe.each(['ng', 'bellard'] as const)('I-3 %s', (variant) => {
  test.each(THEMES)('%s: the guest prints what Node printed', async (theme) => {
    expect(await runInGuest(variant, theme)).toEqual(expectedIn(variant, theme))
  })
})

test('every difference says why', () => {
  for (const { reason, node } of DIFFERENCES) expect(reason.length, node).toBeGreaterThan(20)
})

describe('in the Node that runs this', () => {
  test.for(THEMES)('%s is recorded as it prints it', (theme, context) => {
    if (!process.version.startsWith('v26.')) context.skip(`the recordings are of Node 26, this is ${process.versions.node}`)
    expect(runInNode(process.execPath, theme)).toEqual(recorded.themes[theme])
  })
})
