// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const d = new TextDecoder()
const bytes = (...list) => new Uint8Array(list)
for (const list of [
  [0x61],
  [0xe2, 0x82, 0xac],
  [0xff],
  [0xc0, 0x80],
  [0xe2, 0x82],
  [0xe2, 0x82, 0x61],
  [0xf0, 0x9f, 0x98, 0x80],
  [0xf0, 0x9f, 0x98],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xc2],
  [0xc2, 0xc2, 0x80],
  [0xef, 0xbb, 0xbf, 0x61],
  [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf],
  [0xfe, 0xfe, 0x80],
  [0xe0, 0x80, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0, 1, 0x7f],
])
  console.log(
    list.join(),
    JSON.stringify(d.decode(bytes(...list))),
    JSON.stringify(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes(...list))),
  )
console.log(
  d.decode(),
  d.decode(new ArrayBuffer(2)).length,
  d.decode(new DataView(bytes(97, 98, 99).buffer, 1, 1)),
  d.decode(new Uint16Array([0x6161])),
  d.decode(bytes(97, 98).subarray(1)),
)
console.log(d, new TextDecoder('utf8', { fatal: true, ignoreBOM: true }), d.encoding, d.fatal, d.ignoreBOM)
