// The import check on trees with one seeded defect each.
import { expect, test } from 'vitest'
import { describeFinding } from './finding.ts'
import { cyclesOf } from './import-graph.ts'
import { importsCheck } from './imports.ts'
import { manifest, seedTree } from './seeded-tree.ts'

async function findingsIn(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  using tree = seedTree(files)
  return (await importsCheck.run(tree.root)).map(describeFinding)
}

const catrate = { 'packages/catrate/package.json': manifest('catrate'), 'packages/catrate/src/index.ts': 'export const a = 1\n' }

test('a sound tree has no finding', async () => {
  const files = {
    ...catrate,
    'packages/logiface/package.json': manifest('logiface', { dependencies: { '@loopwright/catrate': 'workspace:^' } }),
    'packages/logiface/src/index.ts': "export { a } from './line.ts'\n",
    'packages/logiface/src/line.ts': "import { a } from '@loopwright/catrate'\nexport { a }\n",
    'tooling/vitest-suite.ts': 'export {}\n',
    'packages/logiface/test/line.test.ts':
      "import { a } from '../src/index.ts'\nimport { suiteConfig } from '../../../tooling/vitest-suite.ts'\nvoid a\nvoid suiteConfig\n",
  }
  expect(await findingsIn(files)).toEqual([])
})

test('an import that climbs floors is found, as a value, a type, an export and a dynamic import', async () => {
  const upward = {
    ...catrate,
    'packages/logiface/package.json': manifest('logiface'),
    'packages/logiface/src/index.ts': 'export type L = 1\n',
  }
  const ways = [
    "import { L } from '@loopwright/logiface'",
    "import type { L } from '@loopwright/logiface'",
    "export { L } from '@loopwright/logiface'",
    "export * from '@loopwright/logiface'",
    "export const l = await import('@loopwright/logiface')",
    "export type M = import('@loopwright/logiface').L",
  ]
  for (const way of ways) {
    const findings = await findingsIn({ ...upward, 'packages/catrate/src/index.ts': `// catrate\n${way}\n` })
    expect(findings).toContain("packages/catrate/src/index.ts:2: import climbs floors: '@loopwright/logiface'")
  }
})

test('two packages of one floor are strangers, in package.json too', async () => {
  const findings = await findingsIn({
    'packages/metrics/package.json': manifest('metrics', { devDependencies: { '@loopwright/eventloop': 'workspace:^' } }),
    'packages/metrics/src/index.ts': "export type { E } from '@loopwright/eventloop'\n",
    'packages/eventloop/package.json': manifest('eventloop'),
    'packages/eventloop/src/index.ts': 'export type E = 1\n',
  })
  expect(findings).toEqual([
    "packages/metrics/src/index.ts:1: import climbs floors: '@loopwright/eventloop'",
    'packages/metrics/package.json: declares @loopwright/eventloop, which is not below it',
  ])
})

test('the adapter may load the backends on demand, but not import them', async () => {
  const files = {
    'packages/js-adapter/package.json': manifest('js-adapter', {
      peerDependencies: { '@loopwright/logiface-pino': 'workspace:^' },
    }),
    'packages/logiface-pino/package.json': manifest('logiface-pino'),
  }
  const lazily = { ...files, 'packages/js-adapter/src/cli.ts': "export const load = () => import('@loopwright/logiface-pino')\n" }
  const eagerly = { ...files, 'packages/js-adapter/src/cli.ts': "import { p } from '@loopwright/logiface-pino'\nvoid p\n" }
  expect(await findingsIn(lazily)).toEqual([])
  expect(await findingsIn(eagerly)).toEqual([
    "packages/js-adapter/src/cli.ts:1: import climbs floors: '@loopwright/logiface-pino'",
  ])
})

test('a cycle that only a type import closes is found', async () => {
  const findings = await findingsIn({
    'packages/catrate/package.json': manifest('catrate'),
    'packages/catrate/src/index.ts': "export { b } from './b.ts'\n",
    'packages/catrate/src/a.ts': "import { b } from './b.ts'\nexport const a: number = b\n",
    'packages/catrate/src/b.ts': "import type { C } from './c.ts'\nexport const b: C = 1\n",
    'packages/catrate/src/c.ts': "export type C = number\nexport type { a } from './a.ts'\n",
  })
  expect(findings).toEqual([
    'packages/catrate/src/a.ts: import cycle: packages/catrate/src/a.ts -> packages/catrate/src/b.ts -> packages/catrate/src/c.ts -> packages/catrate/src/a.ts',
  ])
})

