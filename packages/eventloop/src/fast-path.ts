// Whether turns follow one another in one visit of the host, or each returns to it.
import type { Diagnostics } from './diagnostics.ts'
import { LoopError } from './errors.ts'
import type { FastPathMode } from './state.ts'

export class FastPath {
  readonly #diagnostics: Diagnostics
  readonly #turn: () => number
  #mode: FastPathMode
  #hostInputs = 0
  #active: boolean
  /** Effective changes so far. */
  transitions = 0

  constructor(mode: FastPathMode, diagnostics: Diagnostics, turn: () => number) {
    this.#mode = mode
    this.#diagnostics = diagnostics
    this.#turn = turn
    this.#active = mode !== 'disabled'
  }

  get active(): boolean {
    return this.#active
  }

  get mode(): FastPathMode {
    return this.#mode
  }

  /** @throws LoopError `ERR_FAST_PATH_FORCED` if `'forced'` is asked for while a descriptor is registered. */
  setMode(mode: FastPathMode): void {
    if (mode === 'forced' && this.#hostInputs > 0) throw forcedError(`${this.#hostInputs} descriptors are registered`)
    this.#mode = mode
    this.#update('mode')
  }

  /** A descriptor is registered: from here on the host must be visited between turns. @throws LoopError `ERR_FAST_PATH_FORCED`. */
  addHostInput(): void {
    if (this.#mode === 'forced') throw forcedError('the loop would never return to the host for it')
    this.#hostInputs++
    this.#update('descriptor')
  }

  removeHostInput(): void {
    this.#hostInputs--
    this.#update('descriptor')
  }

  #update(reason: 'mode' | 'descriptor'): void {
    const active = this.#mode === 'forced' || (this.#mode === 'auto' && this.#hostInputs === 0)
    if (active === this.#active) return
    this.#active = active
    this.transitions++
    const from = active ? 'poll' : 'fast'
    const to = active ? 'fast' : 'poll'
    this.#diagnostics.log('debug', 'loop.fast_path', 'the path of turns has changed', () => ({
      from,
      to,
      reason,
      turn: this.#turn(),
    }))
    this.#diagnostics.transition('fastPath', from, to)
  }
}

function forcedError(why: string): LoopError {
  return new LoopError('ERR_FAST_PATH_FORCED', `the fast path is forced: ${why}; use setFastPath('auto')`)
}
