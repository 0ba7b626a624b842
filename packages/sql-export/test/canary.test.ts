// O-5: no value of a row, parameter or key in any error, log line, metric, progress, plan, report or file of state.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import type { ExportConfig, RowTransformer } from '../src/index.ts'
import { mask, planExport, planToJson, planToMermaid, planToText, resumeExport, runExport, verifyExport } from '../src/index.ts'
import { testFolder } from './database.ts'
import type { TestDatabase, TestEngine } from './server/engines.ts'
import { TEST_ENGINES, requireEngines, testEngines } from './server/engines.ts'

const engines = testEngines()
const MASK_KEY = 'mask-key-canary of thirty-two bytes or more'
/** One for each column, parameter and secret; all must stay where they are. */
const CANARIES = ['canary1key', 'canary2name', 'canary3note', 'canary4param', 'canary5secret', 'mask-key-canary', '8675309421']

const SCHEMA = `CREATE TABLE person (code varchar(40) NOT NULL PRIMARY KEY, name varchar(40) NOT NULL, n bigint NOT NULL);
CREATE TABLE visit (id bigint NOT NULL PRIMARY KEY, code varchar(40) NOT NULL, note varchar(40), FOREIGN KEY (code) REFERENCES person (code))`
const ROWS = `INSERT INTO person VALUES ('canary1key', 'canary2name', 8675309421), ('canary1key-b', 'canary2name', 8675309421);
INSERT INTO visit VALUES (1, 'canary1key', 'canary3note'), (2, 'canary1key-b', 'canary3note')`

class Recorder {
  readonly heard: string[] = []
  readonly #all = (...values: readonly unknown[]): void => void this.heard.push(inspect(values, { depth: 9 }))
  readonly logger = { enabled: () => true, log: this.#all }
  readonly meter = { add: this.#all, record: this.#all }
  readonly onProgress = this.#all

  error(error: unknown): void {
    this.#all(error, error instanceof Error ? [error.stack, error.cause, { ...error }] : [])
  }

  expectSilent(): void {
    expect(this.heard.length).toBeGreaterThan(0)
    const text = this.heard.join('\n')
    for (const canary of CANARIES)
      expect(
        text.includes(canary),
        `${canary} in ${text.slice(Math.max(0, text.indexOf(canary) - 300), text.indexOf(canary) + 60)}`,
      ).toBe(false)
  }
}

function config(engine: TestEngine): ExportConfig {
  const [first, second] = engine === 'postgres' ? ['$1', '$2'] : ['?', '?']
  return {
    roots: [{ table: 'visit', where: `note <> ${first} AND note <> ${second}`, params: ['canary4param', { secret: 'S' }] }],
    keys: 'keep',
    tables: { person: { keys: 'hash', columns: { name: mask.email() } } },
  }
}

const transforms = (transform: RowTransformer['transform']): RowTransformer => ({
  identity: 'canary',
  tables: { visit: { reads: ['note'], writes: ['note'] } },
  transform,
})

/** Ways in which a run goes, or fails, with the code that is expected. */
const CASES: readonly (readonly [name: string, code: string | undefined, run: (use: Use) => Promise<unknown>])[] = [
  [
    'a whole run, and its verification',
    undefined,
    async (use) => {
      const report = await use.run()
      return [report, await verifyExport({ ...use.both, content: true, maskKey: MASK_KEY, secrets: use.secrets })]
    },
  ],
  [
    'keys that are there already',
    'ERR_EXPORT_KEY_COLLISION',
    async (use) => {
      await use.run()
      return use.run()
    },
  ],
  [
    'a unique key that clashes',
    'ERR_EXPORT_WRITE',
    async (use) => {
      await use.target.run('CREATE UNIQUE INDEX only_once ON visit (note)')
      return use.run()
    },
  ],
  ['a transformer that throws nothing of its own', 'ERR_EXPORT_TRANSFORM', (use) => use.run({ transform: transforms(() => []) })],
  ['a value that does not fit', 'ERR_EXPORT_VALUE', (use) => use.run({ maxRowBytes: 4 })],
  ['another secret', 'ERR_EXPORT_PLAN_CHANGED', (use) => use.run({ secrets: { S: 'canary4param' } })],
  [
    'a run that does not exist',
    'ERR_EXPORT_JOURNAL',
    (use) => resumeExport({ ...use.both, maskKey: MASK_KEY, secrets: use.secrets }),
  ],
]

interface Use {
  readonly target: TestDatabase
  readonly both: {
    readonly source: Parameters<typeof planExport>[0]['source'] & object
    readonly destination: Parameters<typeof runExport>[1]['destination']
  }
  readonly secrets: Readonly<Record<string, string>>
  run(options?: Partial<Parameters<typeof runExport>[1]>): Promise<unknown>
}

for (const engine of TEST_ENGINES)
  for (const [name, code, work] of CASES)
    test(`O-5 no value is told by ${name}: ${engine}`, { timeout: 60_000 }, async (context) => {
      requireEngines(context, engine)
      const recorder = new Recorder()
      const origin = await engines.make(engine, `${SCHEMA}; ${ROWS}`)
      const target = await engines.make(engine, SCHEMA)
      await using source = await origin.open(true)
      await using destination = await target.open()
      const secrets = { S: 'canary5secret' }
      const run: Use['run'] = async (options = {}) => {
        const plan = await planExport({ source, destination, secrets, ...config(engine) })
        recorder.onProgress(planToText(plan), planToMermaid(plan), planToJson(plan).replaceAll('canary4param', '')) // P-4: the JSON has plain parameters
        const { logger, meter, onProgress } = recorder
        return runExport(plan, { source, destination, secrets, maskKey: MASK_KEY, logger, meter, onProgress, ...options })
      }
      try {
        recorder.onProgress(await work({ target, both: { source, destination }, secrets, run }))
        expect(code).toBeUndefined()
      } catch (error) {
        recorder.error(error)
        expect(error).toMatchObject({ code })
      }
      recorder.expectSilent()
    })

test('O-5 the control: a recorder that hears a value says so', () => {
  const recorder = new Recorder()
  recorder.error(new Error('row canary3note'))
  expect(() => recorder.expectSilent()).toThrow(/canary3note/)
})

test('O-5 K-4 the journal holds no value but plain parameters, and the work folder nothing that stays', async () => {
  const origin = await engines.make('sqlite', `${SCHEMA}; ${ROWS}`)
  const target = await engines.make('sqlite', SCHEMA)
  await using source = await origin.open(true)
  await using destination = await target.open()
  const secrets = { S: 'canary5secret' }
  const workDir = testFolder()
  const plan = await planExport({ source, destination, secrets, ...config('sqlite') })
  await runExport(plan, { source, destination, secrets, maskKey: MASK_KEY, workDir })
  const journal = (await target.rows('SELECT identity, plan, facts FROM loopwright_export_run')).flat().join('\n')
  for (const canary of CANARIES) expect(journal.includes(canary)).toBe(canary === 'canary4param')
  expect(readdirSync(workDir).map((name) => readFileSync(join(workDir, name), 'utf8'))).toEqual([])
})
