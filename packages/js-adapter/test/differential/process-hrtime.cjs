// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const a = process.hrtime()
console.log(Array.isArray(a), a.length, a.every(Number.isInteger), a[1] >= 0 && a[1] < 1e9)
const d = process.hrtime(a)
console.log(
  d[0] >= 0,
  d[1] >= 0,
  typeof process.hrtime.bigint(),
  process.hrtime.bigint() >= process.hrtime.bigint() - 10_000_000_000n,
  typeof process.uptime(),
)
for (const f of [() => process.hrtime(5), () => process.hrtime([1]), () => process.hrtime('x'), () => process.hrtime([1, 2, 3])])
  try {
    f()
    console.log('accepted')
  } catch (e) {
    console.log(e.name, e.code, e.message)
  }
