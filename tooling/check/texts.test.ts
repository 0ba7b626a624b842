// The checks on error codes, the console and machine names, each on a seeded defect.
import { expect, test } from 'vitest'
import { consoleCheck } from './console.ts'
import { errorsCheck } from './errors.ts'
import { filesCheck } from './files.ts'
import { describeFinding } from './finding.ts'
import type { Check } from './finding.ts'
import { registryCheck } from './registry.ts'
import { seedTree } from './seeded-tree.ts'

async function findingsOf(check: Check, files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  using tree = seedTree(files)
  return (await check.run(tree.root)).map(describeFinding)
}

const table = '# Errors\n\n## catrate\n\n| code | cause | remedy |\n| --- | --- | --- |\n'

test('a code that the catalog does not list is found where it stands; comments do not count', async () => {
  const findings = await findingsOf(errorsCheck, {
    'docs/errors.md': `${table}| \`ERR_RATE_OPTION\` | an option | correct it |\n`,
    'packages/catrate/src/errors.ts':
      "// ERR_RATE_GONE was here\nexport type Code = 'ERR_RATE_OPTION'\nexport const code = 'ERR_RATE_NEW'\nexport const isOurs = (text: string) => text.startsWith('ERR_RATE_')\n",
  })
  expect(findings).toEqual(['packages/catrate/src/errors.ts:3: ERR_RATE_NEW is not listed in docs/errors.md'])
})

test('a listed code that no source names, one under a wrong heading, and a row without a remedy are found', async () => {
  const findings = await findingsOf(errorsCheck, {
    'docs/errors.md': `${table}| \`ERR_RATE_GONE\` | a | b |\n| \`ERR_LOOP_X\` | a | b |\n| \`ERR_RATE_HALF\` | a | |\n`,
    'packages/catrate/src/errors.ts': "export const half = 'ERR_RATE_HALF'\n",
    'packages/eventloop/src/errors.ts': 'export const text = `ERR_LOOP_X: ${1}`\n',
  })
  expect(findings).toEqual([
    'docs/errors.md:7: ERR_RATE_GONE stands under "catrate", but no package names it in its src',
    'docs/errors.md:8: ERR_LOOP_X stands under "catrate", but eventloop, not catrate, names it in its src',
    'docs/errors.md:9: ERR_RATE_HALF needs a cause and a remedy',
  ])
})

test('a code of two packages is listed under both, a code of Node under its own heading', async () => {
  const row = (code: string): string => `| \`${code}\` | a | b |\n`
  const findings = await findingsOf(errorsCheck, {
    'docs/errors.md': `## catrate\n\n${row('ERR_LIMIT')}\n## eventloop\n\n${row('ERR_LIMIT')}\n## metrics\n\n${row('ERR_LIMIT')}\n## Node\n\n${row('ERR_OUT_OF_RANGE')}${row('ERR_NOT_USED')}`,
    'packages/catrate/src/a.ts': "export const a = ['ERR_LIMIT', 'ERR_OUT_OF_RANGE']\n",
    'packages/eventloop/src/a.ts': "export const a = 'ERR_LIMIT'\n",
  })
  expect(findings).toEqual([
    'docs/errors.md:11: ERR_LIMIT stands under "metrics", but catrate, eventloop, not metrics, names it in its src',
    'docs/errors.md:16: ERR_NOT_USED stands under "Node", but no package names it in its src',
  ])
})

test('a package that writes to the console is found; its command and its guest programs are not', async () => {
  const findings = await findingsOf(consoleCheck, {
    'packages/catrate/src/index.ts': "export const f = () => {\n  console.error('x')\n  globalThis.console.log('y')\n}\n",
    'packages/catrate/src/cli.ts': "console.log('usage')\n",
    'packages/js-adapter/src/prelude.ts': "export const prelude = 'console.log(1)' // console.log\n",
    'packages/catrate/test/a.test.ts': 'console.log(1)\n',
  })
  expect(findings).toEqual([
    'packages/catrate/src/index.ts:2: uses the console: log through a port',
    'packages/catrate/src/index.ts:3: uses the console: log through a port',
  ])
})

test('registry hosts, pinned tarballs and tokens are found, in lock files too', async () => {
  const host = ['registry', 'npmjs', 'org'].join('.')
  const findings = await findingsOf(registryCheck, {
    '.npmrc': `@loopwright:registry=https://${host}/\n`,
    'pnpm-lock.yaml': `  left@1.0.0:\n    resolution: {${'tar'}ball: https://files.example.test/left.tgz}\n`,
    'docs/a.md': `fine: https://github.com/x and http://127.0.0.1:4873/\nfrom ${host}\nhttps://${'npm'}.corp.example/x\n`,
    'ci.sh': `echo //127.0.0.1/:_auth${'Token'}=abcdef\n`,
  })
  expect(findings).toEqual([
    '.npmrc:1: names a registry host',
    'ci.sh:1: carries a token',
    'docs/a.md:2: names a registry host',
    'docs/a.md:3: names a registry host',
    'pnpm-lock.yaml:2: pins a package to a registry host',
  ])
})

test('paths of one machine are found, ordinary paths are not', async () => {
  const findings = await findingsOf(registryCheck, {
    'a.ts': `open('${['', 'home', 'ann', 'src'].join('/')}')\nopen('./work/x')\nopen('/usr/bin/node')\n`,
    'b.md': `see ${['', 'Users', 'ann', 'src'].join('/')} and C:\\${'Users'}\\ann\n`,
  })
  expect(findings).toEqual(['a.ts:1: names a path of one machine', 'b.md:1: names a path of one machine'])
})

test('files that say nothing of themselves, drawers, long files and lists by star are found', async () => {
  const findings = await findingsOf(filesCheck, {
    'packages/catrate/src/limiter.ts': '// Limits.\nexport const a = 1\n',
    'packages/catrate/src/cli.ts': '#!/usr/bin/env node\n// The command.\n',
    'packages/catrate/tsup.config.ts': "import { defineConfig } from 'tsup'\n",
    'packages/catrate/src/plain.ts': 'export const a = 1\n',
    'packages/catrate/src/utils.ts': '// Things.\n',
    'packages/catrate/src/helpers/add.ts': '// Adds.\n',
    'packages/catrate/src/ringQueue.ts': '// A ring.\n',
    'packages/catrate/src/long.ts': `// Long.\n${'void 0\n'.repeat(400)}`,
    'packages/catrate/src/index.ts': `// Names.\nexport * from './limiter.ts'\n// ${'TO'}${'DO'} later\n// @ts-${'ignore'}\n`,
    'packages/catrate/src/table.ts': `// One table.\n// Long, since it is one table.\n${'void 0\n'.repeat(400)}`,
    'packages/catrate/test/limiter.long.test.ts': `// Tests.\n${'void 0\n'.repeat(500)}`,
  })
  expect(findings).toEqual([
    'packages/catrate/src/helpers/add.ts: is a drawer: name it for the one thing it holds',
    'packages/catrate/src/index.ts:2: exports *: list the names by hand',
    'packages/catrate/src/index.ts:3: leaves something undone',
    'packages/catrate/src/index.ts:4: silences the compiler',
    'packages/catrate/src/long.ts: has 401 lines, 400 at most: split it by its terms, or say below the first line why not',
    'packages/catrate/src/plain.ts:1: does not open with a comment that says what it is',
    'packages/catrate/src/ringQueue.ts: is not named in kebab-case',
    'packages/catrate/src/utils.ts: is a drawer: name it for the one thing it holds',
  ])
})
