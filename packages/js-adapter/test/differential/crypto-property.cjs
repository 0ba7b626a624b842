// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
'use strict'
try {
  globalThis.crypto = 5
} catch (e) {
  console.log(e.name)
}
const d = Object.getOwnPropertyDescriptor(globalThis, 'crypto')
console.log(typeof d.get, d.set, d.enumerable, d.configurable, typeof crypto.getRandomValues)
Object.defineProperty(globalThis, 'crypto', { value: 7, configurable: true })
console.log(crypto)
