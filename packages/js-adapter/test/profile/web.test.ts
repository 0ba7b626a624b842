// Events, abort signals, structured clone, base64, text codecs.
import { describe, expect, test } from 'vitest'
import { printed } from '../support/open.ts'

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  const lines = (source: string) => printed(source, { variant })

  test('W-1 listeners: functions and handleEvent, once, signal, duplicates; isTrusted is unforgeable', async () => {
    const source = `
      const t = new EventTarget(), seen = []
      const f = (e) => seen.push('f' + e.type); const o = { handleEvent(e) { seen.push(this === o) } }
      t.addEventListener('x', f); t.addEventListener('x', f); t.addEventListener('x', o); t.addEventListener('x', () => seen.push('once'), { once: true })
      const c = new AbortController(); t.addEventListener('x', () => seen.push('signal'), { signal: c.signal })
      t.dispatchEvent(new Event('x')); c.abort(); t.removeEventListener('x', f); t.dispatchEvent(new Event('x'))
      console.log(seen.join())
      const e = new CustomEvent('y', { detail: 5, cancelable: true }); try { Object.defineProperty(e, 'isTrusted', { value: true }) } catch (x) { console.log(x.name) }
      t.addEventListener('y', (e) => e.preventDefault()); console.log(t.dispatchEvent(e), e.detail, e.defaultPrevented, e.isTrusted)`
    expect(await lines(source)).toEqual(['fx,true,once,signal,true', 'TypeError', 'false 5 true false'])
  })

  test('N-15 a throwing listener takes the uncaught path on a later tick; other listeners and the dispatching code go on', async () => {
    const source = `
      process.on('uncaughtException', (e) => console.log('uncaught', e.message))
      const t = new EventTarget(); t.addEventListener('x', () => { throw new Error('bad') }); t.addEventListener('x', () => console.log('second'))
      t.dispatchEvent(new Event('x')); console.log('after')`
    expect(await lines(source)).toEqual(['second', 'after', 'uncaught bad'])
  })

  test('W-2 AbortSignal.any keeps the first reason by identity; timeout gives TimeoutError and is unref-d', async () => {
    const source = `
      const a = new AbortController(), b = new AbortController(), reason = {}
      const nested = AbortSignal.any([AbortSignal.any([a.signal]), b.signal]); nested.onabort = (e) => console.log('abort', e.isTrusted)
      b.abort(reason); a.abort('late'); console.log(nested.reason === reason, AbortSignal.any([AbortSignal.abort(7)]).reason)
      const s = AbortSignal.timeout(5); s.addEventListener('abort', () => console.log(s.reason.name, s.reason.code)); setTimeout(() => {}, 10)
      AbortSignal.timeout(100000); try { new AbortSignal() } catch (e) { console.log(e.message) } console.log(new AbortController().signal.aborted, AbortSignal.abort().reason.name)`
    expect(await lines(source)).toEqual(['abort true', 'true 7', 'Illegal constructor', 'false AbortError', 'TimeoutError 23'])
  })

  test.each([
    ['windows-1251', 'cp1251', [0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]],
    ['koi8-r', 'KOI8', [0xf0, 0xd2, 0xc9, 0x41]],
    ['gbk', 'gb2312', [0x41, 0xc4, 0xe3, 0xba, 0xc3, 0x42]],
    ['gb18030', 'gb18030', [0xc4, 0xe3, 0x94, 0x39, 0xda, 0x33, 0x81, 0x30, 0x81, 0x30]],
    ['big5', 'big5-hkscs', [0xa7, 0x41, 0xa6, 0x6e, 0x21]],
    ['shift_jis', 'sjis', [0x82, 0xb1, 0xc6, 0x41, 0x93, 0xfa]],
    ['euc-jp', 'x-euc-jp', [0xa4, 0xb3, 0x8e, 0xb1, 0x41]],
    ['euc-kr', 'ks_c_5601-1987', [0xb0, 0xa1, 0x41, 0xb3, 0xaa]],
    ['iso-2022-jp', 'csiso2022jp', [0x41, 0x1b, 0x24, 0x42, 0x24, 0x33, 0x46, 0x7c, 0x1b, 0x28, 0x42, 0x42]],
    ['utf-16be', 'unicodefffe', [0xfe, 0xff, 0, 0x41, 0xd8, 0x3d, 0xde, 0, 0x30, 0x42]],
  ])('W-5 %s is decoded whole and in any pieces, by any of its labels', async (encoding, label, bytes) => {
    const source = `
      const bytes = new Uint8Array(${JSON.stringify(bytes)})
      const whole = new TextDecoder(' ${label}\\n', { fatal: true })
      console.log(whole.encoding, JSON.stringify(whole.decode(bytes)), whole.decode(bytes) === new TextDecoder('${encoding}').decode(bytes))
      for (let size = 1; size < 5; size++) {
        const decoder = new TextDecoder('${encoding}', { fatal: true })
        for (let again = 0; again < 2; again++) {
          let out = ''
          for (let at = 0; at < bytes.length; at += size) out += decoder.decode(bytes.subarray(at, at + size), { stream: true })
          console.log(JSON.stringify(out + decoder.decode()))
        }
      }`
    const text = JSON.stringify(new TextDecoder(encoding).decode(new Uint8Array(bytes)))
    expect(await lines(source)).toEqual([`${encoding} ${text} true`, ...Array.from({ length: 8 }, () => text)])
  })

  test('W-5 bytes of no character are replaced, or refused by fatal; long texts go in pieces; unknown labels are refused', async () => {
    const source = `
      const broken = new Uint8Array([0x41, 0x81])
      console.log(JSON.stringify(new TextDecoder('shift_jis').decode(broken)))
      for (const f of [() => new TextDecoder('shift_jis', { fatal: true }).decode(broken), () => new TextDecoder('x'.repeat(100)), () => new TextDecoder('replacement')])
        try { console.log(f()) } catch (e) { console.log(e.name, e.code) }
      const long = new Uint8Array(100001); for (let i = 1; i < long.length; i += 2) { long[i] = 0xc4; long[i + 1] = 0xe3 }
      long[0] = 0x41
      const text = new TextDecoder('gbk').decode(long); console.log(text.length, text === 'A' + '\u4f60'.repeat(50000))`
    expect(await lines(source)).toEqual([
      '"A\ufffd"',
      'TypeError ERR_ENCODING_INVALID_ENCODED_DATA',
      ...Array.from({ length: 2 }, () => 'RangeError ERR_ENCODING_NOT_SUPPORTED'),
      '50001 true',
    ])
  })

  test('W-3 a view that its resizable buffer has left behind is refused, alone, inside and with its buffer transferred', async () => {
    const source = `
      const make = () => { const b = new ArrayBuffer(16, { maxByteLength: 64 }); const views = [new Uint8Array(b, 8), new DataView(b, 8), b]; b.resize(4); return views }
      const [array, view] = make(), [other, , buffer] = make()
      for (const f of [() => structuredClone(array), () => structuredClone({ view }), () => structuredClone(other, { transfer: [buffer] })])
        try { console.log(f()) } catch (e) { console.log(e.name, e.code, e.message) }
      console.log(buffer.byteLength, structuredClone(new Uint8Array(new ArrayBuffer(4, { maxByteLength: 8 }), 4)).length)`
    expect(await lines(source)).toEqual([
      'DataCloneError 25 [object Object] could not be cloned.',
      'DataCloneError 25 #<DataView> could not be cloned.',
      'DataCloneError 25 [object Object] could not be cloned.',
      '4 0',
    ])
  })

  test('W-7 SharedArrayBuffer, Atomics and Intl are absent; toLocale methods keep the engine’s form', async () => {
    const source = `
      console.log(typeof SharedArrayBuffer, typeof Atomics, typeof Intl)
      console.log((1234.5).toLocaleString('de'), new Date(NaN).toLocaleString(), 'I'.toLocaleLowerCase('tr'), ['b', 'a'].sort((a, b) => a.localeCompare(b, 'de')).join())`
    expect(await lines(source)).toEqual(['undefined undefined undefined', '1234.5 Invalid Date i a,b'])
  })

  test('W-3 structuredClone copies what may be copied and refuses the rest with DataCloneError', async () => {
    const source = `
      const o = { d: new Date(1), r: /a/g, m: new Map([[1, { x: 1 }]]), s: new Set([1]), e: new TypeError('t', { cause: 1 }), u: new Uint8Array([1, 2]).subarray(1), h: [1, , 3], b: Object(5) }; o.self = o
      const c = structuredClone(o)
      console.log(c !== o, c.self === c, c.d, c.r, c.m, c.s, c.e instanceof TypeError, c.e.cause, c.u, 1 in c.h, c.b)
      class P { constructor() { this.a = 1 } }; console.log(structuredClone(new P()) instanceof P)
      for (const bad of [() => {}, Symbol('s'), new Proxy({}, {}), Promise.resolve(), new WeakMap()]) try { structuredClone(bad) } catch (e) { console.log(e.name, e.code) }
      const buffer = new ArrayBuffer(4), moved = structuredClone(buffer, { transfer: [buffer] }); console.log(buffer.byteLength, moved.byteLength)`
    expect(await lines(source)).toEqual([
      'true true 1970-01-01T00:00:00.001Z /a/g Map(1) { 1 => { x: 1 } } Set(1) { 1 } true 1 Uint8Array(1) [ 2 ] false [Number: 5]',
      'false',
      ...Array.from({ length: 5 }, () => 'DataCloneError 25'),
      '0 4',
    ])
  })

  test('W-4 W-5 performance, base64 and text codecs', async () => {
    const source = `
      console.log(performance.now() >= 0, performance.timeOrigin > 1.6e12, Object.keys(performance.toJSON()))
      console.log(btoa('\\xff\\x00a'), atob(' /wBh '), atob('YQ==') + atob('YWI'))
      for (const bad of ['\\u0100']) try { btoa(bad) } catch (e) { console.log(e.name, e.code) } for (const bad of ['a', '*', 'YQ=']) try { atob(bad) } catch (e) { console.log(e.name) }
      console.log(new TextEncoder().encode('a\\u00e9\\u20ac\\ud83d\\ude00\\ud800'), new TextEncoder().encodeInto('a\\u20acb', new Uint8Array(3)))
      const bytes = new TextEncoder().encode('\\u20ac'); const d = new TextDecoder()
      console.log(d.decode(bytes.subarray(0, 1), { stream: true }) + d.decode(bytes.subarray(1)), new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 65, 0xff, 0xc3])), new TextDecoder('utf-16le').decode(new Uint8Array([65, 0, 0x3d, 0xd8, 0, 0xde])), new TextDecoder('latin1').decode(new Uint8Array([0x80, 0xe9])))
      try { new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff])) } catch (e) { console.log(e.name, e.code) } try { new TextDecoder('nope') } catch (e) { console.log(e.name) }`
    expect(await lines(source)).toEqual([
      "true true [ 'timeOrigin' ]",
      '/wBh \xff\0a aab',
      'InvalidCharacterError 5',
      'InvalidCharacterError',
      'InvalidCharacterError',
      'InvalidCharacterError',
      'Uint8Array(13) [\n   97, 195, 169, 226,\n  130, 172, 240, 159,\n  152, 128, 239, 191,\n  189\n] { read: 1, written: 1 }',
      '\u20ac A\ufffd\ufffd A\ud83d\ude00 \u20ac\xe9',
      'TypeError ERR_ENCODING_INVALID_ENCODED_DATA',
      'RangeError',
    ])
  })

  test('W-1 W-3 W-5 what web-platform-tests ask of options, codes, clones and labels', async () => {
    const source = `
      const told = []; const options = {}
      for (const name of ['once', 'capture', 'passive', 'signal']) Object.defineProperty(options, name, { get() { told.push(name) } })
      try { new EventTarget().addEventListener('x', 5, options) } catch (e) { console.log(told.join(), e.code) }
      for (const listener of [null, () => {}]) try { new EventTarget().addEventListener('x', listener, { signal: null }) } catch (e) { console.log(e.code) }
      console.log(['DOMStringSizeError', 'NoDataAllowedError', 'ValidationError', 'DataCloneError'].map((name) => new DOMException('', name).code).join(), DOMException.VALIDATION_ERR)
      for (const value of [new URL('a:b'), new URLSearchParams('a=b'), [new URL('a:b')]]) try { structuredClone(value); console.log('cloned') } catch (e) { console.log(e.name, e.message) }
      console.log(new TextDecoder('\\t\\n\\f\\r utf-8 ').encoding)
      for (const space of ['\\v', '\\u00a0', '\\u2028', '\\ufeff', '\\0']) try { new TextDecoder(space + 'utf-8'); console.log('taken') } catch (e) { console.log(e.code) }`
    expect(await lines(source)).toEqual([
      'once,capture,passive,signal ERR_INVALID_ARG_TYPE',
      ...Array.from({ length: 2 }, () => 'ERR_INVALID_ARG_TYPE'),
      '0,0,0,25 16',
      ...Array.from({ length: 3 }, () => 'DataCloneError Cannot clone object of unsupported type.'),
      'utf-8',
      ...Array.from({ length: 5 }, () => 'ERR_ENCODING_NOT_SUPPORTED'),
    ])
  })
})
