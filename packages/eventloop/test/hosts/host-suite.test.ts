// The conformance suite of hosts, run by the virtual host; the real ones run it in test/real-time.
import { describe, test } from 'vitest'
import { VirtualHost } from '../../src/index.ts'
import { hostSuite } from '../../src/testing/index.ts'

describe('virtual host', () => {
  const open = (): { host: VirtualHost; passUntil(instantMs: number): Promise<void> } => {
    const host = new VirtualHost({ startMs: 5 })
    return { host, passUntil: (instantMs) => host.advanceTo(instantMs) }
  }
  for (const { name, run } of hostSuite(open)) test(name, run)
})
