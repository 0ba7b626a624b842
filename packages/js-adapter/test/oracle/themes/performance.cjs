// Oracle fixture: now, timeOrigin, toJSON and their shapes.
/* oxlint-disable */
shapes('globalThis', globalThis, ['performance', 'Performance'])
shapes('Performance', Performance.prototype, ['now', 'timeOrigin', 'toJSON', Symbol.toStringTag])
show('brand', () => [
  Object.prototype.toString.call(performance),
  performance instanceof Performance,
  performance instanceof EventTarget,
])
show('own keys', () => Object.keys(performance))
show('types', () => [typeof performance.now(), typeof performance.timeOrigin])
show('grows', () => {
  const a = performance.now(),
    b = performance.now()
  return [a >= 0, b >= a, Number.isFinite(b)]
})
show('origin', () => Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 60_000)
show('constant', () => performance.timeOrigin === performance.timeOrigin)
show('json', () => [
  typeof performance.toJSON().timeOrigin,
  performance.toJSON().timeOrigin === performance.timeOrigin,
  JSON.parse(JSON.stringify(performance)).timeOrigin === performance.timeOrigin,
])
show('readonly', () => {
  'use strict'
  performance.timeOrigin = 1
})
for (const receiver of [undefined, {}, Performance.prototype]) {
  show(`now on ${text(receiver)}`, () => typeof performance.now.call(receiver))
  show(`toJSON on ${text(receiver)}`, () => typeof performance.toJSON.call(receiver))
  show(
    `timeOrigin on ${text(receiver)}`,
    () => typeof Object.getOwnPropertyDescriptor(Performance.prototype, 'timeOrigin').get.call(receiver),
  )
}
show('new', () => new Performance())
show('called', () => Performance())
show('replaced', () => {
  const own = { now: () => 5 }
  const kept = performance
  performance = own
  const is = performance === own
  performance = kept
  return [is, performance === kept]
})
const before = performance.now()
setTimeout(() => show('a timer of 20 ms', () => performance.now() - before >= 19), 20)
