// Oracle fixture: TextEncoder and TextDecoder.
/* oxlint-disable */
shapes('TextEncoder', TextEncoder.prototype, ['encode', 'encodeInto', 'encoding', Symbol.toStringTag])
shapes('TextDecoder', TextDecoder.prototype, ['decode', 'encoding', 'fatal', 'ignoreBOM', Symbol.toStringTag])
const encoder = new TextEncoder()
for (const value of ['', 'a', 'é', '€', '😀', '\ud800', 'a\udc00b', '\0', undefined, null, 1, {}])
  show(`encode ${text(value)}`, () => Array.from(encoder.encode(value)))
show('encode nothing', () => encoder.encode().length)
for (const size of [0, 1, 2, 3, 4, 8])
  show(`into ${size}`, () => {
    const b = new Uint8Array(size)
    const { read, written } = encoder.encodeInto('é😀a', b)
    return [read, written, Array.from(b)]
  })
for (const bad of [undefined, [], new ArrayBuffer(2), new Uint16Array(2)])
  show(`into ${text(bad)}`, () => encoder.encodeInto('a', bad))
for (const label of [
  'utf-8',
  'UTF8',
  ' utf-8\n',
  'unicode-1-1-utf-8',
  'utf-16le',
  'utf-16',
  'ucs-2',
  'latin1',
  'ascii',
  'iso-8859-1',
  'windows-1252',
])
  show(`label ${text(label)}`, () => new TextDecoder(label).encoding)
for (const bad of ['', 'nope', 'utf-8\0', null, 1, Symbol('s')]) show(`label ${text(bad)}`, () => new TextDecoder(bad).encoding)
const bytes = (...list) => new Uint8Array(list)
for (const list of [
  [],
  [0x61],
  [0xc3, 0xa9],
  [0xe2, 0x82],
  [0xff],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf0, 0x9f, 0x98, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xef, 0xbb, 0xbf, 0x61],
  [0xe2, 0x28, 0xa1],
]) {
  show(`decode ${list}`, () => new TextDecoder().decode(bytes(...list)))
  show(`fatal ${list}`, () => new TextDecoder('utf-8', { fatal: true }).decode(bytes(...list)))
}
show('bom kept', () => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes(0xef, 0xbb, 0xbf)).length)
show('stream', () => {
  const d = new TextDecoder()
  return [d.decode(bytes(0xf0, 0x9f), { stream: true }), d.decode(bytes(0x98, 0x80), { stream: true }), d.decode()]
})
show('stream cut', () => {
  const d = new TextDecoder()
  d.decode(bytes(0xe2), { stream: true })
  return [d.decode(), d.decode(bytes(0x61))]
})
show('utf-16', () => [
  new TextDecoder('utf-16le').decode(bytes(0x61, 0, 0x3d, 0xd8)),
  new TextDecoder('utf-16le').decode(bytes(0xff, 0xfe, 0x61, 0)),
])
show('latin1', () => new TextDecoder('latin1').decode(bytes(0x41, 0x80, 0x9f, 0xff)))
show('inputs', () => [
  new TextDecoder().decode(bytes(65).buffer),
  new TextDecoder().decode(new DataView(bytes(66).buffer)),
  new TextDecoder().decode(undefined),
])
for (const bad of [null, 1, 'a', {}, []]) show(`input ${text(bad)}`, () => new TextDecoder().decode(bad))
show('flags', () => [new TextDecoder('utf-8', { fatal: 1 }).fatal, new TextDecoder('utf-8', { ignoreBOM: 'x' }).ignoreBOM])
for (const bad of [1, 'x']) show(`options ${text(bad)}`, () => new TextDecoder('utf-8', bad))
