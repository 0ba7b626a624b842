// One operation of a sandbox told to SandboxMetrics, whose series are bound once a tenant, against binding them for each sample.
import { MetricSet, SandboxMetrics } from '@loopwright/metrics'
import type { SandboxOperationSample } from '@loopwright/metrics'
import { defineWorkload } from '../harness/workload.ts'
import { QUICK_CALLS, quickNs } from './support/quick.ts'
import { assertSame } from './support/values.ts'

const CALLS = 20_000
const TENANTS = Array.from({ length: 50 }, (_, i) => `tenant-${i}`)

const sample = {
  sandboxId: 's1',
  tenant: undefined as string | undefined,
  outcome: 'ok',
  queueMs: 0.2,
  elapsedMs: 1.5,
  cpuMs: 1.2,
  stopLateMs: undefined,
  heapBytes: 400_000,
  timers: 2,
} satisfies SandboxOperationSample

const told = (tenantLabel: string | undefined) => (): number => {
  const metrics = new SandboxMetrics({ tenantLabel })
  metrics.onInstance({ sandboxId: 's1', how: 'image', elapsedMs: 1 })
  const ns = quickNs(CALLS, () => {
    for (let i = 0; i < CALLS; i++) {
      sample.tenant = TENANTS[i % TENANTS.length]
      metrics.onOperation(sample)
    }
  })
  assertSame(metrics.snapshot().operations['ok'], QUICK_CALLS * CALLS)
  return ns
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    SandboxMetrics: told(undefined),
    'SandboxMetrics by tenant': told('tenant'),
    'bound for each sample, by tenant': () => {
      const set = new MetricSet()
      const operations = set.counter('operations_total', { labels: ['outcome', 'tenant'] })
      const operation = set.histogram('operation_seconds', { labels: ['tenant'] })
      const queue = set.histogram('queue_wait_seconds', { labels: ['tenant'] })
      const cpu = set.counter('cpu_seconds_total', { labels: ['tenant'] })
      const ns = quickNs(CALLS, () => {
        for (let i = 0; i < CALLS; i++) {
          const tenant = TENANTS[i % TENANTS.length] as string
          operations.with({ outcome: sample.outcome, tenant }).add()
          operation.with({ tenant }).record(sample.elapsedMs)
          queue.with({ tenant }).record(sample.queueMs)
          cpu.with({ tenant }).add(sample.cpuMs)
        }
      })
      assertSame(operations.with({ outcome: 'ok', tenant: 'tenant-0' }).value, (QUICK_CALLS * CALLS) / TENANTS.length)
      return ns
    },
  },
  figures: [
    { subject: 'SandboxMetrics by tenant', peer: 'bound for each sample, by tenant', ratio: 'cost', target: '<= 0.25' },
    { subject: 'SandboxMetrics' },
    { subject: 'SandboxMetrics by tenant' },
  ],
})
