// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const e = new TextEncoder()
console.log(
  e.encode('a\u00e4\u20ac\u{1f600}\ud800x\udc00').join(),
  e.encode().length,
  e.encode(undefined).length,
  e.encode(null).join(),
  e.encode(5).join(),
  e.encoding,
)
const b = new Uint8Array(5)
console.log(e.encodeInto('a\u00e4\u20ac', b), b.join())
console.log(
  e.encodeInto('\u{1f600}\u{1f600}', new Uint8Array(7)),
  e.encodeInto('', new Uint8Array(0)),
  e.encodeInto('\ud800', new Uint8Array(3)),
  e.encodeInto('ab', new Uint8Array(8).subarray(7)),
)
for (const f of [
  () => e.encodeInto('a', [1]),
  () => e.encodeInto('a'),
  () => e.encodeInto('a', new Uint16Array(1)),
  () => e.encodeInto(5, new Uint8Array(1)),
  () => TextEncoder.prototype.encode.call({}, 'a'),
  () => TextEncoder.prototype.encoding,
  () => TextEncoder(),
])
  try {
    console.log(f())
  } catch (x) {
    console.log(x.name, x.code, x.code ? x.message : '')
  }
console.log(e, Object.prototype.toString.call(e), Object.keys(e))
