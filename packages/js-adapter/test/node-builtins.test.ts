// `node:` modules that are parts of the profile.
import { describe, expect, test } from 'vitest'
import { Adapter } from '../src/goja/adapter.ts'
import { Image } from '../src/image/image.ts'
import { NODE_BUILTINS } from '../src/runtime/node-builtins.ts'
import type { ModuleSource } from '../src/runtime/modules.ts'
import { openRuntime } from './goja/support.ts'
import { FakeLoop } from './support/fake-loop.ts'
import { openSandbox, settled, sharedEngine } from './support/open.ts'

const asked: string[] = []
const none: Omit<ModuleSource, 'nodeBuiltins'> = {
  resolve: (specifier) => {
    asked.push(specifier)
    return undefined
  },
  load: () => undefined,
}
const ALL = `
  import timers, { setTimeout as st } from 'node:timers'; import process, { nextTick, argv } from 'node:process'; import console, { log } from 'node:console'
  import url, { URL as U } from 'node:url'; import { TextEncoder as TE } from 'node:util'; import { atob as a } from 'node:buffer'
  import { performance as p } from 'node:perf_hooks'; import { webcrypto, randomUUID, getRandomValues } from 'node:crypto'
  globalThis.seen = [st === setTimeout, timers.clearImmediate === clearImmediate, Object.isFrozen(timers), process === globalThis.process, nextTick === process.nextTick,
    argv === process.argv, console === globalThis.console, log === console.log, U === URL && url.URLSearchParams === URLSearchParams, TE === TextEncoder, a('YQ=='),
    p === performance, webcrypto === crypto, randomUUID().length, getRandomValues(new Uint8Array(4)).length]`
const EXPECTED = [true, true, true, true, true, true, true, true, true, true, 'a', true, true, 36, 4]

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('M-4 nodeBuiltins are the objects of the profile; the loader is not asked, and nothing of their making is left', async () => {
    asked.length = 0
    const { sandbox, loop } = await openSandbox({ variant, modules: { ...none, nodeBuiltins: NODE_BUILTINS } })
    const before = await settled(
      loop,
      sandbox.run('Object.getOwnPropertyNames(globalThis).filter((name) => /builtin/i.test(name))'),
    )
    expect(before).toEqual({ value: [] })
    await settled(loop, sandbox.run(ALL, { module: true }))
    expect([sandbox.get('seen'), asked]).toEqual([EXPECTED, []])
    expect(
      await settled(loop, sandbox.run("import('node:timers').then((m) => m.default === m.default && typeof m.setInterval)")),
    ).toEqual({
      value: 'function',
    })
    sandbox.close()
  })

  test('M-4 by default, and for what is not listed, there is no node: module', async () => {
    for (const modules of [undefined, none, { ...none, nodeBuiltins: ['node:timers'] as const }]) {
      const { sandbox, loop } = await openSandbox({ variant, modules })
      for (const name of ['node:fs', 'fs', 'timers', 'node:process', 'https://example.org/x.mjs', 'file:///etc/passwd'])
        expect(await settled(loop, sandbox.run(`import('${name}').catch((e) => e.code)`))).toEqual({ value: 'ERR_MODULE_DENIED' })
      sandbox.close()
    }
    await expect(openSandbox({ modules: { ...none, nodeBuiltins: ['node:fs' as never] } })).rejects.toThrow(
      /there is no node:fs here/,
    )
    await expect(openSandbox({ modules: { ...none, nodeBuiltins: 'node:timers' as never } })).rejects.toThrow(TypeError)
  })

  test('M-4 S-3 S-4 they are the profile’s own although globals were replaced, and frozen parts of a hardened guest', async () => {
    const image = await Image.create({
      engine: await sharedEngine(variant),
      prelude: 'globalThis.setTimeout = "replaced"; delete globalThis.process',
    })
    const { sandbox, loop } = await openSandbox({
      variant,
      engine: undefined,
      image,
      modules: { ...none, nodeBuiltins: ['node:timers', 'node:process'] },
    })
    await settled(
      loop,
      sandbox.run(
        "import { setTimeout as st } from 'node:timers'; import process from 'node:process'; st(() => { globalThis.ran = process.platform }, 1)",
        {
          module: true,
        },
      ),
    )
    await loop.run()
    expect(sandbox.get('ran')).toBe('loopwright')
    sandbox.close()
    const hardened = await openSandbox({ variant, hardened: true, modules: { ...none, nodeBuiltins: NODE_BUILTINS } })
    const source = `const all = await Promise.all(${JSON.stringify(NODE_BUILTINS)}.map((name) => import(name)))
      const loose = []
      for (const module of all) for (const [key, value] of Object.entries(module)) if (Object(value) === value && !Object.isFrozen(value)) loose.push(key)
      globalThis.loose = loose`
    await settled(hardened.loop, hardened.sandbox.run(source, { module: true }))
    expect(hardened.sandbox.get('loose')).toEqual([])
    hardened.sandbox.close()
  })

  test('M-4 on the goja face they come with the adapter; before that they are not found', async () => {
    const modules = { load: () => "import 'node:fs'", allow: ['main.mjs'], nodeBuiltins: NODE_BUILTINS }
    using runtime = await openRuntime(variant, { modules })
    const early = runtime.runModule('early.mjs', "import { setTimeout } from 'node:timers'")
    await expect(early).rejects.toMatchObject({ guestMessage: expect.stringContaining('when an Adapter binds') })
    runtime.runString('globalThis.URL = 5; 0')
    new Adapter(new FakeLoop(), runtime, { lifecycle: 'service' }).bind()
    const found = await runtime.runModule('late.mjs', `${ALL}; export default seen`)
    expect(runtime.exportTo(found.get('default'), 'unknown')).toEqual(EXPECTED)
    await expect(runtime.runModule('main.mjs')).rejects.toMatchObject({
      guestMessage: expect.stringContaining('may not be imported'),
    })
  })
})
