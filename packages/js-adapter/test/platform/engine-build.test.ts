// A build is made once for each engine's bytes, however often it is loaded, and handed to threads.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterEach, expect, test, vi } from 'vitest'
import { buildOf } from '../../src/engine/build.ts'
import { Engine } from '../../src/engine/engine.ts'
import { Guard } from '../../src/engine/guard.ts'
import { webAssembly } from '../../src/engine/webassembly.ts'
import { openSandbox, settled } from '../support/open.ts'

const PACKAGE = '@jitl/quickjs-ng-wasmfile-release-sync'
const stock = (): Uint8Array => readFileSync(createRequire(import.meta.url).resolve(`${PACKAGE}/wasm`))
/** The same code with a custom section at its end, so that nobody has compiled it. */
const another = (name: string): Uint8Array => {
  const text = new TextEncoder().encode(name)
  return Uint8Array.from([...stock(), 0, text.length + 1, text.length, ...text])
}

afterEach(() => {
  vi.restoreAllMocks()
})

test('E-4 engines of the same bytes share a build; loads at the same time wait for one compilation', async () => {
  const bytes = another('shared')
  const compile = vi.spyOn(webAssembly(), 'compile')
  const loader = import('@jitl/quickjs-ng-wasmfile-release-sync/emscripten-module')
  const load = (): Promise<Engine> => Engine.load({ source: { wasm: bytes.slice(), loader } })
  const engines = [...(await Promise.all([load(), load()])), await load()]
  expect(compile).toHaveBeenCalledTimes(1)
  expect(new Set(engines.map(({ identity }) => identity)).size).toBe(1)
  // What an engine has found and what it measures is its own.
  expect(new Set(engines.map(({ calibration }) => calibration)).size).toBe(3)
  expect(new Set(engines.map(({ meter }) => meter)).size).toBe(3)
})

test('E-4 other bytes are another build, and one that could not be compiled is tried again', async () => {
  const [one, other] = await Promise.all([buildOf(another('one')), buildOf(another('other'))])
  expect(one.module).not.toBe(other.module)
  expect(one.identity.wasmSha256).not.toBe(other.identity.wasmSha256)
  const compile = vi.spyOn(webAssembly(), 'compile').mockRejectedValueOnce(new Error('no memory for it'))
  const later = another('later')
  await expect(Promise.all([buildOf(later), buildOf(later)])).rejects.toThrow('no memory for it')
  expect((await buildOf(later)).identity.mutableGlobals).toBe(1)
  expect(compile).toHaveBeenCalledTimes(2)
})

test('E-4 an engine of the installed package can be handed over, as structured clone takes it, and is calibrated by whoever gets it', async () => {
  const engine = await Engine.load()
  const { handover } = engine
  if (handover === undefined) throw new Error('no handover')
  const received = await Engine.receive(structuredClone(handover), new Guard({ kind: 'meter' }))
  expect(received.identity).toEqual(engine.identity)
  expect(received.capabilities).toEqual(engine.capabilities)
  expect(received.calibration).not.toBe(engine.calibration)
  const { sandbox, loop } = await openSandbox({ engine: received, limits: { operationMs: 200, hardMs: 400 } })
  expect(await settled(loop, sandbox.run("new Array(1e9).join('x')"))).toMatchObject({ error: { code: 'ERR_LIMIT_HARD' } })
  const given = await Engine.load({
    source: { wasm: stock(), loader: import('@jitl/quickjs-ng-wasmfile-release-sync/emscripten-module') },
  })
  expect(given.handover).toBeUndefined()
})

test('E-5 what is handed over and does not fit the loader here is refused', async () => {
  const handover = await Engine.handOver('ng')
  const bellard = await Engine.handOver('bellard')
  await expect(Engine.receive({ variant: 'ng', build: bellard.build }, new Guard({ kind: 'meter' }))).rejects.toThrow()
  await expect(Engine.receive({ variant: 'no' as never, build: handover.build }, new Guard())).rejects.toThrow(RangeError)
})
