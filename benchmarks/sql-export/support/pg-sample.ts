// pg_sample and psql as they are documented together: the one writes the sample as a script, the other runs it.
// https://github.com/mla/pg_sample; a Perl program, found on the PATH or named by LOOPWRIGHT_PG_SAMPLE.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { ROOT, notRun as serverAbsent, requireSame, withShop } from './shop-postgres.ts'

const PSQL = 'psql'
const PG_SAMPLE = process.env['LOOPWRIGHT_PG_SAMPLE'] ?? 'pg_sample'

/** Why pg_sample cannot be measured here. */
export async function pgSampleAbsent(): Promise<string | undefined> {
  const absent = await serverAbsent()
  if (absent !== undefined) return absent
  for (const [program, ...args] of [
    [PSQL, '--version'],
    ['pg_dump', '--version'],
    ['perl', '-MDBD::Pg', '-e1'],
  ] as const) {
    if (spawnSync(program, args).status !== 0) return `needs pg_sample: ${program} ${args.join(' ')} fails`
  }
  return spawnSync(PG_SAMPLE, ['--help']).error === undefined
    ? undefined
    : 'needs pg_sample, which is not on the PATH, nor named by LOOPWRIGHT_PG_SAMPLE'
}

async function requireSuccess(name: string, child: ReturnType<typeof spawn>): Promise<void> {
  const errors: Buffer[] = []
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk))
  const [status] = await once(child, 'exit')
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${Buffer.concat(errors).toString()}`)
}

/** The same rows with the keys they have, into tables that exist: milliseconds from both processes' start to their end. */
export const pgSampleSubset = (): Promise<number> =>
  withShop(async (from, to) => {
    const source = new URL(from)
    const server = ['-h', source.hostname, '-p', source.port, '-U', source.username]
    const startedAt = performance.now()
    const limit = `${ROOT.table} = ${ROOT.where}, * = 0`
    const sample = spawn(PG_SAMPLE, ['--data-only', '--limit', limit, ...server, source.pathname.slice(1)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const load = spawn(PSQL, ['-q', '-X', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', to], {
      stdio: [sample.stdout, 'ignore', 'pipe'],
    })
    await Promise.all([requireSuccess('pg_sample', sample), requireSuccess('psql', load)])
    const ms = performance.now() - startedAt
    await requireSame(from, to)
    return ms
  })
