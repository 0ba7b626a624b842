// P-3, C-3, C-4, C-5: measuring callbacks of one's own.
import { describe, expect, test } from 'vitest'
import { Histogram, Sampler, TaskTimer } from '../src/index.ts'
import { ManualClock } from './support/clock.ts'

class CountingClock extends ManualClock {
  readings = 0

  override nowMs(): number {
    this.readings++
    return super.nowMs()
  }
}

const open = (sampler?: Sampler) => {
  const clock = new CountingClock()
  const histogram = new Histogram()
  return { clock, histogram, timer: new TaskTimer({ histogram, sampler, clock }) }
}

describe('TaskTimer', () => {
  test('P-3 in a batch the end of one callback is the start of the next: one reading each, and one more', () => {
    const { clock, histogram, timer } = open()
    timer.beginBatch()
    for (let i = 1; i <= 10; i++) timer.run(() => clock.advance(i))
    expect(clock.readings).toBe(11)
    expect(histogram.snapshot()).toMatchObject({ count: 10, sum: 55, min: 1, max: 10 })
    clock.advance(1000)
    timer.beginBatch()
    timer.run(() => clock.advance(5))
    expect(histogram.max).toBe(10)
  })

  test('P-1 sampled, only the callbacks chosen cost readings', () => {
    const { clock, histogram, timer } = open(new Sampler({ sampleEvery: 10, seed: 1 }))
    timer.beginBatch()
    for (let i = 0; i < 1000; i++) timer.run(() => clock.advance(1))
    expect(clock.readings).toBe(2 * histogram.count)
    expect(Math.abs(histogram.count - 100)).toBeLessThan(10)
  })

  test('C-4 a callback that throws is measured, and what it threw is thrown on', () => {
    const { clock, histogram, timer } = open()
    timer.beginBatch()
    const run = (): void =>
      timer.run(() => {
        clock.advance(7)
        throw new Error('its own')
      })
    expect(run).toThrow('its own')
    expect(histogram.snapshot()).toMatchObject({ count: 1, max: 7 })
  })

  test('C-4 a callback that never returns is counted as unfinished, and not measured', () => {
    const { clock, histogram, timer } = open()
    timer.beginBatch()
    timer.start()
    clock.advance(1_000_000)
    timer.beginBatch()
    timer.run(() => clock.advance(2))
    expect([timer.unfinished, histogram.count, histogram.max]).toEqual([1, 1, 2])
  })

  test('C-5 a snapshot taken inside a measured callback does not include it', () => {
    const { clock, histogram, timer } = open()
    timer.beginBatch()
    timer.run(() => clock.advance(1))
    const inside = timer.run(() => {
      clock.advance(9)
      return histogram.snapshot()
    })
    expect(inside).toMatchObject({ count: 1, max: 1 })
    expect(histogram.count).toBe(2)
  })

  test('C-3 off takes effect at the next batch, and then reads no clock', () => {
    const { clock, histogram, timer } = open()
    timer.beginBatch()
    timer.enabled = false
    timer.run(() => clock.advance(1))
    timer.beginBatch()
    const before = clock.readings
    timer.run(() => clock.advance(1))
    timer.enabled = true
    timer.run(() => clock.advance(1))
    expect([clock.readings, histogram.count]).toEqual([before, 1])
    timer.beginBatch()
    timer.run(() => clock.advance(1))
    expect(histogram.count).toBe(2)
  })

  test('C-3 flipped 100 000 times, every callback of an enabled batch is measured once', () => {
    const { clock, histogram, timer } = open()
    let expected = 0
    for (let i = 0; i < 100_000; i++) {
      timer.enabled = i % 2 === 0
      timer.beginBatch()
      timer.run(() => clock.advance(1))
      if (timer.enabled) expected++
      timer.enabled = !timer.enabled
    }
    expect(histogram.snapshot()).toMatchObject({ count: expected, sum: expected })
    expect(expected).toBe(50_000)
  })

  test('a clock that goes back drops the measurement and counts it; nested callbacks are part of the outer one', () => {
    const { clock, histogram, timer } = open()
    timer.beginBatch()
    timer.run(() => clock.advance(-5))
    expect([timer.clockAnomalies, histogram.count]).toEqual([1, 0])
    timer.run(() => {
      clock.advance(1)
      timer.run(() => clock.advance(2))
      clock.advance(3)
    })
    expect(histogram.snapshot()).toMatchObject({ count: 1, max: 6 })
  })
})
