// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const b = new ArrayBuffer(8)
const u = new Uint8Array(b)
u[0] = 9
const c = structuredClone({ u, same: b }, { transfer: [b] })
console.log(c.u[0], c.u.buffer === c.same, b.byteLength, u.length, b.detached)
for (const f of [
  () => structuredClone(b),
  () => structuredClone(1, { transfer: [b] }),
  () => structuredClone(u),
  () => {
    const x = new ArrayBuffer(1)
    return structuredClone(x, { transfer: [x, x] })
  },
])
  try {
    console.log(f())
  } catch (e) {
    console.log(e.name, e.code)
  }
const unused = new ArrayBuffer(4)
structuredClone(1, { transfer: [unused] })
console.log(unused.byteLength)
const failing = new ArrayBuffer(4)
try {
  structuredClone({ f() {} }, { transfer: [failing] })
} catch (e) {
  console.log(e.name, failing.byteLength)
}
