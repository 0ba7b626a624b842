// Masked values that meet at the destination: one code on every engine, nothing is written, and no value is told.
import { expect, test } from 'vitest'
import { mask, planExport, runExport } from '../src/index.ts'
import { TEST_ENGINES, requireEngines, testEngines } from './server/engines.ts'

const engines = testEngines()
const MASK_KEY = 'a key of at least thirty-two bytes, for tests'
const TABLE = (rest: string): string =>
  `CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, mail varchar(60), nick varchar(60)${rest})`
const ROWS = Array.from({ length: 40 }, (_, i) => `(${i + 1}, 'canary-${i}@x.org', 'canary-nick-${i}')`).join(', ')

for (const engine of TEST_ENGINES) {
  test(`X-8 ERR_EXPORT_MASK_COLLISION two values with one mask, in a column that is unique at the destination alone: ${engine}`, async (context) => {
    requireEngines(context, engine)
    const from = await engines.make('sqlite', `${TABLE('')}; INSERT INTO t VALUES ${ROWS}, (41, 'last', 'canary-nick-0')`)
    const to = await engines.make(engine, TABLE(', UNIQUE (nick)'))
    const options = { source: from.url, destination: to.url }
    const roots = [{ table: 't' }]
    const masked = await planExport({ ...options, roots, tables: { t: { columns: { nick: mask.hmac() } } } })
    const error: unknown = await runExport(masked, { ...options, maskKey: MASK_KEY }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'ERR_EXPORT_MASK_COLLISION', table: { name: 't' } })
    expect(String(error)).toContain('(nick)')
    expect(`${String(error)} ${String(Reflect.get(error as object, 'cause'))}`).not.toMatch(/canary/)
    expect(await to.rows('SELECT count(*) FROM t')).toEqual([['0']])
    // the same without a mask on that column is the key's own fault
    const plain = await planExport({ ...options, roots, tables: { t: { columns: { mail: mask.email() } } } })
    await expect(runExport(plain, { ...options, maskKey: MASK_KEY })).rejects.toMatchObject({ code: 'ERR_EXPORT_WRITE' })
  })

  test(`X-8 ERR_EXPORT_MASK_COLLISION values that an earlier run with this mask key left: ${engine}`, async (context) => {
    requireEngines(context, engine)
    const from = await engines.make('sqlite', `${TABLE(', UNIQUE (mail)')}; INSERT INTO t VALUES ${ROWS}`)
    const to = await engines.make(engine, TABLE(', UNIQUE (mail)'))
    const options = { source: from.url, destination: to.url }
    const plan = (): Promise<Parameters<typeof runExport>[0]> =>
      planExport({ ...options, roots: [{ table: 't', limit: 30 }], tables: { t: { columns: { mail: mask.email() } } } })
    await runExport(await plan(), { ...options, maskKey: MASK_KEY })
    await expect(runExport(await plan(), { ...options, maskKey: MASK_KEY })).rejects.toMatchObject({
      code: 'ERR_EXPORT_MASK_COLLISION',
    })
    expect(await to.rows('SELECT count(*) FROM t')).toEqual([['30']])
  })
}
