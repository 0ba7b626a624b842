// Sizes: what an entry loads, and growth beyond the recorded size.
import { expect, test } from 'vitest'
import { describeFinding } from './finding.ts'
import { manifest, seedTree } from './seeded-tree.ts'
import { compareSizes, entrySizes } from './sizes.ts'
import { listWorkspaces } from './tree.ts'

function entriesOf(files: Readonly<Record<string, string>>): Readonly<Record<string, number>> {
  using tree = seedTree({ 'packages/catrate/package.json': manifest('catrate'), ...files })
  const [workspace] = listWorkspaces(tree.root)
  if (workspace === undefined) throw new Error('the tree has no package')
  return entrySizes(tree.root, workspace)
}

const random = Array.from({ length: 500 }, (_, index) => Math.imul(index + 1, 2654435761) >>> 0).join(',')

test('an entry is counted with the chunks it loads, without those it loads on demand', () => {
  const index =
    "import { a } from './chunk.js'\nexport const load = () => import('./lazy.js')\nexport { a }\n//# sourceMappingURL=index.js.map\n"
  const small = entriesOf({ 'packages/catrate/dist/index.js': index, 'packages/catrate/dist/chunk.js': 'export const a = 1\n' })
  const large = entriesOf({
    'packages/catrate/dist/index.js': index,
    'packages/catrate/dist/chunk.js': `export const a = [${random}]\n`,
  })
  const lazy = entriesOf({
    'packages/catrate/dist/index.js': index,
    'packages/catrate/dist/chunk.js': 'export const a = 1\n',
    'packages/catrate/dist/lazy.js': `export const a = [${random}]\n`,
  })
  expect(large['.']).toBeGreaterThan((small['.'] ?? 0) + 1000)
  expect(lazy).toEqual(small)
})

test('growth of more than a tenth and an entry that is not recorded are found, shrinking and noise are not', () => {
  const recorded = { catrate: { packedBytes: 10_000, entryBytes: { '.': 4000 } } }
  const judge = (packedBytes: number, entryBytes: Readonly<Record<string, number>>): readonly string[] =>
    compareSizes(recorded, { catrate: { packedBytes, entryBytes } }).map(describeFinding)
  expect(judge(11_000, { '.': 4400 })).toEqual([])
  expect(judge(5000, { '.': 100 })).toEqual([])
  expect(judge(11_001, { '.': 4401, './testing': 10 })).toEqual([
    'tooling/sizes.json: catrate, packed, has 11001 bytes, recorded 10000; if that is its worth: pnpm check sizes --update',
    'tooling/sizes.json: import of catrate has 4401 bytes, recorded 4000; if that is its worth: pnpm check sizes --update',
    'tooling/sizes.json: import of catrate/testing is not recorded (10 bytes): pnpm check sizes --update',
  ])
})
