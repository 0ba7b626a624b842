// The example page in Chromium: rules run, endless ones are refused, and a worker that does not answer is ended and replaced.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { noChromium, visit } from './chromium.ts'
import type { Visit } from './chromium.ts'

// A browser starts slowly on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const PROGRAM = join(import.meta.dirname, '../../examples/14-guest-in-a-page/main.ts')

let server: ChildProcess
let visited: Visit
beforeAll(async () => {
  if (noChromium !== undefined) return
  const child = spawn(process.execPath, [PROGRAM, '--serve', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  server = child
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith('open ')) continue
    visited = await visit(line.slice(5))
    break
  }
})
beforeEach((context) => context.skip(noChromium !== undefined, noChromium))
afterAll(async () => {
  await visited?.[Symbol.asyncDispose]()
  server?.kill()
})

const textOf = (id: string): Promise<string> => visited.page.$eval(`#${id}`, (element) => element.textContent)
async function run(script?: string): Promise<readonly string[]> {
  const { page } = visited
  await page.waitForSelector('#run:not([disabled])')
  if (script !== undefined) await page.$eval('#script', (area, text) => Object.assign(area, { value: text }), script)
  await page.click('#run')
  await page.waitForSelector('#run:not([disabled])')
  return [await textOf('state'), await textOf('answer'), await textOf('lines')]
}

test('the rule on the page runs, with a timer of real time, a host function and a console', async () => {
  expect(await run()).toEqual(['done', '250', '[ 40, 210, [length]: 2 ]'])
})

test('an endless loop is refused, and the next rule runs in the same worker', async () => {
  expect(await run('for (;;);')).toEqual(['refused', 'ERR_LIMIT_OPERATION', ''])
  expect(await run('priceOf("chair")')).toEqual(['done', '95', ''])
})

test('a native that asks nothing is refused as well, and the next rule runs in the same worker', async () => {
  const [before] = visited.page.workers()
  expect(await run('Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 9)')).toEqual(['refused', 'ERR_LIMIT_HARD', ''])
  expect(await run('typeof document')).toEqual(['done', 'undefined', ''])
  expect(visited.page.workers()).toEqual([before])
})

test('a worker that hangs itself is ended, and another one serves the page', async () => {
  const [before] = visited.page.workers()
  // It never answers: what the page does about it is what is looked at.
  before?.evaluate('for (;;);').catch(() => {})
  expect(await run('1')).toEqual(['the worker was ended', '', ''])
  expect(await run('typeof document')).toEqual(['done', 'undefined', ''])
  expect(visited.page.workers().some((worker) => worker !== before)).toBe(true)
})

test('the page saw no error', () => {
  expect(visited.problems).toEqual([])
})
