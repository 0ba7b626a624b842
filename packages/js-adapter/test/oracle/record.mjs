// Records what each fixture prints in Node: run it with the Node that is the oracle (26.10).
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { THEMES } from './fixture.ts'
import { runInNode } from './node.ts'

const themes = Object.fromEntries(THEMES.map((theme) => [theme, runInNode(process.execPath, theme)]))
writeFileSync(join(import.meta.dirname, 'recorded.json'), `${JSON.stringify({ node: process.version, themes }, undefined, 2)}\n`)
