// SandboxMetrics fed by the real adapter: each limit that fires shows in its own outcome.
import { EventLoop } from '@loopwright/eventloop'
import { Sandbox } from '@loopwright/js-adapter'
import { SandboxMetrics } from '@loopwright/metrics'
import { prometheusText } from '@loopwright/metrics/prometheus'
import { expect, test } from 'vitest'

test('C-4 operations of a real sandbox are counted by outcome, and the limit that fired has its own', async () => {
  const metrics = new SandboxMetrics()
  const loop = new EventLoop()
  const release = loop.holdOpen()
  const running = loop.run()
  const sandbox = await Sandbox.create({ loop, observer: metrics, limits: { operationMs: 30 } })
  await sandbox.run('1 + 1')
  await expect(sandbox.run('for (;;);')).rejects.toMatchObject({ code: 'ERR_LIMIT_OPERATION' })
  await sandbox.close()
  release()
  await loop.shutdown()
  await running
  expect(metrics.snapshot().operations).toMatchObject({ ok: 1, operationMs: 1 })
  expect(prometheusText(metrics)).toContain('loopwright_sandbox_operations_total{outcome="operationMs"} 1\n')
})
