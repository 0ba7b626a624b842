// The clocks and the time zone that the engine imports, and what takes their place when time is given.
import type { WasmMemory } from './webassembly.ts'

/** Minified names of imports, each found by what it does. */
export interface TimeImports {
  /** No arguments; returns epoch milliseconds. */
  readonly epoch: string
  /** `(clock, precision, pointer)`: writes nanoseconds. Absent where guest code cannot reach one. */
  readonly clock: string | undefined
  /** `(seconds, pointer)`: writes the broken-down local time. */
  readonly localTime: string
  /** `(zone, daylight, name, name)`: writes the time zone. */
  readonly zone: string | undefined
}

export interface TimeSource {
  nowEpochMs(): number
  /** Local time stays that of the platform's zone. Default `false`: it is UTC. */
  readonly keepsZone?: boolean | undefined
}

const TM_WORDS = 11
const MS_PER_DAY = 86_400_000

function writeUtc(memory: WasmMemory, epochMs: number, pointer: number): void {
  const date = new Date(epochMs)
  const words = new Int32Array(memory.buffer, pointer, TM_WORDS)
  const year = date.getUTCFullYear()
  const dayOfYear = Math.floor((Date.UTC(year, date.getUTCMonth(), date.getUTCDate()) - Date.UTC(year, 0, 1)) / MS_PER_DAY)
  words.set([
    date.getUTCSeconds(),
    date.getUTCMinutes(),
    date.getUTCHours(),
    date.getUTCDate(),
    date.getUTCMonth(),
    year - 1900,
    date.getUTCDay(),
    dayOfYear,
    0, // no daylight saving
    0, // no offset from UTC
  ])
}

/** Puts `source` and UTC in the place of the platform's clocks and zone. */
export function importTime(
  group: Record<string, unknown>,
  memory: WasmMemory,
  { epoch, clock, localTime, zone }: TimeImports,
  source: TimeSource,
): void {
  group[epoch] = () => source.nowEpochMs()
  if (clock !== undefined)
    group[clock] = (_clock: number, _precision: bigint, pointer: number) => {
      new DataView(memory.buffer).setBigInt64(pointer, BigInt(Math.round(source.nowEpochMs() * 1e6)), true)
      return 0
    }
  if (source.keepsZone === true) return
  group[localTime] = (seconds: bigint, pointer: number) => writeUtc(memory, Number(seconds) * 1000, pointer)
  if (zone !== undefined)
    group[zone] = (zonePointer: number, daylight: number, standardName: number, daylightName: number) => {
      const view = new DataView(memory.buffer)
      view.setInt32(zonePointer, 0, true)
      view.setInt32(daylight, 0, true)
      const bytes = new Uint8Array(memory.buffer)
      for (const name of [standardName, daylightName]) bytes.set([0x55, 0x54, 0x43, 0], name)
    }
}
