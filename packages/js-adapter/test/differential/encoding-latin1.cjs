// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
console.log(JSON.stringify(new TextDecoder('latin1').decode(bytes)))
console.log(JSON.stringify(new TextDecoder('windows-1252', { fatal: true }).decode(bytes.subarray(0x80, 0xa0))))
for (const label of [
  'ascii',
  'us-ascii',
  'iso-8859-1',
  'latin1',
  'l1',
  'cp1252',
  'x-cp1252',
  'ibm819',
  'iso88591',
  'csisolatin1',
  'utf-16',
  'unicode',
  'csunicode',
  'iso-10646-ucs-2',
  'ucs-2',
  'unicodefeff',
  'utf8',
  'unicode-1-1-utf-8',
  'unicode11utf8',
  'unicode20utf8',
  'x-unicode20utf8',
])
  console.log(label, new TextDecoder(label).encoding)
