// A guest array of ten thousand small objects becomes host objects.
import { GuestObject, Runtime } from '@loopwright/js-adapter/goja'
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { openCoreContext } from './support/core-context.ts'

const OBJECTS = 10_000
const SOURCE = `Array.from({ length: ${OBJECTS} }, (_, id) => ({ id, name: 'item ' + id, ok: id % 2 === 0, tags: ['a', 'b'] }))`

function check(value: unknown): void {
  const last: unknown = Array.isArray(value) && value.length === OBJECTS ? value[OBJECTS - 1] : undefined
  if (Reflect.get(Object(last), 'name') !== `item ${OBJECTS - 1}`) throw new Error('wrong export')
}

export const workload = defineWorkload({
  unit: 'us',
  subjects: {
    'js-adapter export': async () => {
      const runtime = await Runtime.create()
      const list = runtime.runString(SOURCE)
      if (!(list instanceof GuestObject)) throw new TypeError('no list')
      return (await medianNs(OBJECTS, () => check(list.export()))) / 1000
    },
    'quickjs-emscripten dump': async () => {
      const context = await openCoreContext()
      const list = context.unwrapResult(context.evalCode(SOURCE))
      return (await medianNs(OBJECTS, () => check(context.dump(list)))) / 1000
    },
  },
  figures: [{ subject: 'js-adapter export', peer: 'quickjs-emscripten dump', target: '>= 1' }],
})
