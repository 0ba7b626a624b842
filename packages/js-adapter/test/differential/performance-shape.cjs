// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const a = performance.now()
console.log(
  typeof a,
  a >= 0,
  performance.now() >= a,
  typeof performance.timeOrigin,
  Object.keys(performance.toJSON()).includes('timeOrigin'),
  performance instanceof EventTarget,
  performance instanceof Performance,
  Object.prototype.toString.call(performance),
)
for (const f of [() => new Performance(), () => performance.now.call({}), () => performance.toJSON.call({})])
  try {
    console.log(f())
  } catch (e) {
    console.log(e.name, e.code, e.message)
  }
console.log(Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 60000)
globalThis.performance = 5
console.log(performance, Object.getOwnPropertyDescriptor(globalThis, 'performance'))
