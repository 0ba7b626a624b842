// Rules without tests and packages without the common fields are found.
import { expect, test } from 'vitest'
import { describeFinding } from './finding.ts'
import type { Check } from './finding.ts'
import { manifestsCheck } from './manifests.ts'
import { rulesCheck } from './rules.ts'
import { manifest, seedTree } from './seeded-tree.ts'

async function findingsOf(check: Check, files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  using tree = seedTree(files)
  return (await check.run(tree.root)).map(describeFinding)
}

test('a rule whose number begins no test name of its package is found', async () => {
  const findings = await findingsOf(rulesCheck, {
    'docs/semantics.md':
      '# Semantics\n\n## eventloop\n\n- **T-1** Timers.\n- **T-2** More; see T-9.\n| T-3 | row |\n### T-4 heading\n- **T-8, T-9** listed in tables.\nT-5, T-7 paragraph\n- T-6 suite\n\n## logging\n\n- **T-2** Lines.\n\n```text\n- X-1 not a rule\n```\n',
    'packages/eventloop/test/timers.test.ts':
      "test('T-1 first', () => {})\ntest.each([1])('T-3, T-4 and T-5 %s', () => {})\ntest('speaks of T-2', () => {})\nconst cases = [['T-8 in a table; T-9 in the second half', () => {}]]\n",
    'packages/eventloop/src/testing/suite.ts': 'export const suite = (name: string) => test(`${name}: T-6 holds`, () => {})\n',
    'packages/metrics/test/other.test.ts': "test('T-2 of another package', () => {})\n",
    'packages/logiface-pino/test/line.test.ts': "test('T-2 a line', () => {})\n",
  })
  expect(findings).toEqual([
    'docs/semantics.md:6: T-2 (eventloop) has no test whose name begins with it',
    'docs/semantics.md:10: T-7 (eventloop) has no test whose name begins with it',
  ])
})

test('a package that forgets a common field, a file or its floor is found', async () => {
  const findings = await findingsOf(manifestsCheck, {
    'packages/newcomer/package.json': manifest('newcomer', {
      license: 'MIT',
      sideEffects: false,
      files: ['dist', 'src'],
      engines: { node: '>=22' },
      publishConfig: { access: 'public' },
      description: 'New',
      main: './dist/index.js',
      repository: { url: 'git+https://forge.example/a/b.git', directory: 'packages/newcomer' },
      homepage: 'https://forge.example/a/b/tree/main/packages/newcomer#readme',
      bugs: 'https://forge.example/a/c/issues',
    }),
    'packages/newcomer/src/index.ts': '',
    'packages/newcomer/tsconfig.json': '{}',
    'packages/newcomer/tsconfig.build.json': '{}',
    'packages/newcomer/tsup.config.ts': '',
    'packages/newcomer/vitest.config.ts': '',
  })
  expect(findings).toEqual([
    'packages/newcomer/package.json: engines is not {"node":">=20.19"}',
    'packages/newcomer/package.json: bugs is not https://forge.example/a/b/issues',
    'packages/newcomer/package.json: names a main or module: `exports` alone says what there is',
    'packages/newcomer/package.json: states no floor in tooling/check/floors.ts',
    'packages/newcomer/README.md: is not there',
  ])
})
