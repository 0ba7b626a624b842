// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const buffer = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]).buffer
const c = structuredClone({
  buffer,
  u8: new Uint8Array(buffer, 2, 3),
  f64: new Float64Array(buffer),
  view: new DataView(buffer, 1, 4),
  big: new BigInt64Array(1),
})
console.log(c)
console.log(c.u8.buffer === c.buffer, c.view.buffer === c.buffer, c.buffer !== buffer, c.u8.byteOffset, c.view.byteLength)
for (const Type of [Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, BigUint64Array])
  console.log(structuredClone(new Type(2)).constructor === Type)
