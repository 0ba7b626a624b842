// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const r = Promise.reject(new RangeError('m'))
r.catch(() => {})
console.log(
  Promise.resolve(1),
  new Promise(() => {}),
  Promise.resolve({ a: [1] }),
  Promise.resolve('text'),
  [Promise.resolve()],
  Promise.reject(3).catch(() => {}),
)
r.extra = 1
console.log(Object.assign(Promise.resolve(1), { a: 1 }), { p: { q: { r: Promise.resolve({ s: 1 }) } } })
