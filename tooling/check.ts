// `pnpm check [NAME...] [--update] [--root FOLDER]`: every check of the workspace, one line each; a failed one does not stop the next.
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { apiCheck } from './check/api.ts'
import { consoleCheck } from './check/console.ts'
import { errorsCheck } from './check/errors.ts'
import { filesCheck } from './check/files.ts'
import { describeFinding } from './check/finding.ts'
import type { Check } from './check/finding.ts'
import { examplesCheck } from './check/examples.ts'
import { formatCheck } from './check/format.ts'
import { importsCheck } from './check/imports.ts'
import { lintCheck } from './check/lint.ts'
import { manifestsCheck } from './check/manifests.ts'
import { packagesCheck } from './check/packages.ts'
import { registryCheck } from './check/registry.ts'
import { rulesCheck } from './check/rules.ts'
import { sizesCheck } from './check/sizes.ts'
import { typesCheck } from './check/type-checking.ts'
import { unusedCheck } from './check/unused.ts'

const checks: readonly Check[] = [
  typesCheck,
  lintCheck,
  formatCheck,
  importsCheck,
  manifestsCheck,
  filesCheck,
  examplesCheck,
  apiCheck,
  errorsCheck,
  rulesCheck,
  consoleCheck,
  registryCheck,
  packagesCheck,
  sizesCheck,
  unusedCheck,
]

const usage = `Usage: pnpm check [NAME...] [--update] [--root FOLDER]

${checks.map(({ name, about }) => `  ${name.padEnd(10)}${about}`).join('\n')}

  --update  rewrite what a check keeps under version control (api, sizes)
  --root    check the tree in another folder`

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      update: { type: 'boolean', default: false },
      root: { type: 'string', default: join(import.meta.dirname, '..') },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return 0
  }
  const unknown = positionals.filter((name) => !checks.some((check) => check.name === name))
  if (unknown.length > 0) {
    console.error(`no such check: ${unknown.join(', ')}\n\n${usage}`)
    return 2
  }
  let failed = 0
  const chosen = checks.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  for (const check of chosen) if (!(await runCheck(check, resolve(values.root), values.update))) failed++
  console.log(`checks: ${chosen.length - failed} ok, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

/** @returns whether it found nothing; a check that throws has failed. */
async function runCheck(check: Check, root: string, update: boolean): Promise<boolean> {
  const startedAtMs = performance.now()
  let details: readonly string[]
  try {
    details = (await check.run(root, { update })).map(describeFinding)
  } catch (error) {
    details = [error instanceof Error ? (error.stack ?? error.message) : String(error)]
  }
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1)
  console.log(`${details.length === 0 ? 'ok    ' : 'FAILED'}  ${check.name.padEnd(10)} ${seconds.padStart(5)} s`)
  for (const line of details) console.log(`        ${line}`)
  return details.length === 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
