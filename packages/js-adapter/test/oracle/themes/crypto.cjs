// Oracle fixture: getRandomValues, randomUUID and their refusals.
/* oxlint-disable */
shapes('globalThis', globalThis, ['crypto', 'Crypto'])
shapes('Crypto', Crypto.prototype, ['getRandomValues', 'randomUUID', Symbol.toStringTag])
show('brand', () => [Object.prototype.toString.call(crypto), crypto instanceof Crypto, Object.keys(crypto)])
for (const V of [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
])
  show(V.name, () => {
    const v = new V(16)
    return [crypto.getRandomValues(v) === v, v.some((n) => n != 0), v.length]
  })
for (const bad of [
  new Float32Array(1),
  new Float64Array(1),
  new DataView(new ArrayBuffer(1)),
  new ArrayBuffer(1),
  [],
  {},
  null,
  undefined,
  1,
  'x',
])
  show(`refuses ${text(bad)} ${bad?.constructor?.name}`, () => crypto.getRandomValues(bad))
show('none', () => crypto.getRandomValues())
show('empty', () => crypto.getRandomValues(new Uint8Array(0)).length)
show('most', () => crypto.getRandomValues(new Uint8Array(65536)).length)
for (const [label, v] of [
  ['65537', new Uint8Array(65537)],
  ['words', new Uint32Array(16385)],
])
  show(label, () => crypto.getRandomValues(v))
show('part of a buffer', () => {
  const b = new Uint8Array(8)
  crypto.getRandomValues(b.subarray(2, 4))
  return [b[0], b[1], b[4], b[7]]
})
show('uuid', () => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()))
show('unique', () => new Set(Array.from({ length: 100 }, () => crypto.randomUUID())).size)
for (const options of [{}, undefined, { disableEntropyCache: true }, { disableEntropyCache: false }])
  show(`uuid ${text(options)}`, () => crypto.randomUUID(options).length)
for (const bad of [1, 'x', null, { disableEntropyCache: 1 }]) show(`uuid ${text(bad)}`, () => crypto.randomUUID(bad).length)
for (const receiver of [undefined, {}, Crypto.prototype]) {
  show(`values on ${text(receiver)}`, () => crypto.getRandomValues.call(receiver, new Uint8Array(1)).length)
  show(`uuid on ${text(receiver)}`, () => crypto.randomUUID.call(receiver).length)
}
show('new', () => new Crypto())
show('float random', () => {
  const r = Math.random()
  return r >= 0 && r < 1
})
