// Parts of the profile that most guests never touch: compiled in the guest at first use, from text that stays on the host's side.
import { DELAY_NEEDS, delay } from './delay.ts'
import { FETCH_NEEDS, fetch } from './fetch.ts'
import { urlCore, URL_NEEDS } from './url-core.ts'

/** A part is a function of the profile's own names that it uses. */
function part(needs: readonly string[], source: string): string {
  return `(function (profile) {\n"use strict"\nconst { ${needs.join(', ')} } = profile\n${source}\n})`
}

/** In the order of the numbers by which the guest asks for them. */
export const LAZY_PARTS: readonly string[] = [part(URL_NEEDS, urlCore), part(FETCH_NEEDS, fetch), part(DELAY_NEEDS, delay)]

/** Guest source: `lazily(number, scope)` gives a function that compiles the part once and returns what it made. */
export const lazy: string = String.raw`
const lazily = (number, scope) => {
  let made
  return () => { if (made === undefined) made = host(17, number)(scope()); return made }
}
const urlCore = lazily(0, () => ({ __proto__: null, ${URL_NEEDS.join(', ')} }))
const fetchPart = lazily(1, () => ({ __proto__: null, ${FETCH_NEEDS.join(', ')} }))
const delayPart = lazily(2, () => ({ __proto__: null, ${DELAY_NEEDS.join(', ')} }))
/* Objects of parts that structuredClone does not know by itself. */
const uncloneable = new $WeakSet()
/* Runs a step when a signal aborts. What is returned takes it back. */
const onAbort = (signal, step) => {
  const { steps } = signalOf(signal)
  steps[steps.length] = step
  return () => {
    const state = signalOf(signal), rest = safeList()
    for (let i = 0; i < state.steps.length; i++) if (state.steps[i] !== step) rest[rest.length] = state.steps[i]
    state.steps = rest
  }
}
const isSignal = (value) => isObject(value) && weakMapGet(signalState, value) !== undefined
`
