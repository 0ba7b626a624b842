// Whatever is logged, flushed and refused by the system, and in whatever order: the file is a chain, and the start of what was sealed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { AuditFile } from '../src/audit/audit-file.ts'
import { resolveAuditOptions } from '../src/audit/audit-options.ts'
import { verifyAudit } from '../src/audit/index.ts'
import { FaultyFiles } from './faulty-files.ts'

const KEY = 'a secret of enough bytes'

type Step =
  | { readonly log: number; readonly urgent: boolean }
  | { readonly call: 'sync' | 'checkpoint' | 'reopen' | 'crash' | 'close' }
  | { readonly fault: { readonly code: string; readonly afterBytes: number } | undefined }
  | { readonly mostBytes: number }
  | { readonly truncateFails: boolean }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ log: fc.integer({ min: 0, max: 900 }), urgent: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ call: fc.constantFrom('sync', 'checkpoint', 'reopen', 'crash', 'close') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      fault: fc.option(
        fc.record({ code: fc.constantFrom('ENOSPC', 'EIO', 'EPIPE'), afterBytes: fc.integer({ min: 0, max: 1500 }) }),
        { nil: undefined },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ mostBytes: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 500 })) }) },
  { weight: 1, arbitrary: fc.record({ truncateFails: fc.boolean() }) },
)

/** The writer, and what its user knows of it. */
class Subject {
  readonly #path: string
  readonly #mode: 'each' | 'batch'
  readonly files = new FaultyFiles()
  #file: AuditFile
  #count = 0
  #lost = 0
  /** Truncating has failed, and nothing has been written since it works again. */
  #mayBeTorn = false
  /** Lines that were taken since the file was opened last. */
  #taken: number[] = []
  /** Lines that are in the file for good: it was opened again after them. */
  #settled: number[] = []

  constructor(path: string, mode: 'each' | 'batch') {
    this.#path = path
    this.#mode = mode
    this.#file = this.#open()
  }

  run(given: Step): void {
    if ('fault' in given) this.files.fault = given.fault
    else if ('mostBytes' in given) this.files.mostBytes = given.mostBytes
    else if ('truncateFails' in given) {
      this.files.truncateFails = given.truncateFails
      this.#mayBeTorn ||= given.truncateFails
    } else if ('log' in given) this.#log(given.log, given.urgent)
    else if (given.call === 'crash' || given.call === 'close') this.#again(given.call)
    else tolerant(() => this.#file[given.call === 'sync' ? 'sync' : given.call === 'checkpoint' ? 'checkpoint' : 'reopen']())
  }

  /** The file without a part of a line that could not be taken back yet. */
  get text(): string {
    const text = readFileSync(this.#path, 'utf8')
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    if (!this.#mayBeTorn) expect(text).toBe(whole)
    return whole
  }

  async check(): Promise<void> {
    const { text, numbers } = this.read()
    expect(await verifyAudit(asBytes(text), { key: KEY, expectedHead: this.#file.head })).toMatchObject({ intact: true })
    expect(numbers.slice(0, this.#settled.length)).toEqual(this.#settled)
    const rest = numbers.slice(this.#settled.length)
    expect(rest).toEqual(this.#taken.slice(0, rest.length))
    if (this.#mode === 'each') expect(rest).toEqual(this.#taken)
  }

  async finish(): Promise<void> {
    this.files.fault = undefined
    this.files.truncateFails = false
    this.#file.sync()
    this.#mayBeTorn = false
    expect(this.read().numbers).toEqual([...this.#settled, ...this.#taken])
    this.#file.close()
    await this.check()
  }

  read(): { readonly text: string; readonly numbers: readonly number[] } {
    const { text } = this
    const lines = text.split('\n').slice(0, -1)
    return { text, numbers: lines.flatMap((line) => (JSON.parse(line) as { readonly i?: number }).i ?? []) }
  }

  #log(chars: number, urgent: boolean): void {
    const i = this.#count++
    tolerant(() => {
      const refused = this.#file.append(`{"level":"audit","time":0,"i":${i},"text":"${'x'.repeat(chars)}"`, urgent)
      if (refused === undefined) this.#taken.push(i)
    })
  }

  /** A crash: the writer is gone without a word. A close: what cannot be written is lost, and counted. */
  #again(how: 'crash' | 'close'): void {
    const before = this.#taken.length
    this.#lost = 0
    const { fault } = this.files
    if (how === 'crash') this.files.fault = { code: 'EIO', afterBytes: 0 } // closing it gives the lock back, and writes nothing
    tolerant(() => this.#file.close())
    this.files.fault = undefined
    this.files.truncateFails = false
    this.#file = this.#open()
    this.#mayBeTorn = false
    this.files.fault = fault
    const { numbers } = this.read()
    if (how === 'close') expect(this.#lost).toBe(this.#settled.length + before - numbers.length)
    this.#settled = [...numbers]
    this.#taken = []
  }

  #open(): AuditFile {
    const batch = { batchChars: 2000, flushMs: 60_000, maxQueuedBytes: 4096 }
    const path = this.#path
    const checkpoint = { lines: 7 }
    const options = {
      path,
      key: KEY,
      sync: 'none',
      checkpoint,
      mode: this.#mode,
      ...(this.#mode === 'batch' ? batch : {}),
    } as const
    const events = {
      head: (levelName: string) => `{"level":"${levelName}","time":0`,
      failed: () => undefined,
      lost: (lines: number) => {
        this.#lost += lines
      },
    }
    return new AuditFile(resolveAuditOptions(options), events, this.files)
  }
}

function tolerant(run: () => void): void {
  try {
    run()
  } catch (error) {
    const code: unknown = Reflect.get(error as object, 'code')
    if (!['ENOSPC', 'EIO', 'EPIPE'].includes(String(code))) throw error
  }
}

async function* asBytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

test.each(['each', 'batch'] as const)(
  'A-5 A-9 A-10 mode %s: after any interleaving of lines, flushes and failed writes the file is a chain of the first lines sealed',
  async (mode) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
        const folder = mkdtempSync(join(tmpdir(), 'audit-model-'))
        try {
          const subject = new Subject(join(folder, 'audit.log'), mode)
          for (const given of steps) {
            const earlier = subject.text
            subject.run(given)
            expect(subject.text.startsWith(earlier)).toBe(true)
            await subject.check()
          }
          await subject.finish()
        } finally {
          rmSync(folder, { recursive: true })
        }
      }),
      { numRuns: process.env['LOOPWRIGHT_LONG'] === '1' ? 5000 : 100 },
    )
  },
)
