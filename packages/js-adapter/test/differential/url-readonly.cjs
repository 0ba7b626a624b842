// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
'use strict'
const u = new URL('http://a/?x=1')
for (const name of ['origin', 'searchParams'])
  try {
    u[name] = 'b'
    console.log('no error')
  } catch (e) {
    console.log(e.name)
  }
console.log(
  u.toString === URL.prototype.toString,
  u.toJSON(),
  JSON.stringify({ u }),
  `${u}`,
  u + '',
  String(u),
  Object.keys(u),
  Object.getOwnPropertyNames(u),
)
console.log(u.searchParams === u.searchParams, Object.prototype.toString.call(u), Object.prototype.toString.call(u.searchParams))
const keys = []
for (const key in u) keys.push(key)
console.log(keys.toSorted().join())
