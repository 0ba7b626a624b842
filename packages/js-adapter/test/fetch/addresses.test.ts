// W-6: which addresses are of the public internet, and which URLs and addresses an allow list lets through.
import { describe, expect, test } from 'vitest'
import { isPublic, parseAddress, parseBlock, reached } from '../../src/fetch/address.ts'
import { AllowList } from '../../src/fetch/allow-list.ts'
import { resolveFetch } from '../../src/fetch/fetch-options.ts'

const publicAddress = (text: string): boolean | undefined => {
  const bytes = parseAddress(text)
  return bytes === undefined ? undefined : isPublic(reached(bytes))
}
const codeOf = (work: () => void): unknown => {
  try {
    work()
    return 'allowed'
  } catch (error) {
    return Reflect.get(Object(error), 'code') ?? error
  }
}

describe('W-6 addresses', () => {
  test.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '[::ffff:a00:1]',
    '64:ff9b::10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::808:808',
    '100::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '2001::1',
    '2001:0:4136:e378::1',
    '2001:10::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:808:808::1',
    '3fff::1',
    '5f00::1',
    '4000::1',
  ])('%s is not public', (address) => {
    expect(publicAddress(address)).toBe(false)
  })
  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700::1111',
    '2001:200::1',
    '2003::1',
    '2a00:1450::8a',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '3ffe::1',
  ])('%s is public', (address) => {
    expect(publicAddress(address)).toBe(true)
  })
  test.each([
    'example.org',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.0x1',
    '::1::',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    'g::1',
    '12345::1',
    '::1.2.3',
    '::256.1.1.1',
    '1.2.3.4%eth0',
    '',
  ])('%s is no address', (text) => {
    expect(parseAddress(text)).toBeUndefined()
  })
  test('what is no address is refused, as is any that is not listed', () => {
    const list = new AllowList(['https://example.org', '10.1.0.0/16', 'fd00:1::/32', '169.254.10.10'])
    for (const address of ['example.org', '', '10.2.0.1', '10.0.255.255', 'fd00:2::1', '169.254.10.11', '127.0.0.1', '::1'])
      expect(
        codeOf(() => list.assertAddress(address)),
        address,
      ).toBe('ERR_FETCH_ADDRESS')
    for (const address of [
      '10.1.0.1',
      '10.1.255.255',
      '::ffff:10.1.2.3',
      '64:ff9b::a01:203',
      'fd00:1:2::3',
      '169.254.10.10',
      '8.8.8.8',
    ])
      expect(
        codeOf(() => list.assertAddress(address)),
        address,
      ).toBe('allowed')
  })
  test('a block is an address and a number of bits', () => {
    expect(parseBlock('10.0.0.0/8')).toEqual({ bytes: [10, 0, 0, 0], bits: 8 })
    expect(parseBlock('::/0')?.bits).toBe(0)
    for (const text of [
      '10.0.0.0/33',
      '10.0.0.0/8/8',
      '10.0.0.0/',
      '10.0.0.0/-1',
      '[::1]',
      'fe80::1%eth0/64',
      '::/129',
      'example.org/8',
    ])
      expect(parseBlock(text), text).toBeUndefined()
  })
})

describe('W-6 allow', () => {
  const list = new AllowList([
    'https://api.example.org',
    'http://api.example.org:8080/',
    'https://*.wild.example.org',
    'http://[::1]:3000',
    'http://127.0.0.1',
    'https://b\u00fccher.example',
  ])
  test.each([
    'https://api.example.org',
    'https://api.example.org/any/path?query#part',
    'https://API.Example.ORG:443/',
    'http://api.example.org:8080/x',
    'https://a.wild.example.org',
    'https://a.b.wild.example.org/',
    'http://[::1]:3000/',
    'http://[0:0:0:0:0:0:0:1]:3000/',
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://017700000001/',
    'http://127.1/',
    'https://xn--bcher-kva.example/',
    'https://api\u3002example.org/',
    'https://api.example.org\\x',
  ])('%s is asked for', (url) => {
    expect(codeOf(() => list.assertUrl(new URL(url)))).toBe('allowed')
  })
  test.each([
    'http://api.example.org/',
    'https://api.example.org:8443/',
    'https://api.example.org./',
    'https://api.example.org.evil.example/',
    'https://evil-api.example.org/',
    'https://example.org/',
    'https://wild.example.org/',
    'https://.wild.example.org/',
    'https://awild.example.org/',
    'https://api.example.org@evil.example/',
    'https://user@api.example.org/',
    'https://:secret@api.example.org/',
    'http://[::1]:3001/',
    'http://127.0.0.2/',
    'http://127.0.0.1:80x/',
    'http://localhost/',
    'ftp://api.example.org/',
    'file:///etc/passwd',
    'data:,x',
    'ws://api.example.org/',
    'blob:https://api.example.org/1',
    'about:blank',
  ])('%s is not', (url) => {
    if (!URL.canParse(url)) return
    expect(codeOf(() => list.assertUrl(new URL(url)))).toBe('ERR_FETCH_DENIED')
  })
  test('a wildcard lets no address through that is not public', () => {
    const wild = new AllowList(['http://*.0.0.1', 'http://10.0.0.1', 'http://169.254.169.254'].slice(1))
    expect(codeOf(() => wild.assertUrl(new URL('http://169.254.169.254/latest')))).toBe('allowed')
    expect(codeOf(() => wild.assertUrl(new URL('http://[::ffff:10.0.0.1]/')))).toBe('ERR_FETCH_DENIED')
  })
})

describe('W-6 options', () => {
  const allow = ['https://example.org']
  test.each([
    [{}, TypeError, 'fetch.allow'],
    [{ allow: [] }, TypeError, 'fetch.allow'],
    [{ allow: ['10.0.0.0/8'] }, TypeError, 'fetch.allow'],
    [{ allow: 'https://example.org' }, TypeError, 'fetch.allow'],
    [{ allow: ['https://example.org/path'] }, TypeError, 'fetch.allow[0]'],
    [{ allow: [...allow, 'example.org'] }, TypeError, 'fetch.allow[1]'],
    [{ allow: ['ftp://example.org'] }, TypeError, 'fetch.allow[0]'],
    [{ allow: ['https://user@example.org'] }, TypeError, 'fetch.allow[0]'],
    [{ allow: ['https://*'] }, TypeError, 'fetch.allow[0]'],
    [{ allow: ['https://*.org'] }, TypeError, 'fetch.allow[0]'],
    [{ allow: ['https://a.*.example.org'] }, TypeError, 'fetch.allow[0]'],
    [{ allow: [/x/] }, TypeError, 'fetch.allow[0]'],
    [{ allow, maxConcurrent: 0 }, RangeError, 'fetch.maxConcurrent'],
    [{ allow, maxResponseBytes: 2 ** 28 + 1 }, RangeError, 'fetch.maxResponseBytes'],
    [{ allow, timeoutMs: 1.5 }, RangeError, 'fetch.timeoutMs'],
    [{ allow, redirect: 'follow' }, RangeError, 'fetch.redirect'],
    [{ allow, transport: {} }, TypeError, 'fetch.transport'],
    [undefined, TypeError, 'fetch'],
  ] as const)('%j is refused', (given, Type, member) => {
    let thrown: unknown
    try {
      resolveFetch(given as never)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(Type)
    expect(String(thrown)).toContain(member)
  })
  test('defaults', () => {
    expect(resolveFetch({ allow })).toMatchObject({
      maxConcurrent: 16,
      maxResponseBytes: 2 ** 20,
      timeoutMs: 30_000,
      redirect: 'error',
    })
  })
})