test('packages that declare each other are a cycle', async () => {
  const findings = await findingsIn({
    'packages/logiface/package.json': manifest('logiface', { devDependencies: { '@loopwright/logiface-pino': 'workspace:^' } }),
    'packages/logiface-pino/package.json': manifest('logiface-pino', {
      peerDependencies: { '@loopwright/logiface': 'workspace:^' },
    }),
  })
  expect(findings).toContain(
    'packages import each other: @loopwright/logiface -> @loopwright/logiface-pino -> @loopwright/logiface',
  )
})

test('deep imports are found, by name and by path', async () => {
  const findings = await findingsIn({
    ...catrate,
    'packages/logiface/package.json': manifest('logiface', { dependencies: { '@loopwright/catrate': 'workspace:^' } }),
    'packages/logiface/src/index.ts':
      "export { a } from '@loopwright/catrate/dist/index.js'\nexport { a as b } from '../../catrate/src/index.ts'\n",
    'benchmarks/package.json': JSON.stringify({
      name: '@loopwright/benchmarks',
      devDependencies: { '@loopwright/catrate': 'workspace:^' },
    }),
    'benchmarks/catrate/one.ts': "import { a } from '../../packages/catrate/src/index.ts'\nvoid a\n",
  })
  expect(findings).toEqual([
    "packages/logiface/src/index.ts:1: deep import, not one of its exports: '@loopwright/catrate/dist/index.js'",
    "packages/logiface/src/index.ts:2: relative import leaves the package: '../../catrate/src/index.ts'",
    "benchmarks/catrate/one.ts:1: relative import leaves the package: '../../packages/catrate/src/index.ts'",
  ])
})

test('what package.json does not declare for users is found in src, and allowed in tests when it is a devDependency', async () => {
  const findings = await findingsIn({
    'packages/catrate/package.json': manifest('catrate', { devDependencies: { leftpad: '1.0.0' } }),
    'packages/catrate/src/index.ts': "import pad from 'leftpad/lib/pad.js'\nimport fs from 'fs'\nexport { pad, fs }\n",
    'packages/catrate/test/pad.test.ts':
      "import pad from 'leftpad'\nimport other from '@scope/other/sub'\nvoid pad\nvoid other\n",
  })
  expect(findings).toEqual([
    "packages/catrate/src/index.ts:1: package.json does not declare: 'leftpad/lib/pad.js'",
    "packages/catrate/src/index.ts:2: built-in module without node:: 'fs'",
    "packages/catrate/test/pad.test.ts:2: package.json does not declare: '@scope/other/sub'",
  ])
})

test('a browser entry that reaches a node: module is found; a subpath may use it', async () => {
  const findings = await findingsIn({
    'packages/metrics/package.json': manifest('metrics'),
    'packages/metrics/src/index.ts': "export { clock } from './clock.ts'\n",
    'packages/metrics/src/clock.ts': "import { performance } from 'node:perf_hooks'\nexport const clock = performance\n",
    'packages/metrics/src/otel/index.ts': "import { hostname } from 'node:os'\nexport { hostname }\n",
  })
  expect(findings).toEqual(["packages/metrics/src/clock.ts:1: reached from the browser entry, imports 'node:perf_hooks'"])
})

test('an import of a file that is not there is found', async () => {
  const files = {
    'packages/catrate/package.json': manifest('catrate'),
    'packages/catrate/src/index.ts': "export { x } from './gone.ts'\n",
  }
  expect(await findingsIn(files)).toEqual([
    'packages/catrate/src/index.ts: imports packages/catrate/src/gone.ts, which is not there',
  ])
})

test('cycles are told by their shortest round, from the least name, each once', () => {
  const graph = new Map([
    ['d', ['b']],
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', ['b']],
    ['self', ['self']],
  ])
  expect(cyclesOf(graph)).toEqual([['b', 'c'], ['self']])
})
