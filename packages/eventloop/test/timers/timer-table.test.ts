// Slots, generations and the ends of their ranges.
import { expect, test } from 'vitest'
import { MAX_GENERATION, TimerTable } from '../../src/timers/timer-table.ts'

function take(table: TimerTable): number {
  const slot = table.acquire()
  table.callbacks[slot] = () => {}
  table.place[slot] = 0
  return slot
}

test('T-8 a slot whose generations are used up is retired, and its last id is a safe integer', () => {
  const table = new TimerTable(MAX_GENERATION - 1)
  const first = take(table)
  const id = table.idOf(first)
  table.release(first)
  expect(take(table)).toBe(first)
  const last = table.idOf(first)
  expect(Number.isSafeInteger(last)).toBe(true)
  expect(last).toBeGreaterThan(id)
  table.release(first)
  expect(table.slotOf(last)).toBe(-1)
  expect(take(table)).not.toBe(first)
  expect(table.countRetired()).toBe(1)
})

test('T-8 ids of a slot are never issued twice, also across shrinking and growing', () => {
  const table = new TimerTable()
  const ids = new Set<number>()
  for (let round = 0; round < 5; round++) {
    const slots = Array.from({ length: 1000 }, () => take(table))
    for (const slot of slots) {
      expect(ids.has(table.idOf(slot))).toBe(false)
      ids.add(table.idOf(slot))
    }
    for (const slot of slots) table.release(slot)
    while (table.tryShrink());
    expect(table.capacity).toBe(64)
  }
})

test('T-13 arrays are not shrunk over a live slot', () => {
  const table = new TimerTable()
  const slots = Array.from({ length: 200 }, () => take(table))
  for (const slot of slots.slice(0, -1)) table.release(slot)
  expect(table.tryShrink()).toBe(false)
  table.release(slots.at(-1) as number)
  expect(table.tryShrink()).toBe(true)
})
