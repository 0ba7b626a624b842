// The builder of one event, from its first field to its message.
import type { Event } from '../event/event.ts'
import { LogError, LogPanicError } from '../errors.ts'
import type { Level } from '../level.ts'
import type { Outcome } from '../outcome.ts'
import { ErrLimited } from '../outcome.ts'
import { durationText } from '../text/duration.ts'
import { printable } from '../text/thrown.ts'
import { instantText } from '../text/timestamp.ts'
import { callSiteOf } from './call-site.ts'
import { CollectedGroup } from './collected-group.ts'
import type { Builder, Fields, Lazy, Modifier, ModifierEvent } from './fields.ts'
import { FieldSink } from './field-sink.ts'
import { messageOf } from './error-message.ts'
import { FragmentWriter } from './fragment-writer.ts'
import type { BoundPart, LoggerCore } from './logger-core.ts'
import { FieldWriter } from './nested-builder.ts'

const NO_PATH: readonly string[] = Object.freeze([])

/** What the terminal does beyond writing. */
export type Ending = 'write' | 'panic' | 'fatal'

/** hot: benchmarks/logiface/four-fields */
export class EventBuilder extends FieldWriter implements Builder<unknown, unknown> {
  readonly #core: LoggerCore
  readonly #level: Level
  readonly #ending: Ending
  readonly #sampled: number
  #event: Event | undefined = undefined
  #sink: FieldSink | undefined = undefined
  /** An event exists and takes fields at its top. */
  #plain = false
  /** Nothing is to be written; a panic or fatal builder whose level is off, or an event that was dropped. */
  #mute: boolean
  #ended = false
  #groups = 0
  /** Groups of an event that cannot nest. */
  #collected: CollectedGroup | undefined = undefined
  #error: unknown = undefined
  /** Where the event's own level of fields is, once it has one. */
  #top: FieldSink | undefined = undefined
  #message: string | undefined = undefined
  #outcome: Outcome = undefined

  constructor(core: LoggerCore, level: Level, ending: Ending, sampled: number, mute: boolean) {
    super()
    this.#core = core
    this.#level = level
    this.#ending = ending
    this.#sampled = sampled
    this.#mute = mute
  }

  /** What became of the event; meaningful once it has ended. */
  get outcome(): Outcome {
    return this.#outcome
  }

