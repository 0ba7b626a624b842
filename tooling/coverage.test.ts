// docs/coverage.md names a proof for each item of the reviews: a file that is renamed must not leave its claim behind.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const repository = join(import.meta.dirname, '..')
const text = readFileSync(join(repository, 'docs/coverage.md'), 'utf8')
const rows = text.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:item|---)/.test(line))
const filesIn = (row: string): string[] => Array.from(row.matchAll(/`([a-z]+\/[^`\s]+\.(?:ts|md))`/g), ([, file = '']) => file)

test('every file that docs/coverage.md names exists', () => {
  expect(filesIn(text).filter((file) => !existsSync(join(repository, file)))).toEqual([])
  expect(filesIn(text).length).toBeGreaterThan(60)
})

test('every row says its state; what is shown names what shows it, and what is not says so', () => {
  expect(rows.length).toBeGreaterThan(45)
  for (const row of rows) {
    const state = row.split('|').map((cell) => cell.trim())[3]
    expect(['shown', 'partly', 'not yet'], row).toContain(state)
    if (state === 'shown') expect(filesIn(row), row).not.toEqual([])
  }
})
