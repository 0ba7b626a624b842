// Several backends as one: the first that succeeds, all of them, or by level.
import { isFailClosed, isReported, LogError, markReported } from '../errors.ts'
import type { Level } from '../level.ts'
import { FIRST_CUSTOM_LEVEL } from '../level.ts'
import type { Outcome } from '../outcome.ts'
import { ErrDisabled } from '../outcome.ts'
import type { Backend, FlushOptions } from './backend.ts'
import type { EventHost } from './host.ts'
import type { TeeBranch } from './tee-event.ts'
import { TeeEvent } from './tee-event.ts'

/** Which of the backends get an event of this level, by index. */
type Route = (level: Level, host: EventHost) => readonly number[]
type Join = (write: (index: number) => Outcome, asked: readonly number[]) => Outcome
/** Whether the outcome of all may be that of one that holds lines. */
type Holding = (asked: readonly Backend[], holds: (backend: Backend) => boolean) => boolean

/** Tries the backends in the order given, and stops at the first that succeeds. It goes on only after `ErrDisabled`. */
export function firstOf(...backends: readonly Backend[]): Backend {
  const writeFirst: Join = (write, asked) => {
    for (const index of asked) {
      const outcome = write(index)
      if (outcome !== ErrDisabled) return outcome
    }
    return ErrDisabled
  }
  return combine('firstOf', backends, everywhere(backends), writeFirst, (asked, holds) => asked.some(holds))
}

/** Writes to all; succeeds if one did. Each failure is reported on its own; if all failed, an `AggregateError` is the outcome. */
export function fanOut(...backends: readonly Backend[]): Backend {
  return combine('fanOut', backends, everywhere(backends), writeAll, allHold)
}

/** Routes by the name of the level; `rest` gets what is not named. */
export function byLevel(routes: Readonly<Record<string, Backend>>, rest: Backend): Backend {
  return routed('byLevel', routes, rest, false)
}

/** Like `byLevel`, but `rest` gets every event. */
export function alsoByLevel(routes: Readonly<Record<string, Backend>>, rest: Backend): Backend {
  return routed('alsoByLevel', routes, rest, true)
}

function routed(name: string, routes: Readonly<Record<string, Backend>>, rest: Backend, both: boolean): Backend {
  const backends = [...new Set([...Object.values(routes), rest])]
  const last = backends.indexOf(rest)
  const tables = new WeakMap<EventHost, (readonly number[])[]>()
  const route: Route = (level, host) => {
    let table = tables.get(host)
    if (table === undefined) tables.set(host, (table = []))
    const known = table[level]
    if (known !== undefined) return known
    const levelName = host.levelName(level)
    const own = Object.hasOwn(routes, levelName) ? backends.indexOf(routes[levelName] as Backend) : -1
    const found = own < 0 || own === last ? [last] : both ? [own, last] : [own]
    table[level] = found
    return found
  }
  return combine(name, backends, route, writeAll, allHold)
}

function everywhere(backends: readonly Backend[]): Route {
  const all = backends.map((_, index) => index)
  return () => all
}

const writeAll: Join = (write, asked) => {
  const errors: Error[] = []
  let succeeded = false
  let last: Outcome = ErrDisabled
  for (const index of asked) {
    const outcome = write(index)
    if (outcome === undefined) succeeded = true
    else if (outcome instanceof Error) errors.push(outcome)
    else last = outcome
  }
  if (succeeded) return undefined
  if (errors.length === 0) return last
  return errors.length === 1 ? errors[0] : markReported(new AggregateError(errors, `${errors.length} backends failed`))
}

/** One that writes at once is enough for success. */
const allHold: Holding = (asked, holds) => asked.length > 0 && asked.every(holds)

function combine(name: string, backends: readonly Backend[], route: Route, join: Join, holding: Holding): Backend<TeeEvent> {
  for (const backend of backends)
    if (typeof backend?.newEvent !== 'function' || typeof backend.write !== 'function')
      throw new LogError('ERR_LOG_OPTION', `${name} takes backends`)
  // backends that share a line format share one event: the first of them makes it
  const makers = backends.map((backend, index) => {
    const first = backend.format === undefined ? index : backends.findIndex(({ format }) => format === backend.format)
    return first < 0 ? index : first
  })
  const isOn = (backend: Backend, level: Level): boolean =>
    level >= FIRST_CUSTOM_LEVEL || backend.enabled === undefined || backend.enabled(level)
  const closed = async (run: (backend: Backend) => unknown): Promise<void> => {
    const results = await Promise.allSettled(backends.map(async (backend) => run(backend)))
    throwFailures(results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : [])))
  }
  const self: Backend<TeeEvent> = {
    name,
    newEvent(level, host) {
      const branches: TeeBranch[] = []
      for (const index of route(level, host)) {
        const backend = backends[index] as Backend
        const maker = makers[index] as number
        if (!isOn(backend, level) || branches[maker] !== undefined) continue
        const own = host.for(backends[maker] as Backend)
        branches[maker] = { event: (backends[maker] as Backend).newEvent(level, own), host: own }
      }
      return new TeeEvent(
        level,
        host,
        branches.filter((branch) => branch !== undefined),
      )
    },
    write(event) {
      const { host } = event
      return join(
        (index) => {
          const backend = backends[index] as Backend
          const own = host.for(backends[makers[index] as number] as Backend)
          const branch = event.branches.find((candidate) => candidate.host === own)
          if (branch === undefined || !isOn(backend, event.level)) return ErrDisabled
          return writeBranch(backend, branch, host.for(backend))
        },
        route(event.level, host),
      )
    },
    releaseEvent(event) {
      for (const { event: own, host } of event.branches) {
        const backend = backends.find((candidate) => event.host.for(candidate) === host)
        backend?.releaseEvent?.(own)
      }
    },
    enabled: (level) => backends.some((backend) => isOn(backend, level)),
    holds(level, host) {
      const asked = route(level, host).map((index) => backends[index] as Backend)
      return holding(
        asked.filter((backend) => isOn(backend, level)),
        (backend) => backend.holds?.(level, host) === true,
      )
    },
    flush: (options?: FlushOptions) => closed((backend) => backend.flush?.(options)),
    flushSync() {
      const errors: unknown[] = []
      for (const backend of backends) {
        try {
          backend.flushSync?.()
        } catch (error) {
          errors.push(error)
        }
      }
      throwFailures(errors)
    },
    flushFinal: () => closed((backend) => (backend.flushFinal === undefined ? backend.flush?.() : backend.flushFinal())),
    close: () => closed((backend) => backend.close?.()),
    stats() {
      const all = backends.map((backend) => backend.stats?.() ?? { written: 0, dropped: 0, queuedBytes: 0 })
      const sum = (member: 'written' | 'dropped' | 'queuedBytes'): number =>
        all.reduce((total, stats) => total + stats[member], 0)
      return { written: sum('written'), dropped: sum('dropped'), queuedBytes: sum('queuedBytes') }
    },
  }
  return self
}

function writeBranch(backend: Backend, { event }: TeeBranch, host: EventHost): Outcome {
  let outcome: Outcome
  try {
    outcome = backend.write(event)
  } catch (error) {
    if (isFailClosed(error)) throw error
    return markReported(host.fail('write', error))
  }
  if (!(outcome instanceof Error) || isReported(outcome)) return outcome
  return markReported(host.fail('write', outcome))
}

function throwFailures(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} backends failed`)
}
