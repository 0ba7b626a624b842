// Guest source: what keeps guests from known memory faults of quickjs-ng 0.12.1 that lie in functions of the language. Evaluated before everything else.

/**
 * - Appending to an array whose `length` had grown, or whose last element was deleted, leaves what was in the memory before between the elements (mended in 0.14 to 0.16, issues
 *   1430 and 1562). It is a short cut that the engine itself does not take once an accessor has been an element of `Array.prototype`, as polluted prototypes have them.
 * - `RegExp.escape` takes a text in parts for one piece (issue 1571): it is given one piece.
 * - The iterator of `Iterator.concat` frees twice when it is entered from within (issue 1368): it refuses, as the language has it.
 */
export const mends: string = String.raw`(() => {
"use strict"
const { apply, defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Reflect
const uncurry = Function.prototype.bind.bind(Function.prototype.call)
/* A proxy, so that what replaces a native has its properties and its text. */
const replace = (object, name, apply) => defineProperty(object, name, { __proto__: null, ...getOwnPropertyDescriptor(object, name), value: new Proxy(object[name], { __proto__: null, apply }) })
defineProperty(Array.prototype, 0, { __proto__: null, get() {}, configurable: true })
delete Array.prototype[0]
Array.prototype.length = 0
if (typeof RegExp.escape === 'function') {
  const slice = uncurry(String.prototype.slice)
  replace(RegExp, 'escape', (native, self, given) => apply(native, self, [typeof given[0] === 'string' ? slice(given[0], 0) : given[0]]))
}
if (typeof Iterator.concat === 'function') {
  const prototype = getPrototypeOf(Iterator.concat()), $TypeError = TypeError
  const running = new WeakSet(), has = uncurry(running.has), add = uncurry(running.add), remove = uncurry(running.delete)
  const guarded = (native, self, given) => {
    if ((typeof self !== 'object' || self === null) && typeof self !== 'function') return apply(native, self, given)
    if (has(running, self)) throw new $TypeError('the iterator is already running')
    add(running, self)
    try { return apply(native, self, given) } finally { remove(running, self) }
  }
  for (const name of ['next', 'return']) {
    replace(prototype, name, guarded)
    defineProperty(prototype[name], 'length', { __proto__: null, value: 0 }) /* as the language has it; the build says 1 */
  }
}
})()`

/** An expression that is true where they hold. It does nothing that a build without them would survive only by luck but what they change. */
export const mended: string = String.raw`(() => {
const grown = [1, 2]; grown.length = 9; grown.push(3)
const shortened = [1, 2]; delete shortened[1]; shortened.push(3)
const half = 'ab'.repeat(9000), escaped = typeof RegExp.escape !== 'function' || RegExp.escape(half + half).length === RegExp.escape(half).length * 2 - 3
let refused = typeof Iterator.concat !== 'function'
if (!refused) {
  const all = Iterator.concat({ [Symbol.iterator]() { try { all.return() } catch (error) { refused = error instanceof TypeError } return [7][Symbol.iterator]() } })
  refused = all.next().value === 7 && refused
}
return !(5 in grown) && grown.length === 10 && !(1 in shortened) && shortened[2] === 3 && escaped && refused
})()`
