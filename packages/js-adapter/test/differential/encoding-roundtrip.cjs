// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const e = new TextEncoder()
const d = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
let same = 0
for (let i = 0; i < 0x110000; i += 257) {
  if (i >= 0xd800 && i < 0xe000) continue
  if (d.decode(e.encode(String.fromCodePoint(i))) === String.fromCodePoint(i)) same++
}
console.log(same)
const binary = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('')
console.log(atob(btoa(binary)) === binary, btoa(binary).length, btoa(binary).slice(0, 20))
