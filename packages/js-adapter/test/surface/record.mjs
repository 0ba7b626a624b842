// Records what the walk beside this file prints under Node: run it with the Node that is the oracle (26.10).
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const { stdout } = spawnSync(process.execPath, [join(import.meta.dirname, 'walk.cjs')], { encoding: 'utf8' })
const lines = stdout.trim().split('\n').sort()
writeFileSync(join(import.meta.dirname, 'surface.json'), `${JSON.stringify({ node: process.version, lines }, undefined, 1)}\n`)
