// The command, as a process of its own.
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { requireEngines, testEngines } from './server/engines.ts'
import { SHOP, execute, makeDatabase, query, testFolder } from './database.ts'

const engines = testEngines()
const CLI = join(import.meta.dirname, '../dist/cli.js')
const CONFIG = JSON.stringify({
  roots: [{ table: 'customer', where: 'id = 101' }],
  follow: [{ edge: 'orders.customer_id', children: true }],
  tables: { customer: { columns: { email: { mask: 'email' } } } },
})

interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(...args: readonly string[]): Outcome {
  const env = { ...process.env, SQL_EXPORT_MASK_KEY: 'a key of at least thirty-two bytes, for tests', NODE_NO_WARNINGS: '1' }
  return spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8', env, timeout: 20_000 })
}

async function files(): Promise<{ readonly from: string; readonly config: string; readonly to: string }> {
  const folder = testFolder()
  writeFileSync(join(folder, 'config.json'), CONFIG)
  return { from: `sqlite:${await makeDatabase(SHOP)}`, config: join(folder, 'config.json'), to: join(folder, 'to.db') }
}

beforeAll(() => {
  if (!existsSync(CLI)) throw new Error('build the package first')
})

test('plan prints the plan; run copies; verify agrees', async () => {
  const { from, config, to } = await files()
  const plan = run('plan', '--from', from, '--config', config)
  expect(plan).toMatchObject({ status: 0, stderr: '' })
  expect(plan.stdout).toContain('customer: 2 rows')
  expect(plan.stdout.match(/^plan [0-9a-f]{12}: sqlite, \d+ tables\ntables\n/gm)).toHaveLength(1)
  expect(run('plan', '--from', from, '--config', config, '--mermaid').stdout).toMatch(/^flowchart LR\n/)
  const ran = run('run', '--from', from, '--to', `sqlite:${to}`, '--config', config, '--create-tables')
  expect(ran.stderr).toContain('load')
  expect(ran).toMatchObject({ status: 0 })
  expect(ran.stdout).toContain('6 rows in 3 tables')
  expect(await query(to, "SELECT count(*) AS n FROM customer WHERE email LIKE '%@example.com'")).toEqual([[2n]])
  expect(run('verify', '--to', `sqlite:${to}`)).toMatchObject({ status: 0, stderr: '' })
})

test('a saved plan can be run, and an edited one cannot', async () => {
  const { from, config, to } = await files()
  const saved = `${config}.plan`
  expect(run('plan', '--from', from, '--config', config, '--json', '--out', saved)).toMatchObject({ status: 0, stdout: '' })
  const edited = `${saved}.edited`
  writeFileSync(edited, readFileSync(saved, 'utf8').replace('"maxDepth": 64', '"maxDepth": 65'))
  const refused = run('run', '--from', from, '--to', `sqlite:${to}`, '--plan', edited, '--create-tables')
  expect(refused).toMatchObject({ status: 1 })
  expect(refused.stderr).toContain('ERR_EXPORT_PLAN_CHANGED')
  expect(run('run', '--from', from, '--to', `sqlite:${to}`, '--plan', saved, '--create-tables')).toMatchObject({ status: 0 })
})

test('O-2 --json gives one JSON object a line on stderr, and the report on stdout', async () => {
  const { from, config, to } = await files()
  const { stdout, stderr, status } = run(
    'run',
    '--from',
    from,
    '--to',
    `sqlite:${to}`,
    '--config',
    config,
    '--create-tables',
    '--json',
  )
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'complete' })
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { progress: { phase: string } })
  expect(lines.at(-1)?.progress.phase).toBe('done')
})

