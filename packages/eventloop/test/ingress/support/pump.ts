// The smallest consumer of ingress: one turn when told, on the caller's stack, so that a test decides every order.
import type { CommandSet, Commands, IngressHandlers } from '../../../src/ingress/commands.ts'
import { Ingress } from '../../../src/ingress/ingress.ts'
import type { IngressOptions } from '../../../src/ingress/options.ts'
import type { IngressPort } from '../../../src/ingress/port.ts'

export interface Pump {
  readonly ingress: Ingress
  readonly wakeWord: Int32Array
  /** What the producers asked of the loop. */
  readonly requests: string[]
  readonly turnsRequested: () => number
  /** What handlers threw. */
  readonly errors: unknown[]
  /** Runs one turn, at most `limit` callbacks of it. @returns callbacks run. */
  turn(limit?: number): number
  /** Runs turns until there is nothing to do. */
  drain(): void
  open<Set extends CommandSet>(
    commands: Commands<Set>,
    handlers: IngressHandlers<Set>,
    options?: Partial<IngressOptions<Set>>,
    startIndex?: number,
  ): IngressPort
}

export function createPump(): Pump {
  const wakeWord = new Int32Array(new SharedArrayBuffer(8))
  const requests: string[] = []
  const errors: unknown[] = []
  let requested = 0
  const note = (name: string) => (value?: unknown) => {
    requests.push(value === undefined ? name : `${name} ${JSON.stringify(value)}`)
    return true
  }
  const ingress = new Ingress(
    {
      requests: {
        shutdown: note('shutdown'),
        close: note('close'),
        cancelTimer: note('cancelTimer'),
        cancelTimers: note('cancelTimers'),
        refTimer: note('refTimer'),
        unrefTimer: note('unrefTimer'),
      },
      requestTurn: () => {
        requested++
      },
      livenessChanged: () => {},
    },
    wakeWord,
  )
  const pump: Pump = {
    ingress,
    wakeWord,
    requests,
    errors,
    turnsRequested: () => requested,
    turn(limit = Number.POSITIVE_INFINITY) {
      ingress.awake()
      ingress.poll()
      ingress.open()
      let ran = 0
      for (; ran < limit && ingress.hasNext(); ran++) {
        try {
          ingress.runNext()
        } catch (error) {
          errors.push(error)
        }
      }
      ingress.close()
      return ran
    },
    drain() {
      while (ingress.hasWork()) pump.turn()
    },
    open: (commands, handlers, options = {}, startIndex = 0) => ingress.create({ commands, handlers, ...options }, startIndex),
  }
  return pump
}
