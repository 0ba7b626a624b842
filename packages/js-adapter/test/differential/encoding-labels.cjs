// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const bytes = Uint8Array.from([0x41, 0xc0, 0xe1, 0x42])
for (const label of [
  'iso-8859-2',
  'latin2',
  'windows-1250',
  'cp1251',
  'koi8-u',
  'iso-8859-7',
  'greek',
  'windows-1254',
  'big5',
  'gbk',
  'gb18030',
  'shift_jis',
  'euc-jp',
  'euc-kr',
  'utf-16be',
  'UTF-16BE',
])
  console.log(label, new TextDecoder(label).encoding)
for (const label of ['iso-8859-2', 'windows-1250', 'windows-1251', 'koi8-r', 'iso-8859-5'])
  console.log(label, JSON.stringify(new TextDecoder(label).decode(bytes)))
const decoder = new TextDecoder('gbk')
let out = ''
for (const byte of [0xc4, 0xe3, 0xba, 0xc3]) out += decoder.decode(new Uint8Array([byte]), { stream: true })
console.log(out + decoder.decode())
console.log(JSON.stringify(new TextDecoder('utf-16be').decode(new Uint8Array([0xfe, 0xff, 0, 0x41, 0xd8, 0, 0, 0x42]))))
console.log(JSON.stringify(new TextDecoder('utf-16be', { ignoreBOM: true }).decode(new Uint8Array([0xfe, 0xff, 0, 0x41]))))
try {
  new TextDecoder('euc-kr', { fatal: true }).decode(new Uint8Array([0xb0]))
} catch (error) {
  console.log(error.name, error.code, error.message)
}
