// S-1: everything that a guest can reach is an intrinsic of its engine or a known member of the profile.
import { describe, expect, test } from 'vitest'
import { newQuickJSWASMModuleFromVariant } from 'quickjs-emscripten-core'
import type { QuickJSSyncVariant } from 'quickjs-emscripten-core'
import type { VariantName } from '../../src/engine/variant.ts'
import type { RawCall } from '../../src/runtime/raw-call.ts'
import { graphWalk, parseGraph } from '../support/guest-graph.ts'
import type { GuestGraph } from '../support/guest-graph.ts'
import { openSandbox, settled } from '../support/open.ts'
import type { Opened } from '../support/open.ts'
import { PROFILE_MEMBERS, SEED_MEMBERS } from '../support/profile-members.ts'

function isVariant(value: unknown): value is QuickJSSyncVariant {
  return typeof value === 'object' && value !== null && 'importModuleLoader' in value
}

async function variantOf(name: VariantName): Promise<QuickJSSyncVariant> {
  const module: unknown =
    name === 'ng' ? await import('@jitl/quickjs-ng-wasmfile-release-sync') : await import('@jitl/quickjs-wasmfile-release-sync')
  const variant: unknown = Reflect.get(Object(module), 'default')
  if (!isVariant(variant)) throw new TypeError('the variant has another form')
  return variant
}

/** The graph of the engine as its makers deliver it, without any code of ours. */
async function bareGraph(name: VariantName): Promise<GuestGraph> {
  const context = (await newQuickJSWASMModuleFromVariant(await variantOf(name))).newContext()
  try {
    return parseGraph(context.unwrapResult(context.evalCode(graphWalk())).consume((value) => context.dump(value)))
  } finally {
    context.dispose()
  }
}

async function graphOf({ sandbox, loop }: Opened, seeds?: string): Promise<GuestGraph> {
  const result = await settled(loop, sandbox.run(graphWalk(seeds)))
  if (!('value' in result)) throw result.error
  return parseGraph(result.value)
}

