// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const all = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i))
  .filter((c) => !'/?#@:\\'.includes(c))
  .join('')
console.log(new URL('http://h/' + all).pathname)
console.log(new URL('http://h/?' + all + '/?@:\\').search)
console.log(new URL('foo://h/?' + all).search)
console.log(new URL('http://h/#' + all + '#').hash)
console.log(new URL('foo:x' + all).pathname)
const u = new URL('http://h/')
u.username = all + '/?#@:\\'
u.password = all + '/?#@:\\'
console.log(u.href)
console.log(new URL('http://h/\u00e4\u{1f600}\ud800?\udc00\u00e4#\u00e4\u{1f600}\0\x7f').href)
console.log(new URLSearchParams([[all + '\u00e4\u{1f600}\n', all]]).toString())
