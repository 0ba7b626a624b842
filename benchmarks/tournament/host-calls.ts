// A guest's loop of a hundred thousand calls of one host function of two numbers.
import { createContext, runInContext } from 'node:vm'
import { rawFunction, Runtime } from '@loopwright/js-adapter/goja'
import { QuickJS } from 'quickjs-wasi'
import { VM } from 'vm2'
import { countOf, defineWorkload, medianNs } from '../harness/workload.ts'
import { openCoreContext } from '../js-adapter/support/core-context.ts'
import { ISOLATE_FLAGS, isolatedVmAbsent, loadIsolatedVm } from '../sandbox/support/isolated-vm.ts'
import { compiledPeer } from '../sandbox/support/quickjs-wasi.ts'

const CALLS = 100_000
const LOOP = `{ let sum = 0; for (let i = 0; i < ${CALLS}; i++) sum = add(sum, i); sum }`
const EXPECTED = (CALLS * (CALLS - 1)) / 2

const measure = (run: () => unknown): Promise<number> =>
  medianNs(
    CALLS,
    () => {
      const sum = run()
      if (sum !== EXPECTED) throw new RangeError(`the sum is ${String(sum)}`)
    },
    { warmups: countOf(2, 0), rounds: countOf(5, 1) },
  )

export const workload = defineWorkload({
  unit: 'ns',
  execArgv: ISOLATE_FLAGS,
  subjectsNotRun: { 'isolated-vm Callback': isolatedVmAbsent },
  subjects: {
    'js-adapter raw function': async () => {
      const runtime = await Runtime.create()
      runtime.set(
        'add',
        rawFunction((call) => call.number(0) + call.number(1)),
      )
      return measure(() => runtime.runString(LOOP))
    },
    'quickjs-emscripten newFunction': async () => {
      const context = await openCoreContext()
      const add = context.newFunction('add', (a, b) => context.newNumber(context.getNumber(a) + context.getNumber(b)))
      context.setProp(context.global, 'add', add)
      return measure(() => {
        const result = context.unwrapResult(context.evalCode(LOOP))
        const sum = context.getNumber(result)
        result.dispose()
        return sum
      })
    },
    'quickjs-wasi newFunction': async () => {
      const vm = await QuickJS.create(await compiledPeer())
      const add = vm.newFunction('add', (a, b) => vm.newNumber(a.toNumber() + b.toNumber()))
      vm.setProp(vm.global, 'add', add)
      return measure(() => {
        const result = vm.evalCode(LOOP)
        const sum: unknown = vm.dump(result)
        result.dispose()
        return sum
      })
    },
    'isolated-vm Callback': async () => {
      const { Callback, Isolate } = loadIsolatedVm()
      const context = await new Isolate().createContext()
      context.global.setSync('add', new Callback((a: number, b: number) => a + b))
      return measure(() => context.evalSync(LOOP) as unknown)
    },
    'node:vm': () => {
      const context = createContext({ add: (a: number, b: number) => a + b })
      return measure(() => runInContext(LOOP, context) as unknown)
    },
    vm2: () => {
      const vm = new VM({ sandbox: { add: (a: number, b: number) => a + b } })
      return measure(() => vm.run(LOOP) as unknown)
    },
  },
  figures: ['quickjs-emscripten newFunction', 'quickjs-wasi newFunction', 'isolated-vm Callback', 'node:vm', 'vm2'].map(
    (peer) => ({ subject: 'js-adapter raw function', peer }),
  ),
})
