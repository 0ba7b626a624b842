// The live page in a real browser: it fills, it moves, and what customers chose cannot become markup.
import { spawnSync } from 'node:child_process'
import puppeteer from 'puppeteer-core'
import { expect, test } from 'vitest'
import { openTestService } from './support/client.ts'

const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0,
)

test('the page shows queues, latency, sandboxes, limits and the last runs, and says when the service has gone', async (context) => {
  if (chromium === undefined) context.skip('needs chromium: not installed')
  const path = spawnSync('sh', ['-c', `command -v ${chromium}`], { encoding: 'utf8' }).stdout.trim()
  await using opened = await openTestService({ limits: { operationMs: 1000 } })
  const { ask } = opened
  await ask('PUT', '/scripts/hung', { body: 'function main() { for (;;); }' })
  await ask('PUT', '/scripts/double', { body: 'function main(n) { return n * 2 }' })
  const browser = await puppeteer.launch({ executablePath: path, args: ['--no-sandbox', '--disable-quic'] })
  try {
    const page = await browser.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    await page.goto(opened.url)
    const cell = (id: string, name: string): Promise<string | undefined> =>
      page.evaluate(
        `Array.from(document.getElementById(${JSON.stringify(id)}).rows, (row) => Array.from(row.cells, (cell) => cell.textContent)).find(([first]) => first === ${JSON.stringify(name)})?.[1]`,
      ) as Promise<string | undefined>
    await expect.poll(() => cell('sandboxes', 'ready')).toBe('4')
    expect(await page.$eval('#state', (element) => element.textContent)).toBe('runs in this process')
    expect(await cell('queues', 'timers')).toMatch(/^\d+$/)

    await ask('POST', '/scripts/hung/runs')
    for (let n = 0; n < 3; n++) await ask('POST', '/scripts/double/runs', { body: String(n) })
    await expect.poll(() => cell('outcomes', 'ERR_LIMIT_OPERATION')).toBe('1')
    await expect.poll(() => cell('outcomes', 'ok')).toBe('3')
    expect(await cell('latest', 'double v1')).toBe('ok')
    const drawn = await page.$eval('#latency', (image) => (image as unknown as { naturalWidth: number }).naturalWidth)
    expect(drawn).toBeGreaterThan(100)
    expect(problems).toEqual([])

    await opened.close()
    await expect.poll(() => page.$eval('#state', (element) => element.textContent)).toBe('the service does not answer')
  } finally {
    await browser.close()
  }
}, 120_000)
