// The builder of an event that is not wanted, for loggers made with `disabled: 'noop'`.
import type { Builder } from './fields.ts'

/** Does nothing, evaluates nothing, and is shared by all loggers. */
class OffBuilder implements Builder<never, void> {
  str(): this {
    return this
  }
  num(): this {
    return this
  }
  big(): this {
    return this
  }
  bool(): this {
    return this
  }
  time(): this {
    return this
  }
  dur(): this {
    return this
  }
  bytes(): this {
    return this
  }
  err(): this {
    return this
  }
  json(): this {
    return this
  }
  any(): this {
    return this
  }
  obj(): this {
    return this
  }
  arr(): this {
    return this
  }
  raw(): this {
    return this
  }
  fields(): this {
    return this
  }
  group(): this {
    return this
  }
  call(): this {
    return this
  }
  callSite(): this {
    return this
  }
  limit(): this {
    return this
  }
  limitHere(): this {
    return this
  }
  modify(): this {
    return this
  }
  msg(): void {}
  drop(): void {}
}

export const offBuilder: Builder<never, void> = Object.freeze(new OffBuilder())
