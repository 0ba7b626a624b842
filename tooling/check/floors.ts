// The floors between packages, as docs tell them: who may import whom.

export interface Floor {
  readonly level: 0 | 1 | 2 | 3
  /** Packages that it may import, whole. */
  readonly below: readonly string[]
  /** Packages of its own floor that it may load at run time only, as optional peers: `import()` and types. */
  readonly onDemand?: readonly string[] | undefined
  /** Its `.` entry also bundles for browsers: nothing it reaches may import a `node:` module statically. */
  readonly browser?: true | undefined
}

const published: Readonly<Record<string, Floor>> = {
  catrate: { level: 0, below: [], browser: true },
  eventloop: { level: 1, below: [] },
  logiface: { level: 1, below: ['catrate'], browser: true },
  metrics: { level: 1, below: [], browser: true },
  'sql-export': { level: 1, below: [] },
  'js-adapter': {
    level: 2,
    below: ['catrate', 'eventloop', 'logiface'],
    onDemand: ['logiface-pino', 'logiface-winston'],
    browser: true,
  },
  'logiface-pino': { level: 2, below: ['logiface'] },
  'logiface-winston': { level: 2, below: ['logiface'] },
}

/** `integration`, `benchmarks` and `examples` may import every package; a package that is not in the table, none. */
export function floorOf(short: string, isPublished: boolean): Floor {
  if (!isPublished) return { level: 3, below: Object.keys(published) }
  return statesFloor(short) ? (published[short] ?? { level: 0, below: [] }) : { level: 0, below: [] }
}

export function statesFloor(short: string): boolean {
  return Object.hasOwn(published, short)
}
