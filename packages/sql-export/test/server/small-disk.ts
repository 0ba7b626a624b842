// A tablespace of PostgreSQL on a file system of a few megabytes: a disk that is really full, and that can be given room.
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { TestContext } from 'vitest'
import { SERVER, runPostgres } from './postgres.ts'

const ADMIN = `${SERVER}/postgres`

export interface SmallDisk {
  readonly tablespace: string
  /** Gives the file system so much room. */
  resize(sizeMiB: number): void
}

/**
 * Mounts it and makes the tablespace, both gone after the test; its tables have to be dropped by then. Called before the test makes
 * its schema, it is cleared away after that.
 */
export async function smallDisk(context: TestContext, sizeMiB: number): Promise<SmallDisk> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    context.skip('needs root on Linux: a small file system is to be mounted')
  const owner = await ownerOfServer(context)
  const folder = mkdtempSync(join(tmpdir(), 'sql-export-disk-'))
  chmodSync(folder, 0o711) // the server's user is to reach what is below
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  const mounted = mount(['-t', 'tmpfs', '-o', `size=${sizeMiB}m,mode=0700,uid=${owner.uid},gid=${owner.gid}`, 'small-disk', disk])
  if (mounted !== undefined) {
    rmSync(folder, { recursive: true })
    context.skip(`needs the right to mount: ${mounted}`)
  }
  const tablespace = `loopwright_test_${process.pid}_${randomBytes(6).toString('hex')}`
  let isMade = false
  onTestFinished(async () => {
    // while the server uses it, it stays: without these files no checkpoint of the whole server would end
    if (isMade) await runPostgres(ADMIN, `DROP TABLESPACE ${tablespace}`)
    const { status, stderr } = spawnSync('umount', [disk], { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    rmSync(folder, { recursive: true })
  }, 60_000)
  // a server elsewhere has no such directory, or another one
  isMade = await runPostgres(ADMIN, `CREATE TABLESPACE ${tablespace} LOCATION '${disk}'`).then(
    () => true,
    () => false,
  )
  if (readdirSync(disk).length === 0) context.skip('needs a PostgreSQL server that sees what is mounted here')
  return {
    tablespace,
    resize: (size) => {
      const failed = mount(['-o', `remount,size=${size}m`, disk])
      if (failed !== undefined) throw new Error(failed)
    },
  }
}

async function ownerOfServer(context: TestContext): Promise<{ readonly uid: number; readonly gid: number }> {
  const [[directory] = []] = await runPostgres(ADMIN, 'SHOW data_directory')
  try {
    return statSync(String(directory))
  } catch {
    return context.skip('needs a PostgreSQL server on this machine')
  }
}

/** @returns what went wrong. */
function mount(args: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync('mount', args, { encoding: 'utf8' })
  return status === 0 ? undefined : (error?.message ?? stderr.split('\n', 1)[0]?.split(': ').at(-1) ?? '')
}
