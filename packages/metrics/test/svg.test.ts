// V-2: plots.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Histogram } from '../src/index.ts'
import { histogramSvg, seriesSvg } from '../src/report/index.ts'
import { STREAMS, seeded } from './support/streams.ts'

const filled = (values: readonly number[]): Histogram => {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}
const lognormal = (seed: number) => filled(STREAMS['lognormal']?.(5000, seeded(seed)) ?? []).snapshot()

/** Reads well-formed XML without entities of its own; throws where it is not. @returns the text content. */
function readXml(xml: string): string {
  const open: string[] = []
  let text = ''
  const token = /<\/([a-z]+)>|<([a-z]+)((?: [a-zA-Z0-9:-]+="[^"<&]*")*)(\/?)>|&#(\d+);|([^<&]+)|([\s\S])/gy
  for (const [, close, name, , empty, entity, plain, wrong] of xml.trimEnd().matchAll(token)) {
    if (wrong !== undefined) throw new Error(`not well-formed at ${JSON.stringify(wrong)}`)
    if (close !== undefined && open.pop() !== close) throw new Error(`</${close}> closes nothing`)
    if (name !== undefined && empty === '') open.push(name)
    if (entity !== undefined) text += String.fromCodePoint(Number(entity))
    if (plain !== undefined) text += plain
  }
  if (open.length > 0) throw new Error(`<${open.join('> <')}> is left open`)
  return text
}

describe('histogramSvg', () => {
  test('V-2 shows bars, ticks with units, and marks for p50, p90, p99 and max', () => {
    const svg = histogramSvg(lognormal(1), { title: 'Task time' })
    const text = readXml(svg)
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="640" height="320"/)
    expect(svg.match(/<rect /g)?.length).toBeGreaterThan(50)
    for (const word of ['Task time', 'p50 1.0', 'p90 ', 'p99 ', 'max ', '100 us', '1.00 ms', '10.0 ms'])
      expect(text).toContain(word)
    expect(svg).not.toMatch(/href|script|url\(/)
  })

  test('V-2 the same input gives the same bytes, another input others', () => {
    expect(histogramSvg(lognormal(2))).toBe(histogramSvg(lognormal(2)))
    expect(histogramSvg(lognormal(2))).not.toBe(histogramSvg(lognormal(3)))
  })

  test('V-2 hostile titles are escaped, and the XML stays valid', () => {
    const hostile = fc.oneof(
      fc.constantFrom('</svg><script>x</script>', '"><&', '\u{0}\u{b}\u{fffe}', ']]>', '\u{202e}abc', '\ud800', '&lt;', "'"),
      fc.string({ unit: 'binary', maxLength: 40 }),
    )
    fc.assert(
      fc.property(hostile, (title) => {
        const svg = histogramSvg(lognormal(1), { title })
        readXml(svg)
        expect(svg).not.toMatch(/<script|[\u{202a}-\u{202e}\u{2066}-\u{2069}\u{0}\u{b}\u{fffe}]/u)
        expect(svg).not.toMatch(/\p{Surrogate}/u)
      }),
    )
    expect(readXml(histogramSvg(lognormal(1), { title: 'a <b> & "c"' }))).toContain('a <b> & "c"')
  })

  test('V-2 any histogram and any size keeps within the picture', () => {
    const value = fc.oneof(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.constantFrom(0, 1e-9, Number.POSITIVE_INFINITY))
    fc.assert(
      fc.property(
        fc.array(value),
        fc.integer({ min: 200, max: 2000 }),
        fc.integer({ min: 120, max: 1000 }),
        (values, width, height) => {
          const svg = histogramSvg(filled(values).snapshot(), { width, height })
          readXml(svg)
          expect(svg).not.toMatch(/NaN|Infinity/)
          for (const [, x] of svg.matchAll(/ x[12]?="([^"]+)"/g)) expect(Number(x)).toBeLessThanOrEqual(width)
          for (const [, y] of svg.matchAll(/ y[12]?="([^"]+)"/g)) expect(Number(y)).toBeLessThanOrEqual(height)
        },
      ),
    )
    expect(readXml(histogramSvg(new Histogram().snapshot()))).toContain('no values')
    expect(() => histogramSvg(lognormal(1), { width: 10 })).toThrow(expect.objectContaining({ code: 'ERR_METRICS_OPTION' }))
  })
})

test('V-2 a series of figures is drawn as bars with their names', () => {
  const svg = seriesSvg(
    [
      { name: 'ring <1000>', value: 14 },
      { name: 'log-linear', value: 8 },
      { name: 'odd', value: Number.NaN },
    ],
    { title: 'record', unit: 'none' },
  )
  const text = readXml(svg)
  for (const word of ['ring <1000>', 'log-linear', '14', '8', 'record']) expect(text).toContain(word)
  expect(svg).not.toMatch(/NaN/)
  expect(svg.match(/<rect /g)).toHaveLength(3)
  expect(readXml(seriesSvg([]))).toContain('no values')
})
