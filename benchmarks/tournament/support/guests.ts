// The same guest in every sandbox, each with the limits that its documentation advises for a stranger's program; and the contest between them.
import { createContext, runInContext } from 'node:vm'
import { isJsAdapterError } from '@loopwright/js-adapter'
import { QuickJS } from 'quickjs-wasi'
import { VM } from 'vm2'
import type { Workload } from '../../harness/workload.ts'
import { openCoreContext } from '../../js-adapter/support/core-context.ts'
import { ISOLATE_FLAGS, isolatedVmAbsent, loadIsolatedVm } from '../../sandbox/support/isolated-vm.ts'
import { openLimited, withQuietLoop } from '../../sandbox/support/limited.ts'
import { compiledPeer } from '../../sandbox/support/quickjs-wasi.ts'
import { Deadline } from './deadline.ts'

const MEMORY_MIB = 64
const MEMORY_BYTES = MEMORY_MIB * 1024 * 1024
/** Between the limit that ours ends a loop by and the one for native code, which must come later. */
const HARD_SLACK_MS = 10_000

export interface Guest {
  /** Runs `source`, at most for the time that the guest was opened with, to its value or a promise of it. Globals stay from run to run. */
  run(source: string): unknown
  /** Whether `error` says that a run took its time. */
  isTimeLimit(error: unknown): boolean
}

/** Opens a guest, every run of which may take `limitMs`, for as long as `work` lasts. */
type WithGuest = (limitMs: number, work: (guest: Guest) => Promise<number>) => Promise<number>

const SUBJECT = 'js-adapter'
const ISOLATED_VM = 'isolated-vm'

function says(error: unknown, text: RegExp): boolean {
  return text.test(String(Reflect.get(Object(error), 'message')))
}

/** As it comes with `engine`: quickjs-emscripten's own default is `bellard`. */
function emscripten(engine: 'ng' | 'bellard'): WithGuest {
  return async (limitMs, work) => {
    const context = await openCoreContext(engine)
    const deadline = new Deadline(limitMs)
    context.runtime.setMemoryLimit(MEMORY_BYTES)
    context.runtime.setInterruptHandler(deadline.hasPassed)
    return work({
      run: (source) => {
        deadline.start()
        const value = context.unwrapResult(context.evalCode(source))
        const result: unknown = context.dump(value)
        value.dispose()
        return result
      },
      isTimeLimit: (error) => says(error, /interrupted/u),
    })
  }
}

const isScriptTimeout = (error: unknown): boolean => Reflect.get(Object(error), 'code') === 'ERR_SCRIPT_EXECUTION_TIMEOUT'

const SANDBOXES: Readonly<Record<string, WithGuest>> = {
  [SUBJECT]: (limitMs, work) =>
    withQuietLoop(async (loop) => {
      const limits = {
        operationMs: limitMs,
        hardMs: limitMs + HARD_SLACK_MS,
        memoryBytes: MEMORY_BYTES,
        maxInterrupts: Number.POSITIVE_INFINITY,
      }
      const sandbox = await openLimited(loop, { limits })
      const figure = await work({
        run: (source) => sandbox.run(source),
        isTimeLimit: (error) => isJsAdapterError(error, 'ERR_LIMIT_OPERATION'),
      })
      sandbox.close()
      return figure
    }),
  'quickjs-emscripten, ng': emscripten('ng'),
  'quickjs-emscripten, bellard': emscripten('bellard'),
  'quickjs-wasi': async (limitMs, work) => {
    const deadline = new Deadline(limitMs)
    const vm = await QuickJS.create({
      ...(await compiledPeer()),
      memoryLimit: MEMORY_BYTES,
      interruptHandler: deadline.hasPassed,
    })
    return work({
      run: (source) => {
        deadline.start()
        const value = vm.evalCode(source)
        const result: unknown = vm.dump(value)
        value.dispose()
        return result
      },
      isTimeLimit: (error) => says(error, /interrupted/u),
    })
  },
  [ISOLATED_VM]: async (limitMs, work) => {
    const { Isolate } = loadIsolatedVm()
    const isolate = new Isolate({ memoryLimit: MEMORY_MIB, onCatastrophicError: () => process.abort() })
    const context = await isolate.createContext()
    return work({
      run: (source) => context.eval(source, { timeout: limitMs, copy: true }),
      isTimeLimit: (error) => says(error, /timed out/u),
    })
  },
  'node:vm': (limitMs, work) => {
    const context = createContext({})
    return work({
      run: (source) => runInContext(source, context, { timeout: limitMs }) as unknown,
      isTimeLimit: isScriptTimeout,
    })
  },
  vm2: (limitMs, work) => {
    const vm = new VM({ timeout: limitMs })
    return work({ run: (source) => vm.run(source) as unknown, isTimeLimit: isScriptTimeout })
  },
}

/** What a workload of all sandboxes declares: ours against each, measured by `measure` in a guest whose runs may take `limitMs`. */
export function contest(
  limitMs: number,
  measure: (guest: Guest) => Promise<number>,
): Pick<Workload, 'subjects' | 'figures' | 'execArgv' | 'subjectsNotRun'> {
  const names = Object.keys(SANDBOXES)
  return {
    execArgv: ISOLATE_FLAGS,
    subjects: Object.fromEntries(Object.entries(SANDBOXES).map(([name, withGuest]) => [name, () => withGuest(limitMs, measure)])),
    subjectsNotRun: { [ISOLATED_VM]: isolatedVmAbsent },
    figures: names.filter((name) => name !== SUBJECT).map((peer) => ({ subject: SUBJECT, peer })),
  }
}
