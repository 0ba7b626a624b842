// The parts of the publish test: the registry starts and ends, and what users must not meet is judged so.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { entriesOf, install, judgeEntry, loadEntries, readInstalled } from '../integration/publish/consumer.ts'
import { openRegistry } from '../integration/publish/registry.ts'

test('the registry answers on loopback, knows nothing of other registries, and is gone after disposal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'))
  try {
    let url = ''
    {
      await using registry = await openRegistry(folder)
      url = registry.url
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
      expect(registry.npmrc).toContain(`@loopwright:registry=${url}`)
      expect((await fetch(`${url}@loopwright%2fcatrate`)).status).toBe(404)
      expect((await fetch(`${url}left-pad`)).status).toBeGreaterThanOrEqual(400)
      const problem = await install(join(folder, 'user'), registry, ['@loopwright/never-published'])
      expect(problem).toContain('404')
    }
    await expect(fetch(`${url}-/ping`)).rejects.toThrow()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  expect(existsSync(folder)).toBe(false)
}, 60_000)

test('an entry that asks for an absent optional peer is no failure, a main entry that does is one', () => {
  const report = { error: "ERR_MODULE_NOT_FOUND: Cannot find package 'pino'", missingPackage: 'pino' }
  expect(judgeEntry('@loopwright/x/sub', false, report, ['pino'])).toBeUndefined()
  expect(judgeEntry('@loopwright/x', true, report, ['pino'])).toContain('pino')
  expect(judgeEntry('@loopwright/x/sub', false, report, ['winston'])).toContain('pino')
  expect(judgeEntry('@loopwright/x/sub', false, undefined, [])).toBe('was not loaded')
})

test('an entry that exports nothing, something undefined, or two copies fails', () => {
  const sound = { names: ['A'], missing: [], differing: [] }
  expect(judgeEntry('x', true, sound, [])).toBeUndefined()
  expect(judgeEntry('x', true, { ...sound, names: [] }, [])).toContain('exports nothing')
  expect(judgeEntry('x', true, { ...sound, missing: ['A'] }, [])).toContain('undefined: A')
  expect(judgeEntry('x', true, { ...sound, differing: ['A'] }, [])).toContain('differ: A')
})

test('entries are loaded in a process of their own, by import and require()', async () => {
  const folder = join(import.meta.dirname, '../integration')
  const manifest = await readInstalled(folder, '@loopwright/catrate')
  expect(entriesOf(manifest)).toEqual(['@loopwright/catrate'])
  const user = mkdtempSync(join(folder, '.build-'))
  try {
    const node = { line: '24', path: process.execPath }
    const reports = await loadEntries(user, node, 'require', ['@loopwright/catrate', '@loopwright/gone'])
    expect(reports).toMatchObject({
      '@loopwright/catrate': { names: expect.arrayContaining(['Limiter']), missing: [], differing: [] },
      '@loopwright/gone': { missingPackage: '@loopwright/gone' },
    })
  } finally {
    rmSync(user, { recursive: true, force: true })
  }
})
