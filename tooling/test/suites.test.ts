// What runs on every Node line is named by parts of paths: a part that matches nothing would run nothing, in silence.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { discoverSuites, hasFiles } from './suites.ts'

const suites = discoverSuites(join(import.meta.dirname, '../..'))

test('every package runs on every Node line as a whole, tooling on none but its own', () => {
  const portable = (inPackages: boolean): readonly unknown[] =>
    suites.filter(({ root }) => root.includes('/packages/') === inPackages).map((suite) => suite.portable)
  expect(new Set(portable(true))).toEqual(new Set(['all']))
  expect(suites.find(({ name }) => name === 'tooling')?.portable).toEqual([])
})

test('the suites that take longest begin first', () => {
  expect(suites.slice(0, 3).map(({ name }) => name)).toEqual(['js-adapter', 'js-adapter (real time)', 'sql-export'])
})

test('each named part of integration has test files', () => {
  const integration = suites.find(({ name }) => name === 'integration')
  if (integration === undefined || integration.portable === 'all') throw new Error('integration names its portable files')
  const files = globSync('*/**/*.test.ts', { cwd: integration.root, exclude: (name) => name === 'node_modules' })
  for (const part of integration.portable) expect(files.filter((file) => file.includes(part))).not.toEqual([])
  expect(integration.portable.length).toBeGreaterThan(0)
})

test('files are looked for by a part of their path, real-time ones in their own suite', () => {
  const withFiles = (...parts: readonly string[]): readonly string[] =>
    suites.filter((suite) => hasFiles(suite, parts)).map(({ name }) => name)
  expect(withFiles('resume-kill')).toEqual(['sql-export'])
  expect(withFiles('ingress-volume', 'audit-model')).toEqual(['eventloop (real time)', 'logiface'])
  expect(withFiles('no such file')).toEqual([])
})
