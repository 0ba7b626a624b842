// A guest that has ended is collected, although its loop lives on.
import { expect, test } from 'vitest'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import { openSandbox, settled } from './support/open.ts'

async function collected(references: readonly WeakRef<Sandbox>[]): Promise<number> {
  const gone = (): number => references.filter((reference) => reference.deref() === undefined).length
  // A concurrent compilation may hold an object a little longer than the program does: patience, for what should be gone.
  for (let round = 0; round < 5 || (round < 50 && gone() < references.length); round++) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    globalThis.gc?.()
  }
  return gone()
}

test('E-2 closed and condemned sandboxes are collected while the loop lives on; an open one is not', async () => {
  const loops: unknown[] = []
  const open = async (end: (sandbox: Sandbox) => void): Promise<WeakRef<Sandbox>> => {
    const { sandbox, loop } = await openSandbox()
    loops.push(loop)
    await settled(loop, sandbox.run('1'))
    end(sandbox)
    return new WeakRef(sandbox)
  }
  expect(typeof globalThis.gc).toBe('function')
  const ended = [
    await open((sandbox) => sandbox.close()),
    await open((sandbox) => sandbox.close()),
    await open((sandbox) => sandbox.close()),
  ]
  const alive = [await open(() => {})]
  expect(await collected(ended)).toBe(3)
  expect(await collected(alive)).toBe(0)
  expect(loops).toHaveLength(4)
})