const WRONG: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['no subcommand', [], /no subcommand/],
  ['an unknown subcommand', ['rum'], /did you mean "run"/],
  ['an unknown flag', ['plan', '--fron', 'x'], /unknown flag --fron \(did you mean "from"\?\)/],
  ['a flag without its value', ['plan', '--from'], /--from needs a value/],
  ['no source', ['plan', '--config', 'x.json'], /plan needs --from/],
  ['a flag of another subcommand', ['verify', '--to', 'sqlite:x', '--keys', 'keep'], /verify takes no --keys/],
  ['an unknown scheme', ['plan', '--from', 'oracle://u:secret@h/d', '--config', 'CONFIG'], /unknown scheme "oracle:"/],
  ['a missing file', ['plan', '--from', 'sqlite:missing.db', '--config', 'CONFIG'], /no SQLite file "[^"]*missing\.db"/],
  ['a missing configuration', ['plan', '--from', 'FROM', '--config', 'missing.json'], /missing.json cannot be read/],
  [
    'a wrong key mode',
    ['plan', '--from', 'FROM', '--config', 'CONFIG', '--keys', 'remake'],
    /--keys must be one of keep, remap \(did you mean "remap"\?\)/,
  ],
]
for (const [name, args, message] of WRONG) {
  test(`wrong usage ends with 2 and one clear line: ${name}`, async () => {
    const { from, config } = await files()
    const { status, stderr, stdout } = run(...args.map((arg) => (arg === 'FROM' ? from : arg === 'CONFIG' ? config : arg)))
    expect(stderr).toMatch(message)
    expect(stderr).toContain('[ERR_EXPORT_CONFIG]')
    expect(stderr).not.toContain('secret')
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(existsSync('missing.db')).toBe(false)
  })
}

test('an unknown table is told with its path and the nearest name', async () => {
  const { from, config } = await files()
  writeFileSync(config, JSON.stringify({ roots: [{ table: 'custmer' }] }))
  const { status, stderr } = run('plan', '--from', from, '--config', config)
  expect(stderr).toContain('roots[0].table: unknown table "custmer" (did you mean "customer"?)')
  expect(status).toBe(2)
})

for (const limits of [{ maxRows: 2 }, { maxBytes: 100 }, { maxBytes: 10 }])
  test(`G-6 a limit ends with 3, and nothing is written: ${JSON.stringify(limits)}`, async () => {
    const { from, config, to } = await files()
    writeFileSync(config, JSON.stringify({ roots: [{ table: 'customer' }], limits }))
    const { status, stderr } = run('run', '--from', from, '--to', `sqlite:${to}`, '--config', config, '--create-tables')
    expect(stderr).toContain('ERR_EXPORT_LIMIT')
    expect(status).toBe(3)
    expect(await query(to, 'SELECT name FROM sqlite_schema')).toEqual([])
  })

test('verify ends with 1 and lists what failed', async () => {
  const path = await makeDatabase(`${SHOP} DELETE FROM region WHERE id = 20`)
  const { status, stdout } = run('verify', '--to', `sqlite:${path}`)
  expect(stdout).toContain('failed: references of customer.region_id: 2')
  expect(status).toBe(1)
})

test('verify --content compares with the source, tells a row that changed by table and column, and needs --from', async () => {
  const { from, config, to } = await files()
  expect(run('run', '--from', from, '--to', `sqlite:${to}`, '--config', config, '--create-tables')).toMatchObject({ status: 0 })
  const verify = (...more: readonly string[]): Outcome => run('verify', '--to', `sqlite:${to}`, ...more)
  expect(verify('--from', from, '--content')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^verified: \d+ checks passed\n$/) as string,
  })
  expect(verify('--content')).toMatchObject({ status: 2, stdout: '' })
  await execute(to, "UPDATE region SET name = 'secret' WHERE name = 'South'")
  expect(verify()).toMatchObject({ status: 0 })
  const { status, stdout } = verify('--from', from, '--content')
  expect(stdout).toContain('failed: content of region.name: 1\n')
  expect(stdout).not.toMatch(/secret|South/)
  expect(status).toBe(1)
})

test('R-6 --commit once copies in one transaction and keeps no journal', async () => {
  const { from, config, to } = await files()
  const args = ['run', '--from', from, '--to', `sqlite:${to}`, '--config', config, '--create-tables', '--commit']
  expect(run(...args, 'one')).toMatchObject({ status: 2, stderr: expect.stringContaining('batch, once') as string })
  expect(run(...args, 'once')).toMatchObject({ status: 0 })
  expect(await query(to, "SELECT count(*) AS n FROM sqlite_schema WHERE name LIKE 'loopwright%'")).toEqual([[0n]])
})

