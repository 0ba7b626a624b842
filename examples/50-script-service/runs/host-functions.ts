// What a customer's script can reach of the platform. Everything it may do besides computing is named here.
import { createHash } from 'node:crypto'
import type { Sandbox } from '@loopwright/js-adapter'

export function exposeHost(sandbox: Sandbox, tenant: string): void {
  sandbox.expose('platform', {
    whoami: { sync: () => ({ tenant }) },
    sha256: {
      async: async (text: string) => createHash('sha256').update(text).digest('hex'),
      rates: [{ windowMs: 1000, count: 100 }],
      timeoutMs: 1000,
    },
  })
}
