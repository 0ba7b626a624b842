// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(
  new Uint8Array(),
  new Uint8Array([1, 2, 255]),
  new Float64Array([1.5, -0, NaN]),
  new BigInt64Array([1n, -2n]),
  new Uint8Array(101),
  [new Int16Array(2)],
  { a: { b: { c: new Uint8Array(1) } } },
)
console.log(new ArrayBuffer(0), new ArrayBuffer(60), new Uint8Array([1, 2, 3]).buffer, new DataView(new ArrayBuffer(2), 1), [
  new ArrayBuffer(1),
])
console.log(
  Object.assign(new Uint8Array(2), { extra: 1 }),
  new (class U extends Uint8Array {})(2),
  new Uint8ClampedArray(1),
  new Float32Array([0.5]),
)
