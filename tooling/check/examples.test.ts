// The example check on blocks that do not compile, do not agree, or are never reached.
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commentExamples, markdownExamples } from './example-blocks.ts'
import { examplesCheck } from './examples.ts'
import { describeFinding } from './finding.ts'
import { seedTree } from './seeded-tree.ts'
import { readText } from './tree.ts'

const root = join(import.meta.dirname, '../..')

async function findingsIn(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  using tree = seedTree({ 'tsconfig.base.json': readText(root, 'tsconfig.base.json'), ...files })
  symlinkSync(join(root, 'node_modules'), join(tree.root, 'node_modules'))
  return (await examplesCheck.run(tree.root)).map(describeFinding)
}

const block = (code: string, words = ''): string => `\`\`\`ts${words}\n${code}\n\`\`\`\n`

test('sound blocks have no finding; results of every form are compared', async () => {
  const code = [
    'interface Point { readonly x: number }',
    'const point: Point = { x: 1 } // => { x: 1 }',
    'point.x + 1 // => 2',
    'await Promise.resolve([1, undefined, NaN, -1n]) // => [1, undefined, NaN, -1n]',
    "console.log('%s has', 'a', { x: 1 }) // => a has { x: 1 }",
    'new Map([[1, 2]]) // => new Map([[1, 2]])',
    'for (const at of [1, 2]) {',
    '  at > 0 // => true',
    '}',
  ].join('\n')
  expect(await findingsIn({ 'docs/guide.md': `# Guide\n\n${block(code)}\n${block('point.y', ' ignore')}` })).toEqual([])
})

test('a result that is not the documented one is found with its line in the Markdown file', async () => {
  const findings = await findingsIn({
    'docs/guide.md': `# Guide\n\n${block('const a = 1\na + 1 // => 3\nconsole.log(a) // => one')}`,
  })
  expect(findings).toEqual(['docs/guide.md:5: is 2, documented 3', 'docs/guide.md:6: printed 1, documented one'])
})

test('a block that does not compile is found, in a doc comment too', async () => {
  const findings = await findingsIn({
    'README.md': block("const a: number = 'x'\nvoid a"),
    'packages/catrate/src/index.ts': `/**\n * Adds.\n *\n * @example\n * ${'```'}ts\n * const b: string = 1\n * void b\n * ${'```'}\n */\nexport const c = 1\n`,
  })
  expect(findings).toEqual([
    "README.md:2: error TS2322: Type 'string' is not assignable to type 'number'.",
    "packages/catrate/src/index.ts:6: error TS2322: Type 'number' is not assignable to type 'string'.",
  ])
})

test('expectations that are never reached, attach to nothing, or are no value are found', async () => {
  const findings = await findingsIn({
    'docs/guide.md': block(
      'function never(): void {\n  Math.abs(-1) // => 1\n}\nvoid never\n// => 2\nMath.abs(-1) // => about one',
    ),
  })
  expect(findings).toEqual([
    'docs/guide.md:6: no expression stands before // =>',
    'docs/guide.md:7: what follows // => is not a plain value: about one',
    'docs/guide.md:3: was never reached',
  ])
})

test('an example that throws is found at its line', async () => {
  const findings = await findingsIn({ 'docs/guide.md': block("1 // => 1\nthrow new RangeError('too far')") })
  expect(findings).toHaveLength(1)
  expect(findings[0]).toContain('docs/guide.md:3: exit code 1')
  expect(findings[0]).toContain('RangeError: too far')
})

test('a package README opens with a program of at most 20 lines that runs', async () => {
  const findings = await findingsIn({
    'packages/catrate/README.md': block('throw new Error("no")'),
    'packages/logiface/README.md': block(Array.from({ length: 21 }, () => 'void 0').join('\n')),
    'packages/metrics/README.md': '# metrics\n',
  })
  expect(findings).toEqual([
    'packages/logiface/README.md:2: the opening program has 21 lines, 20 at most',
    'packages/metrics/README.md: opens with no program: the first ts block must run',
    expect.stringContaining('packages/catrate/README.md:2: exit code 1'),
  ])
})

test('a block goes on from the one before it only when it says so', () => {
  const text = `${block('const a = 1')}text\n${block('a + 1', ' continue')}${block('const a = 2')}`
  expect(markdownExamples('a.md', text).map(({ code, lines }) => ({ code, lines }))).toEqual([
    { code: ['const a = 1', 'a + 1'], lines: [2, 6] },
    { code: ['const a = 2'], lines: [9] },
  ])
})

test('fences of other languages and longer fences are not mistaken for ends', () => {
  const text = `\`\`\`\`md\n${block('not code')}\`\`\`\`\n${block('code')}`
  expect(markdownExamples('a.md', text).map(({ code }) => code)).toEqual([['code']])
  expect(commentExamples('a.ts', `/* ${block('x')} */\nconst a = 1\n`)).toEqual([])
})
