// The series of tenants, bound once each: a sample then costs a look-up by tenant and outcome, and builds no label set.
import type { CounterFamily, HistogramFamily } from '../families/family.ts'
import type { Counter } from '../instruments/counter.ts'
import type { Histogram } from '../instruments/histogram.ts'

/** The families whose series tell tenants apart. */
export interface TenantFamilies {
  readonly operations: CounterFamily<string>
  readonly operation: HistogramFamily<string>
  readonly cpu: CounterFamily<string>
  readonly queue: HistogramFamily<string>
  readonly hostCalls: CounterFamily<string>
  readonly hostCall: HistogramFamily<string>
}

/** What one tenant's samples are recorded into. */
export interface TenantSeries {
  readonly operation: Histogram
  readonly cpu: Counter
  readonly queue: Histogram
  /** Made by the first host call: a histogram is 20 KiB, and many tenants make none. */
  readonly hostCall: Histogram
  operations(outcome: string): Counter
  hostCalls(outcome: string): Counter
}

/** Outcomes remembered a tenant. There are about twenty; what an odd adapter names beyond these is looked up each time. */
const MAX_OUTCOMES = 64

export class TenantTable {
  readonly #families: TenantFamilies
  readonly #label: string | undefined
  readonly #maxTenants: number
  readonly #known = new Map<string, TenantSeries>()

  /** @param label - undefined: all tenants share their series. */
  constructor(families: TenantFamilies, label: string | undefined, maxTenants: number) {
    this.#families = families
    this.#label = label
    this.#maxTenants = maxTenants
  }

  /** Tenants beyond the bound are not remembered, so that hostile names do not fill the table: each is bound again, and counted. */
  of(tenant: string | undefined): TenantSeries {
    const name = this.#label === undefined ? '' : (tenant ?? '')
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const series = new BoundSeries(this.#families, this.#label === undefined ? {} : { [this.#label]: name })
    if (this.#known.size < this.#maxTenants) this.#known.set(name, series)
    return series
  }
}

class BoundSeries implements TenantSeries {
  readonly operation: Histogram
  readonly cpu: Counter
  readonly queue: Histogram
  #hostCall: Histogram | undefined = undefined
  readonly #labels: Readonly<Record<string, string>>
  readonly #families: TenantFamilies
  readonly #operations = new Map<string, Counter>()
  readonly #hostCalls = new Map<string, Counter>()

  constructor(families: TenantFamilies, labels: Readonly<Record<string, string>>) {
    this.#families = families
    this.#labels = labels
    this.operation = families.operation.with(labels)
    this.cpu = families.cpu.with(labels)
    this.queue = families.queue.with(labels)
  }

  get hostCall(): Histogram {
    return (this.#hostCall ??= this.#families.hostCall.with(this.#labels))
  }

  operations(outcome: string): Counter {
    return this.#operations.get(outcome) ?? this.#bind(this.#operations, this.#families.operations, outcome)
  }

  hostCalls(outcome: string): Counter {
    return this.#hostCalls.get(outcome) ?? this.#bind(this.#hostCalls, this.#families.hostCalls, outcome)
  }

  #bind(known: Map<string, Counter>, family: CounterFamily<string>, outcome: string): Counter {
    const counter = family.with({ outcome, ...this.#labels })
    if (known.size < MAX_OUTCOMES) known.set(outcome, counter)
    return counter
  }
}
