// Oracle fixture: atob and btoa.
/* oxlint-disable */
shapes('globalThis', globalThis, ['atob', 'btoa'])
for (const value of ['', 'a', 'ab', 'abc', 'abcd', '\0', '\xff\xfe', undefined, null, 1, true, [], {}, [1, 2], 1.5e300, 10n])
  show(`btoa ${text(value)}`, () => btoa(value))
for (const bad of ['\u0100', 'a\ud83d\ude00', '\ud800', Symbol('s')]) show(`btoa ${text(bad)}`, () => btoa(bad))
show('btoa none', () => btoa())
show('atob none', () => atob())
for (const value of [
  '',
  'YQ==',
  'YQ',
  'YWI=',
  'YWI',
  'YWJj',
  ' Y\tW\nJ\fj\r ',
  'YR==',
  'YWJjZA==',
  '/+8=',
  null,
  12,
  'undefined',
  undefined,
  [],
  'AAAA',
  '    ',
])
  show(`atob ${text(value)}`, () => Array.from(atob(value), (c) => c.charCodeAt(0)))
for (const bad of [
  'Y',
  'YQ=',
  '=',
  '==',
  '====',
  'YQ===',
  'Y=Q=',
  'YQ==YQ==',
  'Y Q',
  'YWJjZ',
  '-_-_',
  'a\u00a0b',
  'é',
  '\0',
  {},
  Symbol('s'),
])
  show(`atob ${text(bad)}`, () => atob(bad))
show('error', () => {
  try {
    atob('Y')
  } catch (e) {
    return [e instanceof DOMException, e.name, e.code, e.constructor.name]
  }
})
show('round', () => {
  const all = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('')
  return [atob(btoa(all)) === all, btoa(all).length]
})
show('toString once', () => {
  let n = 0
  const v = { toString: () => (n++, 'ab') }
  return [btoa(v), n]
})
show('throwing', () =>
  btoa({
    toString() {
      throw 'mine'
    },
  }),
)
