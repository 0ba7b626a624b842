// Records what Node prints for each script beside this file: run it with the Node that is the oracle (26.10).
import { spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { comparable } from './comparable.ts'

const folder = import.meta.dirname
const scripts = readdirSync(folder).filter((name) => /\.(cjs|mjs)$/.test(name) && name !== 'record.mjs')
const recorded = {}
for (const name of scripts.sort()) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(folder, name)], { encoding: 'utf8' })
  // The report of an uncaught error has a form of its own on each side: its text is compared by the tests of the command.
  const fatal = /\nNode\.js v\d/.test(stderr)
  recorded[name] = { stdout: comparable(stdout), ...(fatal ? {} : { stderr: comparable(stderr) }), exitCode: status }
}
writeFileSync(join(folder, 'recorded.json'), `${JSON.stringify({ node: process.version, scripts: recorded }, undefined, 2)}\n`)