  override str(key: string, value: Lazy<string | null | undefined>): this {
    if (typeof value === 'string' && (this.#plain || this.#opens())) {
      const { host } = this.#core.root
      const slot = host.keys.top(key)
      if (slot.clear && value.length <= host.freeChars) {
        const event = this.#event as Event
        try {
          if (event.addString?.(slot, value) !== true) event.addField(slot, value)
        } catch (error) {
          host.fail('field', error)
        }
        return this
      }
    }
    return this.field('str', key, value)
  }

  override num(key: string, value: Lazy<number | null | undefined>): this {
    if (typeof value === 'number' && (this.#plain || this.#opens())) {
      const { host } = this.#core.root
      const slot = host.keys.top(key)
      if (slot.clear) {
        const event = this.#event as Event
        try {
          if (event.addNumber?.(slot, value) !== true) event.addField(slot, value)
        } catch (error) {
          host.fail('field', error)
        }
        return this
      }
    }
    return this.field('num', key, value)
  }

  override bool(key: string, value: Lazy<boolean | null | undefined>): this {
    if (typeof value === 'boolean' && (this.#plain || this.#opens())) {
      const { host } = this.#core.root
      const slot = host.keys.top(key)
      if (slot.clear) {
        const event = this.#event as Event
        try {
          if (event.addBoolean?.(slot, value) !== true) event.addField(slot, value)
        } catch (error) {
          host.fail('field', error)
        }
        return this
      }
    }
    return this.field('bool', key, value)
  }

  override err(error: unknown, key: string = this.#core.root.host.errorKey): this {
    if (this.#error === undefined) this.#error = error
    this.sink()?.put('err', key, error)
    return this
  }

  limit(category: string): unknown {
    const { limit, host, off } = this.#core.root
    if (limit === undefined || this.#mute || this.#ending !== 'write') return this
    if (this.#ended) {
      this.#misuse()
      return this
    }
    const admission = limit.admit(category, host)
    if (admission === undefined) return this
    if (admission === 'refused') {
      host.stats.limited++
      this.#finish(ErrLimited)
      return off
    }
    const { suppressed, retryAfterMs } = admission
    if (suppressed > 0) this.num('_suppressed', suppressed)
    if (retryAfterMs > 0) {
      const next = instantText(Math.ceil(host.clock.epochMs() + retryAfterMs))
      this.sink()?.put('json', '_limited', { category: host.text(category), next, until: durationText(retryAfterMs) })
    }
    return this
  }

  limitHere(): unknown {
    if (this.#core.root.limit === undefined) return this
    const { file, line } = callSiteOf(this.limitHere)
    return this.limit(`${file}:${line}`)
  }

  modify(modifier: Modifier): this {
    if (this.sink() !== undefined) this.#run(modifier)
    return this
  }

  msg(text?: Lazy<string>): unknown {
    if (this.#ended) {
      this.#misuse()
      return undefined
    }
    const message = this.#messageText(text)
    if (this.#event === undefined) this.sink()
    const event = this.#event
    const shown = message ?? (this.#top?.error === undefined ? undefined : messageOf(this.#top))
    if (event !== undefined && !this.#mute) {
      if (this.#groups > 0 || this.#collected !== undefined) this.#closeGroups(event)
      this.#addMessage(event, shown, message === undefined)
      this.#ended = true
      this.#plain = false
      this.#event = undefined
      this.#sink = undefined
      this.#outcome = this.#core.write(event)
    }
    this.#ended = true
    if (this.#ending !== 'write') this.#escalate(shown ?? '')
    return undefined
  }

  drop(): void {
    if (this.#ended) this.#misuse()
    else {
      this.#finish(undefined)
      this.#mute = false
      this.#ended = true
    }
  }

  protected override sink(): FieldSink | undefined {
    if (this.#sink !== undefined) return this.#sink
    if (this.#event !== undefined) return this.#openSink(this.#event)
    if (this.#ended) {
      this.#misuse()
      return undefined
    }
    if (this.#mute) return undefined
    this.#begin()
    return this.#sink ?? (this.#event === undefined ? undefined : this.#openSink(this.#event))
  }

  /** Most events have nothing but scalars at their top, and need no sink. */
  #openSink(event: Event): FieldSink {
    const { host } = this.#core.root
    return (this.#sink = this.#top = new FieldSink(host, event, 0, host.redactor?.automaton.root, NO_PATH))
  }

  /** Begins the event if it has not begun. @returns whether it takes fields at its top. */
  #opens(): boolean {
    if (this.#event === undefined && !this.#ended && !this.#mute) this.#begin()
    return this.#plain
  }

  protected override enter(name: string): void {
    const sink = this.sink()
    if (sink === undefined) return
    try {
      const key = sink.key(name)
      const below = sink.depth === 0 ? key.state : sink.step(name)
      this.#plain = false
      if (sink.event.openObject?.(key) === true) {
        if (this.#collected === undefined) this.#groups++
        else this.#collected.deepen()
        this.#sink = sink.below(name, below)
        return
      }
      this.#collected = new CollectedGroup(this.#level, sink.host, key)
      this.#sink = new FieldSink(sink.host, this.#collected.event, sink.depth + 1, below, [...sink.path, name])
    } catch (error) {
      sink.host.fail('field', error)
    }
  }

  #begin(): void {
    const { root, frames, modifiers } = this.#core
    const { host, backend } = root
    let event: Event
    try {
      event = (backend as NonNullable<typeof backend>).newEvent(this.#level, host)
    } catch (error) {
      host.stats.dropped++
      this.#mute = true
      host.fail('event', error)
      return
    }
    this.#event = event
    this.#plain = true
    for (let i = 0; i < modifiers.length && this.#plain; i++) this.#run(modifiers[i] as Modifier)
    for (let i = 0; i < frames.length && !this.#mute; i++) {
      const { group, parts } = frames[i] as (typeof frames)[number]
      if (group !== undefined) this.enter(group)
      for (let p = 0; p < parts.length; p++) {
        const { fragment, error, replay } = parts[p] as BoundPart
        if (fragment === undefined) replay(this as unknown as Fields)
        else event.addFragment?.(fragment)
        if (error !== undefined) this.#bindError(event, error)
      }
      if (i === 0) this.#addContext(event)
    }
  }

  #bindError(event: Event, error: unknown): void {
    if (this.#top === undefined) this.#openSink(event)
    ;(this.#top as FieldSink).error = error
  }

  #addContext(event: Event): void {
    const { contexts, contextFragments, host, backend } = this.#core.root
    for (let i = 0; i < contexts.length; i++) {
      try {
        const store = contexts[i]?.getStore()
        if (typeof store !== 'object' || store === null) continue
        const known = contextFragments.of(store)
        if (known !== undefined) {
          event.addFragment?.(known)
          continue
        }
        if (backend?.openFragment !== undefined && Object.isFrozen(store) && !hasFunction(store)) {
          const fragment = backend.openFragment(host, false)
          new FragmentWriter(new FieldSink(host, fragment, 0, host.redactor?.automaton.root, [])).fields(
            store as Readonly<Record<string, unknown>>,
          )
          contextFragments.set(store, fragment)
          event.addFragment?.(fragment)
        } else this.fields(store as Readonly<Record<string, unknown>>)
      } catch (error) {
        host.fail('context', error)
      }
    }
    if (this.#sampled > 0) this.num('_sampled', this.#sampled)
  }

  #run(modifier: Modifier): void {
    const { root } = this.#core
    let outcome: Outcome | void
    try {
      outcome = modifier(this.#face())
    } catch (error) {
      outcome = root.host.fail('modifier', error)
    }
    if (outcome === undefined) return
    if (typeof outcome === 'symbol') {
      root.host.stats[outcome === ErrLimited ? 'limited' : 'disabled']++
      this.#finish(outcome)
    } else {
      root.host.stats.dropped++
      this.#finish(outcome)
      root.dpanic('a modifier failed', outcome)
    }
  }

  #face(): ModifierEvent {
    return {
      level: this.#level,
      addField: (key, value) => void this.any(key, value),
      addError: (error, key) => void (key === undefined ? this.err(error) : this.err(error, key)),
      setMessage: (text) => {
        this.#message = text
      },
    }
  }

  #messageText(text: Lazy<string> | undefined): string | undefined {
    if (this.#mute && this.#ending === 'write') return undefined
    const { host } = this.#core.root
    try {
      const given = typeof text === 'function' ? text() : text
      const message = given === undefined ? this.#message : typeof given === 'string' ? given : printable(given)
      return message === undefined ? undefined : host.text(message)
    } catch (error) {
      host.fail('field', error)
      return '[Throws]'
    }
  }

  #addMessage(event: Event, text: string | undefined, isFromError: boolean): void {
    const { host } = this.#core.root
    try {
      if (text === undefined) return
      const fromError = isFromError && event.addErrorMessage !== undefined
      const added = fromError ? event.addErrorMessage?.(text) : event.addMessage?.(text)
      if (added !== true) event.addField(host.messageKey, text)
    } catch (error) {
      host.fail('field', error)
    }
  }

  #closeGroups(event: Event): void {
    try {
      this.#collected?.addTo(event)
    } catch (error) {
      this.#core.root.host.fail('field', error)
    }
    while (this.#groups > 0) {
      this.#groups--
      try {
        event.closeObject?.(true)
      } catch (error) {
        this.#core.root.host.fail('field', error)
      }
    }
  }

  #finish(outcome: Outcome): void {
    const event = this.#event
    this.#outcome = outcome
    this.#event = undefined
    this.#sink = undefined
    this.#plain = false
    this.#ended = this.#ending === 'write'
    this.#mute = true
    if (event !== undefined) this.#core.root.backend?.releaseEvent?.(event)
  }

  #escalate(message: string): never {
    const { root } = this.#core
    if (this.#ending === 'panic') throw new LogPanicError(message, this.#error)
    const written = this.#outcome === undefined && !this.#mute
    try {
      root.backend?.flushSync?.()
    } catch (error) {
      root.host.fail('flush', error)
    }
    if (!written) globalThis.process?.stderr?.write(`${root.host.text(message)}\n`)
    // Where nothing can be ended, the caller at least does not go on.
    if (root.exit === undefined) throw new LogPanicError(message, this.#error)
    root.exit(1)
    return undefined as never
  }

  #misuse(): void {
    // an event that a modifier or a limit dropped has ended without its author's doing
    if (this.#mute) return
    const { root } = this.#core
    root.host.stats.misuse++
    if (root.development)
      throw new LogError('ERR_LOG_BUILDER_SPENT', 'this builder has ended: each event needs a builder of its own')
  }
}

function hasFunction(store: object): boolean {
  return Object.values(store).some((value) => typeof value === 'function')
}
