// Records what Node prints for each script beside this file: run it with the Node that is the oracle (26.10).
import { spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = import.meta.dirname
const scripts = readdirSync(folder).filter((name) => /\.(cjs|mjs)$/.test(name) && name !== 'record.mjs')
const recorded = {}
for (const name of scripts.sort()) {
  const { stdout, status } = spawnSync(process.execPath, [join(folder, name)], { encoding: 'utf8' })
  recorded[name] = { stdout, exitCode: status }
}
writeFileSync(join(folder, 'recorded.json'), `${JSON.stringify({ node: process.version, scripts: recorded }, undefined, 2)}\n`)
