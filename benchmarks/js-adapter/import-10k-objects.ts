// A host array of ten thousand small objects becomes guest objects: against a marshalling library, and against handles made by hand.
import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten-core'
import { Engine } from '@loopwright/js-adapter'
import { GuestObject, Runtime } from '@loopwright/js-adapter/goja'
import { Arena } from 'quickjs-emscripten-sync'
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { openCoreContext } from './support/core-context.ts'

const OBJECTS = 10_000
/** Both sides of a ratio run as often: either has code of the engine and of the host that the platform compiles while it runs. */
const ROUNDS = { rounds: 7, warmups: 3 }

interface Item {
  readonly id: number
  readonly name: string
  readonly ok: boolean
  readonly tags: readonly string[]
}
function makeItems(): readonly Item[] {
  return Array.from({ length: OBJECTS }, (_, id) => ({ id, name: `item ${id}`, ok: id % 2 === 0, tags: ['a', 'b'] }))
}

function importInto(context: QuickJSContext, value: unknown): QuickJSHandle {
  if (typeof value === 'number') return context.newNumber(value)
  if (typeof value === 'string') return context.newString(value)
  if (typeof value === 'boolean') return value ? context.true : context.false
  const target = Array.isArray(value) ? context.newArray() : context.newObject()
  for (const key of Object.keys(Object(value))) {
    const item = importInto(context, Reflect.get(Object(value), key))
    context.setProp(target, key, item)
    item.dispose()
  }
  return target
}

async function importIntoRuntime(variant: 'ng' | 'bellard'): Promise<number> {
  const runtime = await Runtime.create({ engine: await Engine.load({ variant }) })
  const items = makeItems()
  const ns = await medianNs(
    OBJECTS,
    () => {
      const list = runtime.toValue(items)
      if (!(list instanceof GuestObject) || list.get('length') !== OBJECTS) throw new Error('wrong import')
      list.release()
    },
    ROUNDS,
  )
  return ns / 1000
}

export const workload = defineWorkload({
  unit: 'us',
  subjects: {
    'js-adapter toValue': () => importIntoRuntime('ng'),
    'js-adapter toValue, bellard': () => importIntoRuntime('bellard'),
    // The library needs a comparison of values that the other build does not export.
    'quickjs-emscripten-sync marshal': async () => {
      const context = await openCoreContext('bellard')
      const arena = new Arena(context, { isMarshalable: true, registeredObjects: [] })
      // An object that was marshalled before is known to the library: each round brings new ones.
      const ns = await medianNs(
        OBJECTS,
        () => {
          arena.expose({ items: makeItems() })
          if (arena.evalCode('items.length') !== OBJECTS) throw new Error('wrong import')
        },
        ROUNDS,
      )
      return ns / 1000
    },
    'quickjs-emscripten handles': async () => {
      const context = await openCoreContext()
      const items = makeItems()
      const ns = await medianNs(
        OBJECTS,
        () => {
          const list = importInto(context, items)
          const length = context.getProp(list, 'length')
          if (context.getNumber(length) !== OBJECTS) throw new Error('wrong import')
          length.dispose()
          list.dispose()
        },
        ROUNDS,
      )
      return ns / 1000
    },
  },
  figures: [
    { subject: 'js-adapter toValue, bellard', peer: 'quickjs-emscripten-sync marshal', target: '>= 3' },
    // No library: the least calls that put the same tree into a guest.
    { subject: 'js-adapter toValue', peer: 'quickjs-emscripten handles', target: '>= 3' },
  ],
})
