// Programs that try to hang, crash or escape, in bare sandboxes: of each class the first, and all of them in the long run.
import { EventLoop } from '@loopwright/eventloop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Engine } from '../../src/engine/engine.ts'
import { Image } from '../../src/image/image.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { HostileCase } from '../../src/testing/hostile/case.ts'
import { HOSTILE_CASES } from '../../src/testing/hostile/cases.ts'
import { hostileProbe, runHostileCase } from '../../src/testing/hostile/run.ts'
import type { HostileOptions } from '../../src/testing/hostile/run.ts'

const LONG = process.env['LOOPWRIGHT_LONG'] === '1'
const OF_THE_PROFILE =
  /\b(?:set|clear)(?:Timeout|Interval|Immediate)|\b(?:console|process|performance|crypto|queueMicrotask|structuredClone|URL|URLSearchParams|Event|EventTarget|AbortController|AbortSignal|DOMException|TextEncoder|TextDecoder|atob|btoa|global)\b/
const bare = HOSTILE_CASES.filter(
  ({ source, holds = '', later, network }) => later === undefined && network !== true && !OF_THE_PROFILE.test(source + holds),
)

function sample(): readonly HostileCase[] {
  const classes = new Set<string>()
  return bare.filter(({ class: name }) => !classes.has(name) && classes.add(name))
}

describe.each(['ng', 'bellard'] as const)('K-1 bare, %s', (variant) => {
  const loop = new EventLoop()
  let running: Promise<unknown>
  let release: () => void
  let options: HostileOptions

  beforeAll(async () => {
    release = loop.holdOpen()
    running = loop.run()
    const image = await Image.create({ engine: await Engine.load({ variant }), profile: 'bare' })
    const open: HostileOptions['open'] = ({ limits, onError }) => Sandbox.create({ loop, image, limits, onError })
    options = { open, softMs: 60, hardMs: 120, tolerant: true, profile: 'bare' }
  })
  afterAll(async () => {
    release()
    await loop.shutdown()
    await running
  })
  test.each((LONG ? bare : sample()).map((hostile) => [hostile.class, hostile.source, hostile] as const))(
    '%s: %s',
    async (_class, _source, hostile) => {
      const { failures } = await runHostileCase(hostile, options)
      expect(failures).toEqual([])
    },
  )
  test('most cases need no profile, and the sandbox after the last one is untouched', async () => {
    expect(bare.length).toBeGreaterThan(HOSTILE_CASES.length / 2)
    expect(await hostileProbe(options)).toBeUndefined()
  })
})
