// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const f of [
  () => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff])),
  () => new TextDecoder('nope'),
  () => new TextDecoder(''),
  () => new TextDecoder(null),
  () => new TextDecoder().decode('text'),
  () => new TextDecoder().decode(null),
  () => new TextDecoder().decode([1]),
  () => new TextDecoder('utf-8', 5),
  () => TextDecoder.prototype.decode.call({}),
  () => TextDecoder.prototype.encoding,
  () => new TextDecoder('utf-16le', { fatal: true }).decode(new Uint8Array([0])),
  () => new TextDecoder(' UTF-8\t').encoding,
  () => new TextDecoder('Latin1').encoding,
  () => new TextDecoder('UCS-2').encoding,
  () => new TextDecoder(undefined).encoding,
])
  try {
    console.log(f())
  } catch (e) {
    console.log(e.name, e.code, e.message)
  }
const d = new TextDecoder('utf-8', { fatal: true })
try {
  d.decode(new Uint8Array([0xe2, 0x82]), { stream: true })
  d.decode(new Uint8Array([0x61]))
} catch (e) {
  console.log(e.code)
}
console.log(d.decode(new Uint8Array([0x61])))
