// A PostgreSQL server of the test's own, which asks for a password: those that tests share trust whoever is on their machine.
import { execFile, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import type { TestContext } from 'vitest'
import { HOST } from './answers.ts'

/** Who runs it: it refuses to be root. */
interface Owner {
  readonly uid?: number
  readonly gid?: number
}

/** Where Debian keeps them, out of PATH. */
const PACKAGED = '/usr/lib/postgresql'
const SETTINGS = ['fsync=off', 'unix_socket_directories=', `listen_addresses=${HOST}`, 'max_connections=20']

/** Starts it; it is gone after the test. @returns its port. The database is `postgres`, the user may do everything. */
export async function passwordServer(context: TestContext, user: string, password: string): Promise<number> {
  const programs = folderOfPrograms() ?? context.skip('needs initdb: the programs of a PostgreSQL server are not installed here')
  const owner = ownerHere() ?? context.skip('needs a user that is not root: there is none named postgres')
  const folder = mkdtempSync(join(tmpdir(), 'sql-export-server-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(folder, owner.uid, owner.gid)
  const given = join(folder, 'password')
  writeFileSync(given, password)
  const data = join(folder, 'data')
  const options = { ...owner, cwd: folder, env: { ...process.env, LC_ALL: 'C' } }
  const made = ['-D', data, '-U', user, `--pwfile=${given}`, '--auth=scram-sha-256', '-E', 'UTF8', '--no-locale', '--no-sync']
  await promisify(execFile)(join(programs, 'initdb'), made, options)
  const port = await freePort()
  const set = SETTINGS.flatMap((setting) => ['-c', setting])
  const server = spawn(join(programs, 'postgres'), ['-D', data, '-p', String(port), ...set], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()))
  onTestFinished(async () => {
    server.kill('SIGINT')
    await ended
  }, 60_000)
  const said: string[] = []
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: server.stderr }).on('line', (line) => {
      said.push(line)
      if (line.includes('ready to accept connections')) resolve()
    })
    server.once('error', reject)
    void ended.then(() => reject(new Error(`the server ended:\n${said.join('\n')}`)))
  })
  return port
}

function folderOfPrograms(): string | undefined {
  const path = (process.env['PATH'] ?? '').split(delimiter)
  const versions = existsSync(PACKAGED) ? readdirSync(PACKAGED) : []
  const packaged = versions.toSorted().map((version) => join(PACKAGED, version, 'bin'))
  return [...path, ...packaged].find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))))
}

function ownerHere(): Owner | undefined {
  if (process.getuid?.() !== 0) return {}
  const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout.trim())
  return uid === undefined || uid === '' ? undefined : { uid: Number(uid), gid: Number(gid) }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, HOST, () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
