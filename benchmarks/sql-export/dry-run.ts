// From the start of the process `sql-export plan` to its first line: a SQLite file, and a PostgreSQL database.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { defineWorkload } from '../harness/workload.ts'
import { makeOrders } from './support/orders.ts'
import { ROOT, notRun, withShop } from './support/shop-postgres.ts'

const ROUNDS = 5

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-dry-run-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Starts the command, and waits for its first line and for its end. */
function firstLine(from: string, config: string, expected: RegExp): Promise<number> {
  const entry = createRequire(import.meta.url).resolve('@loopwright/sql-export/package.json')
  return new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const child = spawn(process.execPath, [join(dirname(entry), 'dist/cli.js'), 'plan', '--from', from, '--config', config])
    let text = ''
    let ms: number | undefined
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
      if (text.includes('\n')) ms ??= performance.now() - startedAt
    })
    child.stderr.resume()
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0 && ms !== undefined && expected.test(text)) resolve(ms)
      else reject(new Error(`exit ${code}: ${text.slice(0, 200)}`))
    })
  })
}

async function median(from: string, config: string, expected: RegExp): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) times.push(await firstLine(from, config, expected))
  return times.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN
}

const sqlite = (): Promise<number> =>
  inFolder(async (folder) => {
    makeOrders(join(folder, 'from.db'))
    const config = join(folder, 'plan.json')
    writeFileSync(config, JSON.stringify({ roots: [{ table: 'order_item' }] }))
    return median(`sqlite:${join(folder, 'from.db')}`, config, /order_item/)
  })

const postgres = (): Promise<number> =>
  inFolder((folder) =>
    withShop(async (from) => {
      const config = join(folder, 'plan.json')
      writeFileSync(config, JSON.stringify({ roots: [ROOT] }))
      return median(from, config, /order_item/)
    }),
  )

export const workload = defineWorkload({
  unit: 'ms',
  subjects: { SQLite: sqlite, PostgreSQL: postgres },
  figures: [
    { subject: 'SQLite', target: '< 300 ms' },
    { subject: 'PostgreSQL', target: '< 300 ms' },
  ],
  notRun,
})
