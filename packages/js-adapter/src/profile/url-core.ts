// Guest source, compiled at first use: the WHATWG URL parser, serializer and setters, and application/x-www-form-urlencoded.

import { urlHosts } from './url-hosts.ts'

/** Names of the profile that this part uses. */
export const URL_NEEDS = [
  'host',
  'safeList',
  'charCodeAt',
  'fromCharCode',
  'stringSlice',
  'stringIndexOf',
  'stringIncludes',
  'stringSplit',
  'stringReplaceAll',
  'startsWith',
  'endsWith',
  'toLowerCase',
  'numberToString',
  'regexpExec',
  'encodeText',
  'decodeBytes',
  'upper',
  'floor',
] as const

export const urlCore: string = String.raw`
const special = { __proto__: null, ftp: 21, file: null, http: 80, https: 443, ws: 80, wss: 443 }
const isSpecial = (url) => url.scheme in special
const inSet = (text) => { const set = { __proto__: null }; for (let i = 0; i < text.length; i++) set[text[i]] = true; return set }
const C0 = inSet(''), FRAGMENT = inSet(' "<>${'`'}'), QUERY = inSet(' "#<>'), SPECIAL_QUERY = inSet(' "#<>\'')
const PATH = inSet(' "#<>?^${'`'}{}'), USERINFO = inSet(' "#<>?^${'`'}{}/:;=@[\\]|')
const FORM = inSet(' !"#$%&\'()+,/:;<=>?@[\\]^${'`'}{|}~')
const hex = (byte) => (byte < 16 ? '%0' : '%') + upper(numberToString(byte, 16))
const encode = (text, set) => {
  let out = '', from = 0, i = 0
  while (i < text.length) {
    const unit = charCodeAt(text, i)
    if (unit > 0x1f && unit < 0x7f && set[text[i]] === undefined) { i++; continue }
    out += stringSlice(text, from, i)
    if (unit < 0x80) { out += hex(unit); i++ }
    else { const start = i; while (i < text.length && charCodeAt(text, i) > 0x7f) i++; out += encodeText(stringSlice(text, start, i)) }
    from = i
  }
  return from === 0 ? text : out + stringSlice(text, from)
}
const hexValue = (unit) => unit >= 48 && unit <= 57 ? unit - 48 : unit >= 65 && unit <= 70 ? unit - 55 : unit >= 97 && unit <= 102 ? unit - 87 : -1
const decode = (text) => {
  if (!stringIncludes(text, '%')) return text
  let out = '', bytes = safeList()
  const flush = () => { if (bytes.length > 0) { out += decodeBytes({ __proto__: null, encoding: 'utf-8', fatal: false, pending: safeList() }, bytes, false); bytes = safeList() } }
  for (let i = 0; i < text.length; i++) {
    const unit = charCodeAt(text, i), high = unit === 37 && i + 2 < text.length ? hexValue(charCodeAt(text, i + 1)) : -1
    const low = high < 0 ? -1 : hexValue(charCodeAt(text, i + 2))
    if (low >= 0) { bytes[bytes.length] = high * 16 + low; i += 2 }
    else if (unit < 0x80) bytes[bytes.length] = unit
    else { flush(); out += text[i] }
  }
  flush()
  return out
}

${urlHosts}
/* The basic URL parser. A state given by a setter makes it change the record and return whether that succeeded. */
const newRecord = () => ({ __proto__: null, scheme: '', username: '', password: '', host: null, port: null, path: safeList(), query: null, fragment: null })
const isOpaquePath = (url) => typeof url.path === 'string'
const copyPath = (path) => { if (typeof path === 'string') return path; const out = safeList(); for (let i = 0; i < path.length; i++) out[i] = path[i]; return out }
const driveLetter = /^[a-z][:|]$/i, startsWithDrive = /^[a-z][:|](?:$|[/\\?#])/i, singleDot = /^(?:\.|%2e)$/i, doubleDot = /^(?:\.|%2e){2}$/i
const isAlpha = (c) => c !== undefined && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')), isDigit = (c) => c !== undefined && c >= '0' && c <= '9'
const shorten = (url) => {
  const path = url.path
  if (url.scheme === 'file' && path.length === 1 && path[0].length === 2 && found(driveLetter, path[0]) && path[0][1] === ':') return
  if (path.length > 0) path.length = path.length - 1
}
const hasCredentials = (url) => url.username !== '' || url.password !== ''
const trimmed = (text) => {
  let from = 0, to = text.length
  while (from < to && charCodeAt(text, from) <= 0x20) from++
  while (to > from && charCodeAt(text, to - 1) <= 0x20) to--
  return stringSlice(text, from, to)
}
const withoutBreaks = (text) => found(/[\t\n\r]/, text) ? stringReplaceAll(stringReplaceAll(stringReplaceAll(text, '\t', ''), '\n', ''), '\r', '') : text
const SCHEME_START = 1, SCHEME = 2, NO_SCHEME = 3, SPECIAL_RELATIVE_OR_AUTHORITY = 4, PATH_OR_AUTHORITY = 5, RELATIVE = 6, RELATIVE_SLASH = 7
const AUTHORITY_SLASHES = 8, IGNORE_SLASHES = 9, AUTHORITY = 10, HOST = 11, HOSTNAME = 12, PORT = 13, FILE = 14, FILE_SLASH = 15, FILE_HOST = 16
const PATH_START = 17, IN_PATH = 18, OPAQUE = 19, IN_QUERY = 20, IN_FRAGMENT = 21
const run = (input, base, url, override) => {
  if (override === 0) input = trimmed(input)
  input = withoutBreaks(input)
  let state = override || SCHEME_START, buffer = '', atSeen = false, inBrackets = false, passwordSeen = false
  const copyAuthority = () => { url.username = base.username; url.password = base.password; url.host = base.host; url.port = base.port }
  const queryOrFragment = (c) => {
    if (c === '?') { url.query = ''; state = IN_QUERY } else if (c === '#') { url.fragment = ''; state = IN_FRAGMENT } else return false
    return true
  }
  for (let p = 0; ; p++) {
    const c = p < input.length ? input[p] : undefined
    const slash = c === '/' || (c === '\\' && isSpecial(url))
    const ends = c === undefined || slash || c === '?' || c === '#'
    switch (state) {
      case SCHEME_START:
        if (isAlpha(c)) { buffer += toLowerCase(c); state = SCHEME }
        else if (override === 0) { state = NO_SCHEME; p-- }
        else return false
        break
      case SCHEME:
        if (isAlpha(c) || isDigit(c) || c === '+' || c === '-' || c === '.') buffer += toLowerCase(c)
        else if (c === ':') {
          if (override !== 0) {
            if (isSpecial(url) !== buffer in special) return true
            if ((hasCredentials(url) || url.port !== null) && buffer === 'file') return true
            if (url.scheme === 'file' && url.host === '') return true
            url.scheme = buffer
            if (url.port === special[buffer]) url.port = null
            return true
          }
          url.scheme = buffer
          buffer = ''
          if (url.scheme === 'file') state = FILE
          else if (isSpecial(url)) state = base !== undefined && base.scheme === url.scheme ? SPECIAL_RELATIVE_OR_AUTHORITY : AUTHORITY_SLASHES
          else if (input[p + 1] === '/') { state = PATH_OR_AUTHORITY; p++ }
          else { url.path = ''; state = OPAQUE }
        } else if (override === 0) { buffer = ''; state = NO_SCHEME; p = -1; continue }
        else return false
        break
      case NO_SCHEME:
        if (base === undefined || (isOpaquePath(base) && c !== '#')) return false
        if (isOpaquePath(base)) { url.scheme = base.scheme; url.path = base.path; url.query = base.query; url.fragment = ''; state = IN_FRAGMENT }
        else { state = base.scheme === 'file' ? FILE : RELATIVE; p-- }
        break
      case SPECIAL_RELATIVE_OR_AUTHORITY:
        if (c === '/' && input[p + 1] === '/') { state = IGNORE_SLASHES; p++ } else { state = RELATIVE; p-- }
        break
      case PATH_OR_AUTHORITY:
        if (c === '/') state = AUTHORITY; else { state = IN_PATH; p-- }
        break
      case RELATIVE:
        url.scheme = base.scheme
        if (c === '/' || (c === '\\' && isSpecial(url))) { state = RELATIVE_SLASH; break }
        copyAuthority()
        url.path = copyPath(base.path)
        url.query = base.query
        if (!queryOrFragment(c) && c !== undefined) { url.query = null; shorten(url); state = IN_PATH; p-- }
        break
      case RELATIVE_SLASH:
        if (isSpecial(url) && slash) state = IGNORE_SLASHES
        else if (c === '/') state = AUTHORITY
        else { copyAuthority(); state = IN_PATH; p-- }
        break
      case AUTHORITY_SLASHES:
        if (c === '/' && input[p + 1] === '/') p++; else p--
        state = IGNORE_SLASHES
        break
      case IGNORE_SLASHES:
        if (c !== '/' && c !== '\\') { state = AUTHORITY; p-- }
        break
      case AUTHORITY:
        if (c === '@') {
          if (atSeen) buffer = '%40' + buffer
          atSeen = true
          const colon = passwordSeen ? -1 : stringIndexOf(buffer, ':')
          if (passwordSeen) url.password += encode(buffer, USERINFO)
          else if (colon < 0) url.username += encode(buffer, USERINFO)
          else { passwordSeen = true; url.username += encode(stringSlice(buffer, 0, colon), USERINFO); url.password += encode(stringSlice(buffer, colon + 1), USERINFO) }
          buffer = ''
        } else if (ends) {
          if (atSeen && buffer === '') return false
          p -= buffer.length + 1
          buffer = ''
          state = HOST
        } else buffer += c
        break
      case HOST:
      case HOSTNAME:
        if (override !== 0 && url.scheme === 'file') { p--; state = FILE_HOST; break }
        if (c === ':' && !inBrackets) {
          if (buffer === '' || override === HOSTNAME) return false
          const parsed = parseHost(buffer, !isSpecial(url))
          if (parsed === undefined) return false
          url.host = parsed
          buffer = ''
          state = PORT
        } else if (ends) {
          p--
          if (isSpecial(url) && buffer === '') return false
          if (override !== 0 && buffer === '' && (hasCredentials(url) || url.port !== null)) return false
          const parsed = parseHost(buffer, !isSpecial(url))
          if (parsed === undefined) return false
          url.host = parsed
          buffer = ''
          state = PATH_START
          if (override !== 0) return true
        } else {
          if (c === '[') inBrackets = true
          if (c === ']') inBrackets = false
          buffer += c
        }
        break
      case PORT:
        if (isDigit(c)) buffer += c
        else if (ends || override !== 0) {
          if (buffer !== '') {
            if (+buffer > 65535) return false
            url.port = +buffer === special[url.scheme] ? null : +buffer
            buffer = ''
            if (override !== 0) return true
          }
          if (override !== 0) return false
          state = PATH_START
          p--
        } else return false
        break
      case FILE:
        url.scheme = 'file'
        url.host = ''
        if (c === '/' || c === '\\') state = FILE_SLASH
        else if (base !== undefined && base.scheme === 'file') {
          url.host = base.host
          url.path = copyPath(base.path)
          url.query = base.query
          if (!queryOrFragment(c) && c !== undefined) {
            url.query = null
            if (found(startsWithDrive, stringSlice(input, p, p + 3))) url.path = safeList(); else shorten(url)
            state = IN_PATH
            p--
          }
        } else { state = IN_PATH; p-- }
        break
      case FILE_SLASH:
        if (c === '/' || c === '\\') { state = FILE_HOST; break }
        if (base !== undefined && base.scheme === 'file') {
          url.host = base.host
          if (!found(startsWithDrive, stringSlice(input, p, p + 3)) && base.path.length > 0 && base.path[0].length === 2 && found(driveLetter, base.path[0]) && base.path[0][1] === ':') url.path[url.path.length] = base.path[0]
        }
        state = IN_PATH
        p--
        break
      case FILE_HOST:
        if (c === undefined || c === '/' || c === '\\' || c === '?' || c === '#') {
          p--
          if (override === 0 && found(driveLetter, buffer)) state = IN_PATH
          else {
            let parsed = ''
            if (buffer !== '') {
              parsed = parseHost(buffer, false)
              if (parsed === undefined) return false
              if (parsed === 'localhost') parsed = ''
            }
            url.host = parsed
            if (override !== 0) return true
            buffer = ''
            state = PATH_START
          }
        } else buffer += c
        break
      case PATH_START:
        if (isSpecial(url)) { state = IN_PATH; if (c !== '/' && c !== '\\') p-- }
        else if (override === 0 && queryOrFragment(c)) break
        else if (c !== undefined) { state = IN_PATH; if (c !== '/') p-- }
        else if (override !== 0 && url.host === null) url.path[url.path.length] = ''
        break
      case IN_PATH:
        if (c === undefined || slash || (override === 0 && (c === '?' || c === '#'))) {
          if (found(doubleDot, buffer)) { shorten(url); if (!slash) url.path[url.path.length] = '' }
          else if (found(singleDot, buffer)) { if (!slash) url.path[url.path.length] = '' }
          else {
            if (url.scheme === 'file' && url.path.length === 0 && found(driveLetter, buffer)) buffer = buffer[0] + ':'
            url.path[url.path.length] = encode(buffer, PATH)
          }
          buffer = ''
          queryOrFragment(c)
        } else buffer += c
        break
      case OPAQUE: {
        let to = p
        while (to < input.length && input[to] !== '?' && input[to] !== '#') to++
        let text = encode(stringSlice(input, p, to), C0)
        if (to < input.length && endsWith(text, ' ')) text = stringSlice(text, 0, -1) + '%20'
        url.path += text
        p = to
        queryOrFragment(input[p])
        if (p >= input.length) return true
        break
      }
      case IN_QUERY: {
        const at = override === 0 ? stringIndexOf(input, '#', p) : -1
        const to = at < 0 ? input.length : at
        url.query += encode(stringSlice(input, p, to), isSpecial(url) ? SPECIAL_QUERY : QUERY)
        if (at < 0) return true
        p = at
        url.fragment = ''
        state = IN_FRAGMENT
        break
      }
      case IN_FRAGMENT:
        url.fragment += encode(stringSlice(input, p), FRAGMENT)
        return true
    }
    if (p >= input.length) return true
  }
}
const parse = (input, base) => { const url = newRecord(); return run(input, base, url, 0) ? url : undefined }

const pathOf = (url) => {
  if (isOpaquePath(url)) return url.path
  let out = ''
  for (let i = 0; i < url.path.length; i++) out += '/' + url.path[i]
  return out
}
const hostOf = (url) => url.host === null ? '' : url.port === null ? url.host : url.host + ':' + url.port
const hrefOf = (url) => {
  let out = url.scheme + ':'
  if (url.host !== null) {
    out += '//'
    if (hasCredentials(url)) out += url.username + (url.password === '' ? '' : ':' + url.password) + '@'
    out += hostOf(url)
  } else if (!isOpaquePath(url) && url.path.length > 1 && url.path[0] === '') out += '/.'
  return out + pathOf(url) + (url.query === null ? '' : '?' + url.query) + (url.fragment === null ? '' : '#' + url.fragment)
}
const originOf = (url) => {
  if (url.scheme === 'blob') { const inner = parse(pathOf(url), undefined); return inner !== undefined && (inner.scheme === 'http' || inner.scheme === 'https') ? originOf(inner) : 'null' }
  return isSpecial(url) && url.scheme !== 'file' ? url.scheme + '://' + hostOf(url) : 'null'
}
const get = (url, name) => {
  switch (name) {
    case 'href': return hrefOf(url)
    case 'origin': return originOf(url)
    case 'protocol': return url.scheme + ':'
    case 'username': return url.username
    case 'password': return url.password
    case 'host': return hostOf(url)
    case 'hostname': return url.host === null ? '' : url.host
    case 'port': return url.port === null ? '' : '' + url.port
    case 'pathname': return pathOf(url)
    case 'search': return url.query === null || url.query === '' ? '' : '?' + url.query
    default: return url.fragment === null || url.fragment === '' ? '' : '#' + url.fragment
  }
}
const set = (url, name, value) => {
  const noCredentials = url.host === null || url.host === '' || url.scheme === 'file'
  switch (name) {
    case 'protocol': run(value + ':', undefined, url, SCHEME_START); return
    case 'username': if (!noCredentials) url.username = encode(value, USERINFO); return
    case 'password': if (!noCredentials) url.password = encode(value, USERINFO); return
    case 'host': if (!isOpaquePath(url)) run(value, undefined, url, HOST); return
    case 'hostname': if (!isOpaquePath(url)) run(value, undefined, url, HOSTNAME); return
    case 'port': if (noCredentials) return; if (value === '') url.port = null; else run(value, undefined, url, PORT); return
    case 'pathname': if (!isOpaquePath(url)) { url.path = safeList(); run(value, undefined, url, PATH_START) } return
    case 'search':
      if (value === '') { url.query = null; return }
      url.query = ''
      run(value[0] === '?' ? stringSlice(value, 1) : value, undefined, url, IN_QUERY)
      return
    default:
      if (value === '') { url.fragment = null; return }
      url.fragment = ''
      run(value[0] === '#' ? stringSlice(value, 1) : value, undefined, url, IN_FRAGMENT)
  }
}

/* Form data: a flat list of names and values. */
const parseForm = (text) => {
  const list = safeList(), parts = stringSplit(text, '&')
  for (let i = 0; i < parts.length; i++) {
    if (parts[i] === '') continue
    const part = stringReplaceAll(parts[i], '+', ' '), at = stringIndexOf(part, '=')
    list[list.length] = decode(at < 0 ? part : stringSlice(part, 0, at))
    list[list.length] = at < 0 ? '' : decode(stringSlice(part, at + 1))
  }
  return list
}
const encodeForm = (text) => { const out = encode(text, FORM); return stringIncludes(out, '%20') ? stringReplaceAll(out, '%20', '+') : out }
const serializeForm = (list) => {
  let out = ''
  for (let i = 0; i < list.length; i += 2) out += (i === 0 ? '' : '&') + encodeForm(list[i]) + '=' + encodeForm(list[i + 1])
  return out
}
return { __proto__: null, parse, get, set, parseForm, serializeForm }
`
