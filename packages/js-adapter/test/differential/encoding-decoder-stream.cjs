// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const d = new TextDecoder()
const part = (...list) => JSON.stringify(d.decode(new Uint8Array(list), { stream: true }))
console.log(
  part(0xef),
  part(0xbb),
  part(0xbf),
  part(0x61),
  part(0xe2, 0x82),
  part(0xac),
  part(0xf0, 0x9f),
  JSON.stringify(d.decode()),
  part(0x62),
  JSON.stringify(d.decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x63]))),
)
const u = new TextDecoder('utf-16le')
console.log(
  JSON.stringify(u.decode(new Uint8Array([0x61]), { stream: true })),
  JSON.stringify(u.decode(new Uint8Array([0, 0x3d, 0xd8]), { stream: true })),
  JSON.stringify(u.decode(new Uint8Array([0, 0xde]), { stream: true })),
  JSON.stringify(u.decode()),
)
console.log(JSON.stringify(new TextDecoder('utf-16le').decode(new Uint8Array([0xff, 0xfe, 0x61, 0, 0x00, 0xd8, 0x62, 0, 0x63]))))
