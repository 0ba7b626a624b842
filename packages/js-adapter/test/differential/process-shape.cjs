// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(
  Object.prototype.toString.call(process),
  process[Symbol.toStringTag],
  typeof process.version,
  Array.isArray(process.argv),
  typeof process.env,
  process === globalThis.process,
)
console.log(Object.keys(process.env).includes('NOPE'), process.env.NOPE, 'NOPE' in process.env)
console.log(
  process.constructor.name,
  Object.getPrototypeOf(Object.getPrototypeOf(process)).constructor.name,
  process.listenerCount('exit'),
  process.getMaxListeners(),
)
