// The generated shop of the examples.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { query, testFolder } from './database.ts'

const ROOT = join(import.meta.dirname, '../../..')
const NODE = join(ROOT, 'node_modules/node/bin/node')

function make(name: string): { readonly path: string; readonly hash: string } {
  const path = join(testFolder(), name)
  const { status, stderr } = spawnSync(NODE, [join(ROOT, 'examples/shop/main.ts'), path], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return { path, hash: createHash('sha256').update(readFileSync(path)).digest('hex') }
}

test('the shop is the same, byte by byte, every time, and its references hold', async () => {
  const first = make('first.db')
  expect(make('second.db').hash).toBe(first.hash)
  expect(await query(first.path, 'SELECT count(*) AS n FROM pragma_foreign_key_check')).toEqual([[0n]])
  expect(await query(first.path, 'SELECT count(*) > 1000 AS n FROM order_item')).toEqual([[1n]])
})
