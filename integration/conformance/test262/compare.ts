// Runs a checkout's language and built-in tests on both sides: what the bare engine passes, the full profile has to pass.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { ConformanceResult } from '../suite.ts'
import { BareEngine, loadVariant } from './bare.ts'
import { Harness, readTest, runsOf } from './metadata.ts'
import { ProfiledEngine } from './profile.ts'

/** The commit whose report is recorded in docs/conformance.md. */
const RECORDED_COMMIT = 'be13516fb6441b950ba8a3df97eb34062c186972'
const FOLDERS = ['language', 'built-ins']
const FAILURES_SHOWN = 40
const PROGRESS_EVERY = 1000

function testPaths(testFolder: string): readonly string[] {
  const paths: string[] = []
  for (const folder of FOLDERS)
    for (const entry of readdirSync(join(testFolder, folder), { recursive: true, withFileTypes: true }))
      if (entry.isFile() && entry.name.endsWith('.js') && !entry.name.includes('_FIXTURE'))
        paths.push(relative(testFolder, join(entry.parentPath, entry.name)).split(sep).join('/'))
  return paths.toSorted()
}

function commitOf(checkout: string): string {
  if (!existsSync(join(checkout, '.git'))) return 'unknown'
  return execFileSync('git', ['-C', checkout, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
}

/** Each so many files, from `LOOPWRIGHT_TEST262_EVERY`: a sample of all folders. */
const EVERY = Number(process.env['LOOPWRIGHT_TEST262_EVERY'] ?? 1)
/** Tests of the paths that start with one of `LOOPWRIGHT_TEST262` (separated by commas), for looking at a few. */
function wanted(path: string): boolean {
  const prefixes = process.env['LOOPWRIGHT_TEST262']?.split(',') ?? ['']
  return prefixes.some((prefix) => path.startsWith(prefix))
}

export async function compareOnTest262(
  variant: 'ng' | 'bellard',
  checkout: string | undefined,
): Promise<ConformanceResult | { readonly notRun: string }> {
  if (checkout === undefined) return { notRun: 'it needs --checkout with a checkout of tc39/test262' }
  const testFolder = join(checkout, 'test')
  if (!existsSync(join(checkout, 'harness/assert.js')))
    return { notRun: `${checkout} has no harness/assert.js: it is no checkout of test262` }
  const harness = new Harness(checkout)
  const bare = new BareEngine(await loadVariant(variant), harness, testFolder)
  await using profiled = await ProfiledEngine.open(variant, harness, testFolder)
  const counts = { files: 0, runs: 0, both: 0, neither: 0, gained: 0, lost: 0, skipped: 0 }
  const lost: string[] = []
  for (const [index, path] of testPaths(testFolder).entries()) {
    if (!wanted(path) || index % EVERY !== 0) continue
    const file = readTest(testFolder, path)
    counts.files++
    if (counts.files % PROGRESS_EVERY === 0)
      process.stderr.write(`test262 (${variant}): ${counts.files} files, ${counts.lost} lost\n`)
    for (const run of runsOf(file)) {
      if (file.skipped !== undefined) {
        counts.skipped++
        continue
      }
      counts.runs++
      const before = await bare.run(run)
      const after = await profiled.run(run)
      if (before.passed && after.passed) counts.both++
      else if (!before.passed && !after.passed) counts.neither++
      else if (after.passed) counts.gained++
      else {
        counts.lost++
        // At once: the whole takes long, and one who waits for it may look into the first loss meanwhile.
        process.stderr.write(`test262 (${variant}): lost ${path} (${run.mode}): ${after.why}\n`)
        if (lost.length < FAILURES_SHOWN) lost.push(`${path} (${run.mode}): ${after.why}`)
      }
    }
  }
  const commit = commitOf(checkout)
  return {
    passed: counts.both + counts.gained + counts.neither,
    failed: counts.lost,
    skipped: counts.skipped,
    failures: lost,
    table: [
      `commit ${commit}${commit === RECORDED_COMMIT ? '' : ` (recorded: ${RECORDED_COMMIT})`}; ${counts.files} files in ${FOLDERS.join(' and ')}, ${counts.runs} runs; Node ${process.versions.node}`,
      `passed by both ${counts.both}, by neither ${counts.neither}, by the profile alone ${counts.gained}, lost by the profile ${counts.lost}`,
    ],
  }
}
