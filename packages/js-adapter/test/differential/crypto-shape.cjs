// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(
  typeof crypto.randomUUID(),
  /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()),
  crypto.randomUUID() === crypto.randomUUID(),
)
for (const Type of [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
]) {
  const a = new Type(64)
  console.log(
    Type.name,
    crypto.getRandomValues(a) === a,
    a.some((x) => x != 0),
  )
}
const view = new Uint8Array(96)
crypto.getRandomValues(view.subarray(32, 64))
console.log(
  view.subarray(0, 32).every((x) => x === 0),
  view.subarray(64).every((x) => x === 0),
  view.subarray(32, 64).some((x) => x !== 0),
  crypto.getRandomValues(new Uint8Array(0)).length,
)
for (const f of [
  () => crypto.getRandomValues(new Float32Array(1)),
  () => crypto.getRandomValues(new Uint8Array(65537)),
  () => crypto.getRandomValues(),
  () => crypto.getRandomValues({}),
  () => crypto.getRandomValues(new DataView(new ArrayBuffer(1))),
  () => crypto.getRandomValues.call({}, new Uint8Array(1)),
  () => crypto.randomUUID.call({}),
  () => new Crypto(),
  () => Crypto(),
])
  try {
    console.log(f())
  } catch (e) {
    console.log(e.name, e.code, e.message.startsWith('Class') || e.message.startsWith('class') ? '' : e.message)
  }
console.log(crypto, Object.prototype.toString.call(crypto), crypto instanceof Crypto, crypto === globalThis.crypto)
