// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = setTimeout(() => {}, 10)
console.log(t.constructor.name, t.hasRef(), t.unref().hasRef(), typeof +t, t._idleTimeout, t._repeat, t._destroyed)
clearTimeout(t)
console.log(t._destroyed, t._idleTimeout, t._onTimeout)
const i = setImmediate(() => {})
console.log(i.constructor.name, i.hasRef())
clearImmediate(i)
console.log(
  setTimeout.length,
  setInterval.length,
  clearTimeout.length,
  setImmediate.length,
  setTimeout.name,
  typeof t[Symbol.dispose],
)