test('L-3 --allow-alter lets a cycle load whose constraints cannot wait by themselves', { timeout: 60_000 }, async (context) => {
  requireEngines(context, 'postgres')
  const tables = (wait: string): string =>
    `CREATE TABLE d (id bigint PRIMARY KEY, r bigint NOT NULL); CREATE TABLE r (id bigint PRIMARY KEY, d bigint NOT NULL REFERENCES d (id) ${wait}); ALTER TABLE d ADD FOREIGN KEY (r) REFERENCES r (id) ${wait}`
  const filled = `BEGIN; SET CONSTRAINTS ALL DEFERRED; INSERT INTO d VALUES (1, 5); INSERT INTO r VALUES (5, 1); COMMIT`
  const origin = await engines.make('postgres', `${tables('DEFERRABLE')}; ${filled}`)
  const target = await engines.make('postgres', tables(''))
  const owner = `export_owner_${randomBytes(5).toString('hex')}`
  const schema = new URL(target.url).searchParams.get('schema') ?? ''
  await target.run(
    `CREATE ROLE ${owner} LOGIN; GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${owner}; ALTER TABLE d OWNER TO ${owner}; ALTER TABLE r OWNER TO ${owner}`,
  )
  onTestFinished(() => target.run(`DROP OWNED BY ${owner}; DROP ROLE ${owner}`))
  const { config } = await files()
  writeFileSync(config, JSON.stringify({ roots: [{ table: 'd' }], keys: 'keep' }))
  const to = target.url.replace('postgres@', `${owner}@`)
  const args = ['--from', origin.url, '--to', to, '--config', config]
  expect(run('plan', ...args)).toMatchObject({ status: 1, stderr: expect.stringContaining('ERR_EXPORT_CYCLE') as string })
  expect(run('plan', ...args, '--allow-alter')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('; deferred') as string,
  })
  expect(run('run', ...args, '--allow-alter')).toMatchObject({ status: 0 })
  expect(await target.rows('SELECT d.id, r.id FROM d JOIN r ON r.id = d.r AND r.d = d.id')).toEqual([['1', '5']])
})

test('Q-1 Q-3 --buffer-bytes and --concurrency are integers in their bounds, and reach the run', async () => {
  const { from, config, to } = await files()
  const copy = ['run', '--from', from, '--to', `sqlite:${to}`, '--config', config, '--create-tables']
  for (const [flag, value, word] of [
    ['--buffer-bytes', '1e6', 'must be an integer'],
    ['--buffer-bytes', '1048575', 'from 1048576'],
    ['--concurrency', 'two', 'must be an integer'],
    ['--concurrency', '9', 'from 1 to 8'],
    ['--concurrency', '2', 'one writer'],
  ] as const) {
    const refused = run(...copy, flag, value)
    expect(refused.status, refused.stderr).toBe(2)
    expect(refused.stderr).toContain(word)
  }
  expect(run('plan', '--from', from, '--config', config, '--concurrency', '2').stderr).toContain('plan takes no --concurrency')
  expect(run(...copy, '--buffer-bytes', '1048576', '--concurrency', '1')).toMatchObject({ status: 0 })
})

test('V-12 a row is told by a tag, and by its key with --show-keys', async () => {
  const from = `sqlite:${await makeDatabase('CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO a VALUES (739173917391, NULL)')}`
  const to = `sqlite:${await makeDatabase('CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT NOT NULL)')}`
  const config = join(testFolder(), 'config.json')
  writeFileSync(config, JSON.stringify({ roots: [{ table: 'a' }] }))
  const copy = ['run', '--from', from, '--to', to, '--config', config]
  const told = run(...copy)
  expect(told).toMatchObject({ status: 1 })
  expect(told.stderr).toMatch(/row [0-9a-f]{8} \[ERR_EXPORT_VALUE\]/)
  expect(told.stderr).not.toContain('739173917391')
  expect(run(...copy, '--show-keys').stderr).toMatch(/row \(739173917391\) \[ERR_EXPORT_VALUE\]/)
})

test('--help and --version end with 0', () => {
  expect(run('--help')).toMatchObject({ status: 0, stderr: '' })
  expect(run('--version').stdout).toMatch(/^\d+\.\d+\.\d+/)
})
