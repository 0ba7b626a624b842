// Guest source, a part of the URL parser: domains, IPv4 and IPv6 addresses, opaque hosts.

export const urlHosts: string = String.raw`
/* Hosts: a serialized text each, undefined for failure. */
const forbiddenHost = /[\0\t\n\r #/:<>?@[\\\]^|]/, forbiddenDomain = /[\0-\x20#%/:<>?@[\\\]^|\x7f]/, notAscii = /[^\0-\x7f]/
const found = (re, text) => regexpExec(re, text) !== null
const parseHost = (text, isOpaque) => {
  if (text[0] === '[') return endsWith(text, ']') ? parseIPv6(stringSlice(text, 1, -1)) : undefined
  if (isOpaque) return found(forbiddenHost, text) ? undefined : encode(text, C0)
  const domain = decode(text)
  if (found(notAscii, domain) || stringIncludes(toLowerCase(domain), 'xn--')) return host(18, domain)
  const lower = toLowerCase(domain)
  if (lower === '' || found(forbiddenDomain, lower)) return undefined
  return endsInNumber(lower) ? parseIPv4(lower) : lower
}
const digits = /^[0-9]+$/, hexDigits = /^[0-9a-f]*$/i, octalDigits = /^[0-7]+$/
const endsInNumber = (text) => {
  const parts = stringSplit(text, '.')
  let last = parts[parts.length - 1]
  if (last === '') { if (parts.length === 1) return false; last = parts[parts.length - 2] }
  return found(digits, last) || numberOf(last) !== undefined
}
const numberOf = (text) => {
  if (text === '') return undefined
  if (startsWith(text, '0x') || startsWith(text, '0X')) { const rest = stringSlice(text, 2); return !found(hexDigits, rest) ? undefined : rest === '' ? 0 : +text }
  if (text.length > 1 && text[0] === '0') return found(octalDigits, text) ? +('0o' + stringSlice(text, 1)) : undefined
  return found(digits, text) ? +text : undefined
}
const parseIPv4 = (text) => {
  const parts = stringSplit(text, '.')
  let count = parts.length
  if (parts[count - 1] === '' && count > 1) count--
  if (count > 4) return undefined
  let address = 0
  for (let i = 0; i < count; i++) {
    const value = numberOf(parts[i])
    if (value === undefined) return undefined
    if (i < count - 1 ? value > 255 : value >= 256 ** (5 - count)) return undefined
    address += i < count - 1 ? value * 256 ** (3 - i) : value
  }
  return floor(address / 16777216) + '.' + (floor(address / 65536) & 255) + '.' + (floor(address / 256) & 255) + '.' + address % 256
}
const parseIPv6 = (text) => {
  const pieces = [0, 0, 0, 0, 0, 0, 0, 0]
  let piece = 0, compress = -1, p = 0
  const unit = (at) => at < text.length ? charCodeAt(text, at) : -1
  if (text[0] === ':') { if (text[1] !== ':') return undefined; p = 2; compress = ++piece }
  while (p < text.length) {
    if (piece === 8) return undefined
    if (text[p] === ':') { if (compress >= 0) return undefined; p++; compress = ++piece; continue }
    let value = 0, length = 0
    while (length < 4 && hexValue(unit(p)) >= 0) { value = value * 16 + hexValue(unit(p)); p++; length++ }
    if (text[p] === '.') {
      if (length === 0) return undefined
      p -= length
      if (piece > 6) return undefined
      let seen = 0
      while (p < text.length) {
        let part = -1
        if (seen > 0) { if (text[p] === '.' && seen < 4) p++; else return undefined }
        if (!(unit(p) >= 48 && unit(p) <= 57)) return undefined
        while (unit(p) >= 48 && unit(p) <= 57) {
          const digit = unit(p) - 48
          if (part < 0) part = digit; else if (part === 0) return undefined; else part = part * 10 + digit
          if (part > 255) return undefined
          p++
        }
        pieces[piece] = pieces[piece] * 256 + part
        seen++
        if (seen === 2 || seen === 4) piece++
      }
      if (seen !== 4) return undefined
      break
    }
    if (text[p] === ':') { p++; if (p >= text.length) return undefined }
    else if (p < text.length) return undefined
    pieces[piece++] = value
  }
  if (compress >= 0) {
    let swaps = piece - compress
    piece = 7
    while (piece !== 0 && swaps > 0) { const other = compress + swaps - 1, kept = pieces[piece]; pieces[piece] = pieces[other]; pieces[other] = kept; piece--; swaps-- }
  } else if (piece !== 8) return undefined
  let best = -1, bestLength = 1
  for (let i = 0; i < 8; i++) { let n = 0; while (i + n < 8 && pieces[i + n] === 0) n++; if (n > bestLength) { best = i; bestLength = n } i += n }
  let out = '['
  for (let i = 0; i < 8; i++) {
    if (i === best) { out += i === 0 ? '::' : ':'; i += bestLength - 1; continue }
    out += numberToString(pieces[i], 16) + (i < 7 ? ':' : '')
  }
  return out + ']'
}
`
