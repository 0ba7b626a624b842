// What the profile installs against what Node has: kind, name, length, flags and prototype of every member.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { printed } from './support/open.ts'

const folder = join(import.meta.dirname, 'surface')
const { lines: ofNode }: { readonly lines: readonly string[] } = JSON.parse(readFileSync(join(folder, 'surface.json'), 'utf8'))
/** `absent`: the guest has no such member at all; else it has one of another form. */
const exceptions: readonly { readonly member: string; readonly absent?: true; readonly reason: string }[] = JSON.parse(
  readFileSync(join(folder, 'surface-exceptions.json'), 'utf8'),
)
const patterns = exceptions.map(({ member, absent = false }) => {
  const text = member.replaceAll(/[.*+?^${}()|[\]\\]/g, (char) => (char === '*' ? '.*' : `\\${char}`))
  return { member, absent, pattern: new RegExp(`^${text}$`) }
})
const memberOf = (line: string): string => line.slice(0, line.indexOf(': '))

test.each(['ng', 'bellard'] as const)(
  'W-1 %s: every member has the kind, name, length, flags and prototype that it has in Node 26, but for the listed exceptions',
  async (variant) => {
    const ours = (await printed(readFileSync(join(folder, 'walk.cjs'), 'utf8'), { variant })).join('\n').split('\n')
    const inNode = new Set(ofNode)
    const inGuest = new Set(ours)
    const differing = [...ofNode.filter((line) => !inGuest.has(line)), ...ours.filter((line) => !inNode.has(line))]
    const present = new Set(ours.map(memberOf))
    const excepted = (line: string): boolean =>
      patterns.some(({ pattern, absent }) => pattern.test(memberOf(line)) && !(absent && present.has(memberOf(line))))
    expect(differing.filter((line) => !excepted(line))).toEqual([])
    const members = differing.map(memberOf)
    expect(patterns.filter(({ pattern }) => !members.some((member) => pattern.test(member))).map(({ member }) => member)).toEqual(
      [],
    )
    expect(ours.length).toBeGreaterThan(300)
  },
)
