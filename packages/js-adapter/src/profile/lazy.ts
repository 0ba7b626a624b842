// Parts of the profile that most guests never touch: compiled in the guest at first use, from text that stays on the host's side.
import { urlCore, URL_NEEDS } from './url-core.ts'

/** A part is a function of the profile's own names that it uses. */
function part(needs: readonly string[], source: string): string {
  return `(function (profile) {\n"use strict"\nconst { ${needs.join(', ')} } = profile\n${source}\n})`
}

/** In the order of the numbers by which the guest asks for them. */
export const LAZY_PARTS: readonly string[] = [part(URL_NEEDS, urlCore)]

/** Guest source: `lazily(number, scope)` gives a function that compiles the part once and returns what it made. */
export const lazy: string = String.raw`
const lazily = (number, scope) => {
  let made
  return () => { if (made === undefined) made = host(17, number)(scope()); return made }
}
const urlCore = lazily(0, () => ({ __proto__: null, ${URL_NEEDS.join(', ')} }))
`
