// How audit lines are sealed, against the HMAC of node:crypto.
import { createSecretKey } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CHAIN_START, digest, LineSealer, readSeal } from '../src/audit/hash-chain.ts'

test('A-1 A-2 a sealed line has the HMAC that node:crypto makes, whatever the key and the line', () => {
  fc.assert(
    fc.property(
      fc.option(fc.uint8Array({ minLength: 16, maxLength: 200 }), { nil: undefined }),
      fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.constant('é'.repeat(3000))), {
        minLength: 1,
        maxLength: 4,
      }),
      (bytes, bodies) => {
        const key = bytes === undefined ? undefined : createSecretKey(bytes)
        const sealer = new LineSealer(key)
        let head = CHAIN_START
        for (const body of bodies) {
          const sealed = sealer.seal(`{"b":${JSON.stringify(body)}`, head)
          const found = readSeal(sealed.bytes.subarray(0, -1))
          expect(Buffer.from(sealed.bytes).toString('utf8')).toBe(
            `{"b":${JSON.stringify(body)},"seq":${head.seq + 1},"prev":"${head.hash}","hash":"${sealed.head.hash}"}\n`,
          )
          expect(found?.hash).toBe(digest(found?.covered as Uint8Array, key))
          head = sealed.head
        }
      },
    ),
    { numRuns: 300 },
  )
})
