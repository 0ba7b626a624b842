// The Node matrix: binaries that run, and plain reasons where there is none.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NODE_LINES, nodeBinary, parseNodeLines } from './node-matrix/matrix.ts'

test('a line that the matrix does not carry is named, not thrown', async () => {
  expect(await nodeBinary('18')).toEqual({ line: '18', notRun: 'the matrix has no Node 18, only 20, 22, 24, 26' })
})

test('a missing binary is told, with the command that installs it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'matrix-'))
  try {
    expect(await nodeBinary('20', { folder, install: false })).toEqual({
      line: '20',
      notRun: 'Node 20 is not installed: pnpm -C tooling/node-matrix install',
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('an install that cannot work is a reason, and leaves no lock behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'matrix-'))
  try {
    const found = await nodeBinary('20', { folder })
    expect(found).toHaveProperty('notRun', expect.stringContaining('Node'))
    expect(await readdir(folder)).not.toContain('.installing')
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('an installed line answers with its own version', async () => {
  for (const line of NODE_LINES) {
    const found = await nodeBinary(line, { install: false })
    if ('path' in found) expect(found.version.split('.')[0]).toBe(line)
    else expect(found.notRun).toContain('not installed')
  }
})

test('lists of lines are parsed, wrong ones refused', () => {
  expect(parseNodeLines('20, 26')).toEqual(['20', '26'])
  expect(() => parseNodeLines('20,19')).toThrow('got "19"')
})