const OF_EVERY_FUNCTION = /\.(?:length|name|#proto|prototype|prototype\.constructor|prototype\.#proto)$/
/** What `graph` has beyond `bare`: `owner.member`, without what belongs to every function. */
function additions(
  graph: GuestGraph,
  bare: GuestGraph,
): { readonly members: readonly string[]; readonly natives: readonly string[] } {
  const known = new Set(bare.edges)
  const added = graph.edges.filter((edge) => !known.has(edge))
  const functions = new Set(
    added.filter((edge) => /(?: function| native)$/.test(edge)).map((edge) => edge.slice(0, edge.lastIndexOf(' '))),
  )
  const members = added
    .map((edge) => edge.split(' ')[0] ?? '')
    .filter((path) => {
      const own = OF_EVERY_FUNCTION.exec(path)
      return own === null || !functions.has(path.slice(0, own.index))
    })
  return { members, natives: added.filter((edge) => edge.endsWith(' native')) }
}

const SEEDS = `(() => {
  const controller = new AbortController()
  controller.abort()
  const refused = (() => { try { throwing() } catch (e) { return e } })()
  const answer = sync()
  const timers = [setTimeout(() => {}, 1), setInterval(() => {}, 1), setImmediate(() => {})]
  clearTimeout(timers[0]); clearInterval(timers[1]); clearImmediate(timers[2])
  return {
    controller, refused, answer, event: new Event('x'), custom: new CustomEvent('x', { detail: 1 }), target: new EventTarget(),
    exception: new DOMException('m', 'AbortError'), timers,
    encoder: new TextEncoder(), decoder: new TextDecoder(), clone: structuredClone({ a: [new Date(0)] }),
    pending: later(), hrtime: process.hrtime(), encoded: new TextEncoder().encode('x'), raw: raw(),
    tooMany: (() => { try { sync(() => 1) } catch (e) { return e } })(),
  }
})()`

function exposeEach({ sandbox }: Opened): void {
  sandbox.expose('raw', { raw: (call: RawCall) => call.count })
  sandbox.expose('sync', { sync: () => ({ list: [1, new Map([[1, new Uint8Array(2)]]), new Error('of the host')] }) })
  sandbox.expose('later', () => Promise.resolve(new Date(0)))
  sandbox.expose('throwing', {
    sync: () => {
      throw Object.assign(new TypeError('of the host', { cause: process.versions }), { secret: process.env })
    },
  })
  sandbox.expose('space', { raw: { raw: () => 1 }, sync: { sync: () => 1 }, later: () => 1 })
}

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('S-1 the guest reaches only intrinsics of its engine and known members of the profile', async () => {
    const opened = await openSandbox({ variant })
    const { members, natives } = additions(await graphOf(opened), await bareGraph(variant))
    expect(members.filter((path) => !PROFILE_MEMBERS.has(path))).toEqual([])
    expect(natives).toEqual([])
    opened.sandbox.close()
  })

  test('S-1 exposed functions, what they return and throw, and objects of the profile add nothing of the host', async () => {
    const opened = await openSandbox({ variant })
    const bare = parseGraph(JSON.stringify({ edges: [...(await graphOf(opened)).edges], texts: [] }))
    exposeEach(opened)
    const graph = await graphOf(opened, SEEDS)
    const { members, natives } = additions(graph, bare)
    expect(members.filter((path) => !SEED_MEMBERS.has(path))).toEqual([])
    // The only native code is the way to a raw function of the host: an object of the engine that holds a number.
    expect(natives.toSorted()).toEqual(['globalThis.raw native', 'globalThis.space.raw native'])
    const hostly = graph.texts.filter(
      (text) => text.includes(process.cwd()) || /node:|file:\/\/|[/\\]src[/\\]|\.ts\b|wasm/.test(text),
    )
    expect(hostly).toEqual([])
    opened.sandbox.close()
  })

  test('S-1, W-6 fetch, what it answers and rejects with, and delay add nothing of the host', async () => {
    const plain = await openSandbox({ variant })
    const before = await graphOf(plain)
    plain.sandbox.close()
    const send = ({ url }: { readonly url: string }) =>
      url.endsWith('/fails')
        ? Promise.reject(Object.assign(new Error('of the host'), { secret: process.env }))
        : Promise.resolve({ status: 200, statusText: 'OK', headers: [['x-a', 'b'] as const], body: undefined })
    const opened = await openSandbox({
      variant,
      real: true,
      delay: true,
      fetch: { allow: ['https://example.org'], transport: { send } },
    })
    await settled(
      opened.loop,
      opened.sandbox.run(`(async () => {
        globalThis.got = await fetch('https://example.org')
        globalThis.lost = [await fetch('https://example.org/fails').catch((e) => e), await fetch('https://other.example').catch((e) => e)]
        globalThis.made = [delay(1), new Request('https://example.org'), new Headers({ a: 'b' }).entries(), got.headers]
      })()`),
    )
    const graph = await graphOf(opened)
    const { members, natives } = additions(graph, before)
    expect(
      members.filter((path) => !/^globalThis\.(?:fetch|delay|Headers|Request|Response|got|lost|made)(?:\.|$)/.test(path)),
    ).toEqual([])
    expect(natives).toEqual([])
    expect(
      graph.texts.filter(
        (text) => text.includes(process.cwd()) || /of the host|node:|file:\/\/|[/\\]src[/\\]|\.ts\b|wasm/.test(text),
      ),
    ).toEqual([])
    opened.sandbox.close()
  })

  test('S-1 a guest that finds a new global, prototype member, accessor or symbol is found by the walk', async () => {
    const opened = await openSandbox({ variant })
    const bare = await graphOf(opened)
    const plant = `Array.prototype.planted = () => 1; Object.defineProperty(Map, Symbol('hidden'), { get() { return 1 } });
      Object.setPrototypeOf(Math, { inherited: {} }); Object.getPrototypeOf(function* () {}).planted = new Map([['k', { deep: 1 }]])`
    await settled(opened.loop, opened.sandbox.run(plant))
    const { members } = additions(await graphOf(opened), bare)
    expect(members).toEqual(
      expect.arrayContaining([
        'globalThis.Array.prototype.planted',
        'globalThis.Map.@@hidden#get',
        'globalThis.Math.#proto.inherited',
      ]),
    )
    expect(members.filter((path) => path.endsWith('.planted.#entry.deep'))).toHaveLength(1)
    opened.sandbox.close()
  })
})
