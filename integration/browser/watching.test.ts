// The loop on virtual time, logs, metrics and rates in Chromium: what they do there is what they do in Node.
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { bundlePage, noChromium, openPage } from './chromium.ts'
import type { OpenPage } from './chromium.ts'
import * as watching from './page/watching.ts'

// A browser starts slowly on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** As DevTools carries it. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

let opened: OpenPage
beforeAll(async () => {
  if (noChromium === undefined)
    opened = await openPage(
      await bundlePage(join(import.meta.dirname, 'page'), ['watching-main.ts']),
      'watching-main.js',
      "default-src 'self'; img-src data:",
    )
})
beforeEach((context) => context.skip(noChromium !== undefined, noChromium))
afterAll(() => opened?.[Symbol.asyncDispose]())

test('ten days of a loop on virtual time are the same in a page as in Node', async () => {
  const seen = (await opened.ask('virtualLoop')) as { readonly seen: readonly string[]; readonly beats: number }
  expect(seen.beats).toBe(14_400)
  expect(seen.seen.at(-1)).toBe('864000000 ten days')
  expect(seen).toEqual(asJson(await watching.virtualLoop()))
})

test('ten thousand timers, each a visit of its own, fire in a page', async () => {
  expect(await opened.ask('visits')).toBe(10_000)
})

test('descriptors, and hosts that need Node, are refused by a code', async () => {
  expect(await opened.ask('loopRefusals')).toEqual([
    true,
    'ERR_READINESS_UNSUPPORTED',
    'ERR_HOST_UNSUPPORTED',
    'ERR_HOST_UNSUPPORTED',
  ])
})

test('lines of the own writer are those of Node: fields, bytes, levels, redaction, limits, errors, losses', async () => {
  const seen = (await opened.ask('logs')) as { readonly lines: readonly string[] }
  expect(seen).toMatchObject({ written: 6, dropped: 1, errors: ['ERR_LOG_WRITE'] })
  expect(seen.lines[0]).toContain('"user":"ä€😀"')
  expect(seen.lines.join()).not.toMatch(/MARK|"x"/)
  expect(seen).toEqual(asJson(await watching.logs()))
})

test('without a process fatal() throws, and a logger without a sink is refused', async () => {
  expect(await opened.ask('logRefusals')).toEqual([[true, 'ERR_LOG_OPTION'], [true, 'ERR_LOG_PANIC'], 1])
})

test('metrics of a loop, their text for Prometheus and their table are those of Node', async () => {
  const seen = (await opened.ask('metrics')) as { readonly text: string }
  expect(seen.text).toContain('app_wait_seconds_count{queue="a \\"quoted\\" one"} 1000')
  expect(seen).toEqual(asJson(await watching.metrics()))
})

test('rates admit and refuse as in Node', async () => {
  expect(await opened.ask('rates')).toEqual(asJson(await watching.rates()))
})

test('the page saw no error', () => {
  expect(opened.problems).toEqual([])
})
