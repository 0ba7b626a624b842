// Runs a program of its own against the built package, on the Node that runs the tests.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface ProgramResult {
  readonly status: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

const dist = pathToFileURL(join(import.meta.dirname, '../../dist/index.js')).href

/** `text` is an ES module that has `EventLoop`, `nodeHost` and `VirtualHost` in scope. */
export function runProgram(text: string, { flags = [] }: { readonly flags?: readonly string[] | undefined } = {}): ProgramResult {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-program-'))
  try {
    const file = join(folder, 'program.mjs')
    writeFileSync(file, `import { EventLoop, nodeHost, VirtualHost } from ${JSON.stringify(dist)}\n${text}`)
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...flags, file], {
      encoding: 'utf8',
      timeout: 100_000,
    })
    return { status, signal, stdout, stderr }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
