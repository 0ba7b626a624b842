// What a payload looks like on the other side.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytes, defineCommands, failure, float, structured, text } from '../../src/ingress/commands.ts'
import { KIND_LATIN1, KIND_SHIFT, KIND_UTF16, KIND_UTF8, HEADER_BYTES } from '../../src/ingress/layout.ts'
import { connectIngress } from '../../src/ingress/producer.ts'
import { LoopError } from '../../src/errors.ts'
import { createPump } from './support/pump.ts'

const commands = defineCommands({ line: text(), blob: bytes(), job: structured<unknown>(), failed: failure(), level: float() })

function open() {
  const pump = createPump()
  const got: unknown[] = []
  const take = (value: unknown): void => {
    got.push(value)
  }
  const port = pump.open(commands, { line: take, blob: take, job: take, failed: take, level: take }, { payloadBytes: 2 ** 20 })
  const producer = connectIngress(port.transferable, commands)
  return { pump, producer, got, port }
}

function roundTrip(name: 'line' | 'blob' | 'job' | 'failed', value: unknown): unknown {
  const { pump, producer, got } = open()
  expect((producer.submit as (name: string, value: unknown) => boolean).call(producer, name, value)).toBe(true)
  pump.turn()
  expect(pump.errors).toEqual([])
  return got[0]
}

test.each([
  ['', KIND_LATIN1],
  ['plain', KIND_LATIN1],
  ['\u0000\u00ff'.repeat(40), KIND_LATIN1],
  ['snow \u2603', KIND_UTF8],
  ['\u{1f600}'.repeat(100), KIND_UTF8],
  ['\ud800', KIND_UTF16],
  [`${'x'.repeat(50)}\udc00\u2603`, KIND_UTF16],
  ['\udc00\ud800', KIND_UTF16],
])('I-10 text %j crosses in its narrowest form', (line, kind) => {
  const { pump, producer, got, port } = open()
  producer.submit('line', line)
  expect((new Int32Array(port.transferable.ring, HEADER_BYTES)[0] as number) >>> KIND_SHIFT).toBe(kind)
  pump.turn()
  expect(got).toEqual([line])
})

test('I-10 any string arrives as it was, unit by unit', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 0xffff }), { maxLength: 200 }), (units) => {
      const line = String.fromCharCode(...units)
      expect(roundTrip('line', line)).toBe(line)
    }),
  )
})

test.each([
  [new Map([[1, new Set(['x'])]])],
  [{ date: new Date(5), big: 10n ** 30n, pattern: /x/g, hole: [undefined, null, Number.NaN, -0] }],
  [new Float64Array([1.5, -2])],
  [undefined],
])('I-10 structured value %# is a deep copy', (value) => {
  expect(roundTrip('job', value)).toEqual(value)
})

test('I-10 a view inside a structured value has memory of its own', () => {
  const { pump, producer, got } = open()
  producer.submit('job', { data: Buffer.from('first') })
  producer.submit('blob', Buffer.from('second'))
  pump.turn()
  producer.submit('job', { data: Buffer.from('third') })
  producer.submit('blob', Buffer.from('fourth'))
  pump.turn()
  const [first, second] = got as [{ data: Uint8Array }, Uint8Array]
  expect(Buffer.from(first.data).toString()).toBe('first')
  expect(Buffer.from(second).toString()).toBe('second')
  expect(second.buffer).toBeInstanceOf(ArrayBuffer)
  expect(first.data.buffer).toBeInstanceOf(ArrayBuffer)
})

test('I-12 an error crosses as name, code and message, and is rebuilt', () => {
  const error = roundTrip('failed', new LoopError('ERR_QUEUE_FULL', 'no room', { cause: new TypeError('inner') })) as LoopError
  expect(error).toBeInstanceOf(LoopError)
  expect(error).toMatchObject({ name: 'LoopError', code: 'ERR_QUEUE_FULL', message: 'no room', isTemporary: true })
  expect(error.cause).toMatchObject({ name: 'TypeError', message: 'inner' })
  expect(roundTrip('failed', Object.assign(new RangeError('disk'), { code: 'ENOSPC' }))).toMatchObject({
    name: 'RangeError',
    code: 'ENOSPC',
    message: 'disk',
  })
  expect(roundTrip('failed', 'text')).toMatchObject({ name: 'Error', message: 'text' })
})

test('I-12 an error at the top of a structured value keeps its code, which structured clone would drop', () => {
  expect(roundTrip('job', new LoopError('ERR_TIMEOUT', 'late'))).toMatchObject({
    name: 'LoopError',
    code: 'ERR_TIMEOUT',
    isTimeout: true,
  })
})

test.each([0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER])(
  'I-10 float %d keeps every bit',
  (value) => {
    const { pump, producer, got } = open()
    producer.submit('level', value)
    pump.turn()
    expect(Object.is(got[0], value)).toBe(true)
  },
)
