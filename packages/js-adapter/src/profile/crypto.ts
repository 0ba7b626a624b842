// Guest source: crypto. Every byte is asked of the host when it is needed, so that no copy of a guest's memory repeats one.

export const crypto: string = String.raw`
const cryptoBrand = new $WeakSet()
const checkCrypto = (value) => { if (!isObject(value) || !weakSetHas(cryptoBrand, value)) throw invalidThis('Crypto') }
class Crypto {
  constructor(key = undefined) {
    if (key !== construction) throw codedError($TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor')
    weakSetAdd(cryptoBrand, this)
  }
}
const integerViews = { __proto__: null, Int8Array: true, Uint8Array: true, Uint8ClampedArray: true, Int16Array: true, Uint16Array: true, Int32Array: true, Uint32Array: true, BigInt64Array: true, BigUint64Array: true }
const getRandomValues = function getRandomValues(array) {
  checkCrypto(this)
  if (arguments.length === 0) {
    const error = new $TypeError("Failed to execute 'getRandomValues' on 'Crypto': 1 argument required, but only 0 present.")
    define(error, 'code', 'ERR_MISSING_ARGS', true)
    throw error
  }
  if (!isObject(array) || integerViews[typedTag(array)] === undefined) throw new DOMException('The data argument must be an integer-type TypedArray', 'TypeMismatchError')
  const length = typedByteLength(array)
  if (length > 65536) throw new DOMException('The requested length exceeds 65,536 bytes', 'QuotaExceededError')
  if (length > 0) typedSet(new $Uint8Array(typedBuffer(array), typedOffset(array), length), new $Uint8Array(host(7, length)))
  return array
}
const randomUUID = function randomUUID() {
  checkCrypto(this)
  const bytes = new $Uint8Array(host(7, 16))
  bytes[6] = (bytes[6] & 15) | 64
  bytes[8] = (bytes[8] & 63) | 128
  let out = ''
  for (let i = 0; i < 16; i++) out += (i === 4 || i === 6 || i === 8 || i === 10 ? '-' : '') + padStart(numberToString(bytes[i], 16), 2, '0')
  return out
}
define(Crypto.prototype, 'getRandomValues', getRandomValues, true)
define(Crypto.prototype, 'randomUUID', named(randomUUID, 'randomUUID', 0), true)
enumerableMembers(Crypto, 'Crypto')
const cryptoObject = new Crypto(construction)
const getCrypto = named(function () { return cryptoObject }, 'get crypto', 0)
`
