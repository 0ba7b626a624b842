// Oracle fixture: delays, handles, clearing, refresh, primitives.
/* oxlint-disable */
for (const delay of [undefined, null, 0, -0, 1, 1.9, '5', '', true, [], [7], 2 ** 31 - 1]) {
  const handle = setTimeout(() => {}, delay)
  show(`delay ${text(delay)}`, () => [handle._idleTimeout, handle._repeat])
  clearTimeout(handle)
}
for (const bad of [Symbol('s'), 1n]) show(`delay ${text(bad)}`, () => setTimeout(() => {}, bad))
for (const name of ['setTimeout', 'setInterval', 'setImmediate'])
  for (const bad of [undefined, null, 'code', 1, {}, [], Symbol('s'), /x/])
    show(`${name} ${text(bad)}`, () => globalThis[name](bad))
for (const any of [undefined, null, 0, -1, 'x', {}, NaN, Symbol.iterator, 1n, () => {}]) {
  show(`clear ${text(any)}`, () => [clearTimeout(any), clearInterval(any), clearImmediate(any)])
}
const handle = setTimeout(
  function () {
    show('this in callback', () => [this === handle, this._destroyed, arguments.length])
  },
  3,
  'a',
  'b',
)
show('keys', () => Object.keys(handle))
show('chain', () => [
  handle.ref() === handle,
  handle.unref() === handle,
  handle.hasRef(),
  handle.ref().hasRef(),
  handle.refresh() === handle,
])
show('primitive', () => [typeof +handle, +handle === +handle, `${handle}` === String(+handle)])
shapes('Timeout', Object.getPrototypeOf(handle), [
  'ref',
  'unref',
  'hasRef',
  'refresh',
  'close',
  Symbol.toPrimitive,
  Symbol.dispose,
])
const immediate = setImmediate(() => {})
show('immediate keys', () => Object.keys(immediate))
show('immediate', () => [immediate.hasRef(), immediate.unref().hasRef(), +immediate, immediate._destroyed])
shapes('Immediate', Object.getPrototypeOf(immediate), ['ref', 'unref', 'hasRef', Symbol.toPrimitive, Symbol.dispose])
clearImmediate(immediate)
show('immediate cleared', () => [immediate._destroyed, immediate._onImmediate])
const byNumber = setTimeout(() => console.log('never: by number'), 1)
clearTimeout(+byNumber)
const byText = setTimeout(() => console.log('never: by text'), 1)
clearInterval(String(+byText))
show('cleared', () => [byNumber._destroyed, byNumber._idleTimeout, byText._destroyed])
let runs = 0
const interval = setInterval(() => {
  if (++runs < 3) return
  clearTimeout(interval)
  show('interval', () => [runs, interval._repeat, interval._destroyed])
  const again = setTimeout(() => {
    if (again.done) return console.log('refreshed after it fired')
    again.done = true
    setTimeout(() => show('refresh', () => [again._destroyed, again.refresh() === again, again._destroyed]), 2)
  }, 1)
}, 50)
