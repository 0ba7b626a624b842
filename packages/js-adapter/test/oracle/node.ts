// Runs a fixture in a Node binary.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { comparable } from '../differential/comparable.ts'
import { programOf } from './fixture.ts'
import type { Printed, Theme } from './fixture.ts'

export function runInNode(binary: string, theme: Theme): Printed {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-oracle-'))
  try {
    const file = join(folder, `${theme}.cjs`)
    writeFileSync(file, programOf(theme))
    const { stdout, stderr, status, error } = spawnSync(binary, [file], { encoding: 'utf8' })
    if (error !== undefined) throw error
    return { stdout: comparable(stdout), stderr: comparable(stderr), exitCode: status }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
